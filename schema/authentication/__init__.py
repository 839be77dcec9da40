"""Who is calling. The same for HTTP and WebSocket, which both bring an `HttpRequest`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol

from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from talk.conf import conf
from talk.models import AccessToken
from talk.models.token import PREFIX

from ..errors import AuthenticationFailed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "AuthenticationFailed",
    "Authenticator",
    "Identity",
    "SessionAuthenticator",
    "TokenAuthenticator",
    "authenticate",
    "authenticators",
    "bearer",
]


@dataclass(frozen=True)
class Identity:
    """Somebody whose credentials hold, until `expires_at` at the latest.

    `session` tells that a browser sent them by itself, whoever's page made it do so.
    """

    user: "User"
    expires_at: datetime | None = None
    session: bool = False


class Authenticator(Protocol):
    """Reads one kind of credentials. Made once per process."""

    def authenticate(self, request: HttpRequest) -> Identity | None:
        """Whose credentials `request` carries; None if there are none of this kind.

        Raises `AuthenticationFailed` if there are, and they are bad.
        """


class SessionAuthenticator:
    """Django's session, which counts only where nothing else is shown."""

    def authenticate(self, request: HttpRequest) -> Identity | None:
        if "HTTP_AUTHORIZATION" in request.META:
            return None
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        return Identity(user, session=True)


class TokenAuthenticator:
    """`Authorization: Bearer talk_…`, an `AccessToken`."""

    def authenticate(self, request: HttpRequest) -> Identity | None:
        secret = bearer(request)
        if secret is None or not secret.startswith(PREFIX):
            return None
        token = AccessToken.objects.authenticate(secret)
        if token is None:
            raise AuthenticationFailed(_("This token is not valid, or not any more."))
        return Identity(token.user, token.expires_at)


def authenticate(request: HttpRequest) -> Identity | None:
    """Whom the configured authenticators recognise in `request`; None without credentials.

    Raises `AuthenticationFailed` if credentials are bad, or known to no authenticator.
    """
    for authenticator in authenticators():
        identity = authenticator.authenticate(request)
        if identity is not None:
            if not identity.user.is_active:
                raise AuthenticationFailed(_("This account is deactivated."))
            return identity
    if "HTTP_AUTHORIZATION" in request.META:
        raise AuthenticationFailed(_("These credentials are of no known kind."))
    return None


def bearer(request: HttpRequest) -> str | None:
    """The token in `Authorization: Bearer <token>`."""
    scheme, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def authenticators() -> Sequence[Authenticator]:
    """Those that `TALK["AUTHENTICATORS"]` names, each made once per process."""
    return _authenticators(tuple(conf.AUTHENTICATORS))


@cache
def _authenticators(paths: Sequence[str]) -> list[Authenticator]:
    return [import_string(path)() for path in paths]
