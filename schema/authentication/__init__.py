"""Finds out who is calling, for HTTP and WebSocket alike: both bring an `HttpRequest`.

Doors: this module (`authenticate`, authenticators and what they return), `context` (what resolvers
know of the viewer), `rates` (how often somebody may do what), and for `schema.jwt` alone
`jwt_users` and `published_keys`.
"""

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
    "Authorization",
    "Identity",
    "SessionAuthenticator",
    "TokenAuthenticator",
    "authenticate",
    "authenticators",
]


@dataclass(frozen=True)
class Authorization:
    """The header `Authorization` of a request: a scheme in lower case, and its credentials."""

    scheme: str
    credentials: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Authorization | None":
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        scheme, _space, credentials = header.partition(" ")
        return cls(scheme.lower(), credentials.strip())

    @property
    def bearer(self) -> str | None:
        """The token of `Bearer <token>`; None for any other scheme."""
        return self.credentials if self.scheme == "bearer" else None


@dataclass(frozen=True)
class Identity:
    """A user whose credentials are valid, until `expires_at` if that is set.

    `session` is true if a browser sends the credentials with each request by itself, whichever
    page causes the request. Such requests are checked for cross-site request forgery.
    """

    user: "User"
    expires_at: datetime | None = None
    session: bool = False


class Authenticator(Protocol):
    """Reads one kind of credentials. Each process makes one instance."""

    def authenticate(
        self, request: HttpRequest, authorization: Authorization | None
    ) -> Identity | None:
        """The user whose credentials `request` carries; None without credentials of this kind.

        `authorization` is the request's header of that name. Raises `AuthenticationFailed` if
        there are credentials of this kind, and they are not valid.
        """


class SessionAuthenticator:
    """Django's session. It counts only in requests without an `Authorization` header."""

    def authenticate(
        self, request: HttpRequest, authorization: Authorization | None
    ) -> Identity | None:
        user = getattr(request, "user", None)
        if authorization is not None or user is None or not user.is_authenticated:
            return None
        return Identity(user, session=True)


class TokenAuthenticator:
    """`Authorization: Bearer talk_…`, an `AccessToken`."""

    def authenticate(
        self, request: HttpRequest, authorization: Authorization | None
    ) -> Identity | None:
        secret = authorization and authorization.bearer
        if not secret or not secret.startswith(PREFIX):
            return None
        token = AccessToken.objects.authenticate(secret)
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return Identity(token.user, token.expires_at)


#: Used unless `TALK["AUTHENTICATORS"]` names others.
DEFAULT_AUTHENTICATORS = (TokenAuthenticator, SessionAuthenticator)


def authenticate(request: HttpRequest, authorization: Authorization | None) -> Identity | None:
    """Who sent the request, as the first authenticator that knows its credentials says, or None.

    Raises `AuthenticationFailed` if the credentials are not valid, or if no authenticator knows
    the `Authorization` header.
    """
    for authenticator in authenticators():
        identity = authenticator.authenticate(request, authorization)
        if identity is not None:
            if not identity.user.is_active:
                raise AuthenticationFailed(_("This account is deactivated."))
            return identity
    if authorization is not None:
        raise AuthenticationFailed(_("This kind of credentials is not supported."))
    return None


def authenticators() -> Sequence[Authenticator]:
    """The authenticators in the order in which they are tried."""
    paths = conf.AUTHENTICATORS
    return _authenticators(None if paths is None else tuple(paths))


@cache
def _authenticators(paths: Sequence[str] | None) -> list[Authenticator]:
    if paths is None:
        return [each() for each in DEFAULT_AUTHENTICATORS]
    return [import_string(path)() for path in paths]
