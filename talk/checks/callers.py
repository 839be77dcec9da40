"""Classes that can't be had, and tokens that can't be verified."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from ..conf import conf
from ..policy import Policy, policy

JWT_AUTHENTICATOR = "schema.jwt.JWTAuthenticator"
LOGIN_LIMITS = "schema.passwords.PasswordLimits"


@register(Tags.compatibility)
def check_policy(**kwargs: Any) -> list[CheckMessage]:
    try:
        chosen = policy()
    except ImportError as error:
        return [Error(f'TALK["POLICY"] can\'t be imported: {error}', id="talk.E004")]
    # What is no class, or one that takes something.
    except TypeError as error:
        return [Error(f'TALK["POLICY"] can\'t be made: {error}', id="talk.E004")]
    if isinstance(chosen, Policy):
        return []
    return [Error('TALK["POLICY"] is no subclass of talk.policy.Policy.', id="talk.E004")]


@register(Tags.compatibility)
def check_authenticators(**kwargs: Any) -> list[CheckMessage]:
    paths = conf.AUTHENTICATORS
    if isinstance(paths, str):
        return [Error('TALK["AUTHENTICATORS"] must be a tuple of paths.', id="talk.E008")]
    problems = ((path, _missing_in(path)) for path in paths)
    return [
        Error(f'TALK["AUTHENTICATORS"]: {path!r} {problem}.', id="talk.E008")
        for path, problem in problems
        if problem
    ]


@register(Tags.compatibility)
def check_jwt(**kwargs: Any) -> list[CheckMessage]:
    if conf.JWT:
        return [*_jwt_problems()]
    if JWT_AUTHENTICATOR not in conf.AUTHENTICATORS:
        return []
    return [
        Error(
            f'TALK["JWT"] is empty, and {JWT_AUTHENTICATOR} can verify no token.',
            hint="Give AUDIENCE, ISSUER, and SECRET or JWKS_URL.",
            id="talk.E009",
        )
    ]


@register(Tags.compatibility, deploy=True)
def check_jwt_users(**kwargs: Any) -> list[CheckMessage]:
    if not conf.JWT or [*_jwt_problems()]:
        return []
    options = import_string("schema.jwt.JWTSettings").read(conf.JWT)
    return [checks.Warning(each, id="talk.W005") for each in _user_problems(False, options)]


@register(Tags.compatibility)
def check_password_limits(**kwargs: Any) -> list[CheckMessage]:
    if LOGIN_LIMITS not in settings.AUTHENTICATION_BACKENDS[1:]:
        return []
    return [
        Error(
            f"{LOGIN_LIMITS} is not the first of AUTHENTICATION_BACKENDS: those before it hash "
            "every password.",
            id="talk.E017",
        )
    ]


def _jwt_problems() -> Iterator[CheckMessage]:
    options = import_string("schema.jwt.JWTSettings")
    names = [each.name for each in fields(options)]
    missing = [name for name in ("AUDIENCE", "ISSUER") if not conf.JWT.get(name)]
    unknown = sorted(set(conf.JWT) - set(names))
    for name in missing:
        yield Error(
            f'TALK["JWT"] has no {name}: a token made for anybody else would do, too.',
            id="talk.E003",
        )
    for name in unknown:
        yield Error(
            f'TALK["JWT"]["{name}"] is not an option.',
            hint=f"The options are {', '.join(names)}.",
            id="talk.E010",
        )
    if not (missing or unknown):
        try:
            configured = options.read(conf.JWT)
        except ImproperlyConfigured as error:
            yield Error(str(error), id="talk.E010")
            return
        yield from (Error(each, id="talk.E018") for each in _user_problems(True, configured))


def _user_problems(is_fatal: bool, options: Any) -> Iterator[str]:
    """Reasons why tokens can name no users, or, unless `is_fatal`, not all of them."""
    find = import_string("schema.authentication.jwt_users.problems")
    for fatal, problem in find(options.USER_FIELD, create=options.CREATE_USERS):
        if fatal == is_fatal:
            yield f'TALK["JWT"]: {problem}'


def _missing_in(path: str) -> str | None:
    """Why there is no authenticator at `path`."""
    try:
        found = import_string(path)
    except ImportError as error:
        return f"can't be imported: {error}"
    is_one = isinstance(found, type) and hasattr(found, "authenticate")
    return None if is_one else "is no class with a method authenticate"
