"""Django's middleware for browsers, which requests with a token pass by.

Who shows a token has no session, cannot be made to ask by another's page, and reads no messages of
the admin's. These stand in `MIDDLEWARE` where Django's stand, and are these for all other requests.
"""

from typing import Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.middleware import csrf
from django.utils.deprecation import MiddlewareMixin

from .authentication import bearer
from .handler import PATH


class PassedBy(MiddlewareMixin):
    """Mixed into a middleware that has nothing to do for who shows a token."""

    def __call__(self, request: HttpRequest) -> Any:
        is_operation = request.method == "POST" and request.path_info == PATH
        if is_operation and bearer(request) is not None:
            return self.get_response(request)
        return super().__call__(request)


class SessionMiddleware(PassedBy, sessions.SessionMiddleware):
    pass


class CsrfViewMiddleware(PassedBy, csrf.CsrfViewMiddleware):
    pass


class AuthenticationMiddleware(PassedBy, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(PassedBy, messages.MessageMiddleware):
    pass
