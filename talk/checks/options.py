"""System checks of the options in `TALK`: unknown names, and values that are not allowed."""

import re
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldError
from django.utils.module_loading import import_string
from limits import parse_many

from ..conf import Conf, conf
from ..models.name_word import search_fields
from ..naming import shows_usernames

#: Options that were removed, and what there is instead.
REMOVED = {
    "MAX_ALIASES": "A document has at most 30 aliases. Remove the option.",
    "MAX_DIRECTIVES": "A document has at most 30 directives. Remove the option.",
    "MAX_ROOT_FIELDS": "A document has at most 20 fields at its root. Remove the option.",
    "PREPARED_STATEMENTS": "psycopg prepares statements. Remove the option, and set "
    "prepare_threshold in the OPTIONS of DATABASES.",
    "SHARDS": "Changes are always announced on 64 groups. Remove the option.",
}


@register(Tags.compatibility)
def check_options(**kwargs: Any) -> list[CheckMessage]:
    options = {name for name in vars(Conf) if name.isupper()}
    configured = set(getattr(settings, "TALK", {}))
    unknown = sorted(configured - options - set(REMOVED))
    positive = [name for name in sorted(options) if name.startswith("MAX_")]
    positive += ["RECONCILE_SECONDS"]
    positive += ["OPERATION_TIMEOUT"] if conf.OPERATION_TIMEOUT is not None else []
    return [
        *(
            Error(
                f'TALK["{name}"] is not an option.',
                hint=_nearest(name, options),
                id="talk.E001",
            )
            for name in unknown
        ),
        *(
            checks.Warning(f'TALK["{name}"] has no effect.', hint=REMOVED[name], id="talk.W007")
            for name in sorted(configured & set(REMOVED))
        ),
        *(
            Error(f'TALK["{name}"] must be a number above 0.', id="talk.E002")
            for name in positive
            if not _is_positive(getattr(conf, name))
        ),
    ]


@register(Tags.compatibility)
def check_request_size(**kwargs: Any) -> list[CheckMessage]:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if most is None or not _is_positive(conf.MAX_REQUEST_SIZE) or most >= conf.MAX_REQUEST_SIZE:
        return []
    return [
        checks.Warning(
            'Django refuses requests that TALK["MAX_REQUEST_SIZE"] allows.',
            hint="Raise DATA_UPLOAD_MAX_MEMORY_SIZE to at least the same number of bytes.",
            id="talk.W004",
        )
    ]


@register(Tags.compatibility)
def check_retention(**kwargs: Any) -> list[CheckMessage]:
    from ..models import Conversation

    problems: list[CheckMessage] = []
    for kind, days in conf.RETENTION.items():
        if kind not in Conversation.Kind:
            problem = f'"{kind}" is not a kind of conversation'
            hint = f"The kinds are {', '.join(Conversation.Kind)}."
        elif not (days is None or _is_positive(days)):
            problem = f'the days for "{kind}" must be a number above 0, not {days!r}'
            hint = "None keeps all messages."
        else:
            continue
        problems.append(Error(f'TALK["RETENTION"]: {problem}.', hint=hint, id="talk.E005"))
    return problems


@register(Tags.compatibility)
def check_rate_limits(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name, rates in conf.RATE_LIMITS.items():
        if name not in Conf.RATE_LIMITS:
            problem = f'has an unknown name, "{name}"'
            hint = f"The names are {', '.join(sorted(Conf.RATE_LIMITS))}."
        elif not _is_rate(rates):
            problem = f'has an invalid rate for "{name}": {rates!r}'
            hint = "Write it like 5/second; 100/minute. None means no limit."
        else:
            continue
        problems.append(Error(f'TALK["RATE_LIMITS"] {problem}.', hint=hint, id="talk.E006"))
    return problems


@register(Tags.compatibility)
def check_search_fields(**kwargs: Any) -> list[CheckMessage]:
    names = conf.USER_SEARCH_FIELDS
    if names is None:
        return _missing_search_fields()
    if isinstance(names, str):
        return [Error('TALK["USER_SEARCH_FIELDS"] must be a tuple of names.', id="talk.E011")]
    return [
        Error(
            f'TALK["USER_SEARCH_FIELDS"] names {name!r}, which users can\'t be searched by.',
            hint="Name fields of the user model that hold text.",
            id="talk.E011",
        )
        for name in names
        if not _is_searchable(name)
    ]


def _missing_search_fields() -> list[CheckMessage]:
    if search_fields():
        return []
    problem = (
        "Nobody finds anybody by a name: user names are not shown, and the user model has no "
        "first_name and last_name."
    )
    hint = (
        'Name the fields that hold people\'s names in TALK["USER_SEARCH_FIELDS"], and run '
        "`manage.py refresh_names`. If nobody should be found, set the option to ()."
    )
    return [checks.Warning(problem, hint=hint, id="talk.W009")]


@register(Tags.compatibility)
def check_naming(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = [
        Error(f'TALK["{name}"] must be the path of a function that takes a user.', id="talk.E019")
        for name in ("NAME", "AVATAR")
        if not _is_function(getattr(conf, name))
    ]
    has_names = conf.NAME is not None or hasattr(get_user_model(), "get_full_name")
    if not (has_names or shows_usernames()):
        problem = (
            "All people are called Unnamed: user names are not shown, and the user model has no "
            "full names."
        )
        hint = 'Set TALK["NAME"] to the path of a function, or TALK["SHOWS_USERNAMES"] to True.'
        problems.append(checks.Warning(problem, hint=hint, id="talk.W006"))
    return problems


@register(Tags.compatibility)
def check_origins(**kwargs: Any) -> list[CheckMessage]:
    given = conf.ALLOWED_ORIGINS
    # A scheme, a host and maybe a port. `*` would allow all pages.
    if not isinstance(given, str) and all(
        re.fullmatch(r"\w+://[^/?#@*]+/?", each) for each in given
    ):
        return []
    return [
        Error(
            'TALK["ALLOWED_ORIGINS"] must be a tuple of origins.',
            hint='Write ("https://app.example",), with the scheme and the comma.',
            id="talk.E012",
        )
    ]


@register(Tags.compatibility)
def check_counts(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f'TALK["{name}"] must be 0 or a positive whole number.', id="talk.E013")
        for name in ("RECEIPTS_UP_TO", "THREADS")
        if not (isinstance(getattr(conf, name), int) and getattr(conf, name) >= 0)
    ]


@register(Tags.compatibility)
def check_times(**kwargs: Any) -> list[CheckMessage]:
    if settings.USE_TZ:
        return []
    return [Error("Talk needs times with time zones.", hint="Set USE_TZ to True.", id="talk.E015")]


def _nearest(name: str, options: set[str]) -> str:
    nearest = get_close_matches(str(name), options, 1)
    meant = f"Did you mean {nearest[0]}? " if nearest else ""
    return f"{meant}The options are {', '.join(sorted(options))}."


def _is_searchable(name: Any) -> bool:
    try:
        get_user_model()._default_manager.filter(**{f"{name}__icontains": "x"})
    except FieldError:
        return False
    return True


def _is_function(path: Any) -> bool:
    try:
        return path is None or callable(import_string(path))
    except (ImportError, AttributeError):
        return False


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0


def _is_rate(value: Any) -> bool:
    try:
        return not value or bool(parse_many(value))
    except (TypeError, ValueError):
        return False
