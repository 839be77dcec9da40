"""Django's middleware for sessions, users and messages, which requests with a token pass by.

Who shows a token has no session, nor messages of the admin's. These classes stand in `MIDDLEWARE`
where Django's stand, and do what Django's do for all other requests.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from .authentication import bearer
from .transport.handler import PATH


class PassedBy(MiddlewareMixin):
    """Mixed into a middleware that has nothing to do for who shows a token."""

    def __call__(self, request: HttpRequest) -> Any:
        is_operation = request.method == "POST" and request.path_info == PATH
        # Where the check for cross-site requests looks into sessions, it wants to find one.
        is_free = is_operation and not settings.CSRF_USE_SESSIONS
        if is_free and bearer(request) is not None:
            return self.get_response(request)
        return super().__call__(request)


class SessionMiddleware(PassedBy, sessions.SessionMiddleware):
    pass


class AuthenticationMiddleware(PassedBy, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(PassedBy, messages.MessageMiddleware):
    pass
