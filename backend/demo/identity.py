"""Who a window of the demo is: a signed token, which the window's page keeps to itself.

Cookies are shared by all windows of a browser. So a window that is somebody sends a token instead,
and another window can be somebody else.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from schema.authentication import AuthenticationFailed, Authorization, Identity

from .world import PEOPLE

#: What these tokens begin with.
PREFIX = "demo_"
_SALT = "backend.demo.identity"


def token_of(username: str) -> str:
    """A token of one of the demo's people. It is valid for as long as `SECRET_KEY` is the same."""
    return PREFIX + signing.dumps(username, salt=_SALT)


class WindowAuthenticator:
    """`Authorization: Bearer demo_…`. It is among the authenticators only if `DEMO` is on."""

    def authenticate(
        self, request: HttpRequest, authorization: Authorization | None
    ) -> Identity | None:
        token = authorization and authorization.bearer
        if not token or not token.startswith(PREFIX):
            return None
        user = _user_of(token.removeprefix(PREFIX))
        if user is None:
            raise AuthenticationFailed(_("This window is nobody of this demo any more."))
        return Identity(user)


def _user_of(signed: str) -> Any:
    try:
        username = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    return get_user_model().objects.filter(username=username, username__in=PEOPLE).first()
