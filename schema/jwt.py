"""Authenticates by JSON Web Tokens, which another part of a product issues."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from talk.conf import conf
from talk.models.token import PREFIX

from .authentication import Authorization, Identity
from .authentication.jwt_users import invalid_token, user_of
from .authentication.published_keys import published_keys


@dataclass(frozen=True)
class JWTSettings:
    """`TALK["JWT"]`: how tokens are verified, and which user they name.

    Give `SECRET` (HS256) or `JWKS_URL` (RS256, ES256), and always `AUDIENCE` and `ISSUER`.
    """

    AUDIENCE: str
    ISSUER: str
    SECRET: str = ""
    JWKS_URL: str = ""
    #: Seconds that the clocks of issuer and server may differ.
    LEEWAY: float = 30
    #: The claim that names the user, and the field of the user model that it names.
    USER_CLAIM: str = "sub"
    USER_FIELD: str = ""
    #: Whether a valid token for an unknown user creates the user.
    CREATE_USERS: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "JWTSettings":
        try:
            configured = cls(**given)
        except TypeError as error:
            raise ImproperlyConfigured(f"TALK['JWT']: {error}") from None
        if not (configured.AUDIENCE and configured.ISSUER):
            raise ImproperlyConfigured("TALK['JWT'] needs an AUDIENCE and an ISSUER.")
        if bool(configured.SECRET) == bool(configured.JWKS_URL):
            raise ImproperlyConfigured("TALK['JWT'] needs either a SECRET or a JWKS_URL.")
        if configured.SECRET and len(configured.SECRET.encode()) < 32:
            raise ImproperlyConfigured("TALK['JWT']: SECRET needs at least 32 bytes.")
        if configured.JWKS_URL and urlsplit(configured.JWKS_URL).scheme not in {"https", "http"}:
            raise ImproperlyConfigured("TALK['JWT']: JWKS_URL must start with https://.")
        return configured

    @property
    def algorithms(self) -> list[str]:
        # Never the algorithm that a token names: with HS256 a public key, which everybody knows,
        # would be taken for the secret.
        return ["HS256"] if self.SECRET else ["RS256", "ES256"]


class JWTAuthenticator:
    """`Authorization: Bearer <JSON Web Token>`."""

    def __init__(self) -> None:
        # Fetched when the server starts, so that the first token finds the keys.
        configured = JWTSettings.read(conf.JWT) if conf.JWT else None
        if configured and configured.JWKS_URL:
            published_keys(configured.JWKS_URL).fetch()

    def authenticate(
        self, request: HttpRequest, authorization: Authorization | None
    ) -> Identity | None:
        token = authorization and authorization.bearer
        if not token or token.startswith(PREFIX) or token.count(".") != 2:
            return None
        configured = JWTSettings.read(conf.JWT)
        claims = _verified(token, configured)
        lasts = timedelta(seconds=configured.LEEWAY)
        try:
            expires_at = datetime.fromtimestamp(claims["exp"], UTC) + lasts
        except (OverflowError, OSError, ValueError):
            raise invalid_token() from None
        if configured.USER_CLAIM == "email" and claims.get("email_verified") in (False, "false"):
            # The issuer did not check that the address is this person's.
            raise invalid_token()
        claim, create = claims.get(configured.USER_CLAIM), configured.CREATE_USERS
        return Identity(user_of(claim, configured.USER_FIELD, create=create), expires_at)


def _verified(token: str, configured: JWTSettings) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            configured.SECRET or _published_key(token, configured.JWKS_URL),
            algorithms=configured.algorithms,
            audience=configured.AUDIENCE,
            issuer=configured.ISSUER,
            leeway=configured.LEEWAY,
            options={"require": ["exp", "sub"]},
        )
    # For some malformed tokens PyJWT raises a ValueError or a TypeError.
    except (jwt.PyJWTError, ValueError, TypeError):
        raise invalid_token() from None
    return claims


def _published_key(token: str, url: str) -> jwt.PyJWK:
    kid = jwt.get_unverified_header(token).get("kid")
    key = published_keys(url).find(kid) if isinstance(kid, str) else None
    if key is None:
        raise invalid_token()
    return key
