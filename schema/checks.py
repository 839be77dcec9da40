"""System checks of the API's options: who signs in how, trusted documents, metrics."""

import inspect
from collections.abc import Iterator
from dataclasses import fields
from ipaddress import ip_network

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from talk.checks import extensions
from talk.conf import conf
from talk.counts import CAN_BE_SHOWN

from .authentication.jwt_users import problems
from .documents.trusted import read_manifest
from .jwt import JWTAuthenticator, JWTSettings
from .passwords import PasswordLimits


@extensions.register
def check_authenticators() -> Iterator[CheckMessage]:
    paths = conf.AUTHENTICATORS or ()
    if isinstance(paths, str):
        yield Error('TALK["AUTHENTICATORS"] must be a tuple of paths.', id="talk.E008")
        return
    for path in paths:
        if problem := _problem_of(path):
            yield Error(f'TALK["AUTHENTICATORS"]: {path!r} {problem}.', id="talk.E008")


@extensions.register
def check_jwt() -> Iterator[CheckMessage]:
    authenticator = _path_of(JWTAuthenticator)
    if conf.JWT:
        yield from _jwt_problems()
    elif authenticator in (conf.AUTHENTICATORS or ()):
        yield Error(
            f'TALK["JWT"] is empty, so {authenticator} can\'t verify any token.',
            hint="Give AUDIENCE, ISSUER, and SECRET or JWKS_URL.",
            id="talk.E009",
        )


@extensions.register_for_deployment
def check_jwt_users() -> Iterator[CheckMessage]:
    if conf.JWT and not [*_jwt_problems()]:
        for problem in _user_problems(JWTSettings.read(conf.JWT), is_fatal=False):
            yield checks.Warning(problem, id="talk.W005")


@extensions.register
def check_password_limits() -> Iterator[CheckMessage]:
    path = _path_of(PasswordLimits)
    if path in settings.AUTHENTICATION_BACKENDS[1:]:
        yield Error(
            f"{path} must be the first of AUTHENTICATION_BACKENDS. Backends before it hash every "
            "password without a limit.",
            id="talk.E017",
        )


@extensions.register
def check_trusted_documents() -> Iterator[CheckMessage]:
    if conf.TRUSTED_DOCUMENTS is not None:
        try:
            read_manifest(conf.TRUSTED_DOCUMENTS)
        except ImproperlyConfigured as error:
            yield Error(f'TALK["TRUSTED_DOCUMENTS"]: {error}', id="talk.E014")


@extensions.register
def check_metrics() -> Iterator[CheckMessage]:
    if (conf.METRICS_TOKEN or conf.METRICS_ADDRESSES) and not CAN_BE_SHOWN:
        hint = "Install it: pip install 'talk[metrics]'."
        yield Error("Metrics need the package prometheus-client.", hint=hint, id="talk.E025")
    for each in conf.METRICS_ADDRESSES:
        try:
            ip_network(each)
        except ValueError as error:
            yield Error(f'TALK["METRICS_ADDRESSES"]: {error}.', id="talk.E026")


def _path_of(named: type) -> str:
    # This package has another name where Talk is installed from its wheel.
    return f"{named.__module__}.{named.__qualname__}"


def _problem_of(path: str) -> str | None:
    """Why there is no authenticator at `path`; None if there is one."""
    try:
        found = import_string(path)
    except ImportError as error:
        return f"can't be imported: {error}"
    if not (isinstance(found, type) and hasattr(found, "authenticate")):
        return "is no class with a method authenticate"
    try:
        inspect.signature(found.authenticate).bind("self", "request", "authorization")
    except TypeError:
        return "must have a method authenticate(self, request, authorization)"
    return None


def _jwt_problems() -> Iterator[CheckMessage]:
    names = [each.name for each in fields(JWTSettings)]
    missing = [name for name in ("AUDIENCE", "ISSUER") if not conf.JWT.get(name)]
    unknown = sorted(set(conf.JWT) - set(names))
    for name in missing:
        yield Error(
            f'TALK["JWT"] has no {name}, so tokens that were made for others would be valid.',
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
            configured = JWTSettings.read(conf.JWT)
        except ImproperlyConfigured as error:
            yield Error(str(error), id="talk.E010")
            return
        for problem in _user_problems(configured, is_fatal=True):
            yield Error(problem, id="talk.E018")


def _user_problems(configured: JWTSettings, *, is_fatal: bool) -> Iterator[str]:
    """Reasons why tokens name no users or, unless `is_fatal`, why some tokens don't."""
    for fatal, problem in problems(configured.USER_FIELD, create=configured.CREATE_USERS):
        if fatal == is_fatal:
            yield f'TALK["JWT"]: {problem}'
