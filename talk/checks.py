"""What a configuration does not guarantee, said at the start."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from limits import parse_many

from .conf import Conf, conf
from .policy import Policy, policy

IN_MEMORY = "channels.layers.InMemoryChannelLayer"


@register(Tags.compatibility)
def check_options(**kwargs: Any) -> list[CheckMessage]:
    options = {name for name in vars(Conf) if name.isupper()}
    unknown = sorted(set(getattr(settings, "TALK", {})) - options)
    positive = [name for name in sorted(options) if name.startswith("MAX_")]
    positive += ["RECONCILE_SECONDS", "SHARDS"]
    return [
        *(
            Error(
                f'TALK["{name}"] is not an option.',
                hint=f"The options are {', '.join(sorted(options))}.",
                id="talk.E001",
            )
            for name in unknown
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
            'Django takes no requests as long as TALK["MAX_REQUEST_SIZE"] says.',
            hint="Raise DATA_UPLOAD_MAX_MEMORY_SIZE.",
            id="talk.W004",
        )
    ]


@register(Tags.compatibility)
def check_policy(**kwargs: Any) -> list[CheckMessage]:
    try:
        chosen = policy()
    except ImportError as error:
        return [Error(f'TALK["POLICY"] can\'t be imported: {error}', id="talk.E004")]
    if isinstance(chosen, Policy):
        return []
    return [Error('TALK["POLICY"] is no subclass of talk.policy.Policy.', id="talk.E004")]


@register(Tags.compatibility)
def check_retention(**kwargs: Any) -> list[CheckMessage]:
    from .models import Conversation

    return [
        Error(f'TALK["RETENTION"] has no days for "{kind}".', id="talk.E005")
        for kind, days in conf.RETENTION.items()
        if kind not in Conversation.Kind or not (days is None or _is_positive(days))
    ]


@register(Tags.compatibility)
def check_rate_limits(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name, rates in conf.RATE_LIMITS.items():
        if name not in Conf.RATE_LIMITS:
            problem = f'limits nothing that is called "{name}"'
            hint = f"There are {', '.join(sorted(Conf.RATE_LIMITS))}."
        elif not _is_rate(rates):
            problem = f'says {rates!r} for "{name}", which is no rate'
            hint = "Write it like 5/second; 100/minute. None means no limit."
        else:
            continue
        problems.append(Error(f'TALK["RATE_LIMITS"] {problem}.', hint=hint, id="talk.E006"))
    return problems


@register(Tags.compatibility)
def check_jwt(**kwargs: Any) -> list[CheckMessage]:
    missing = [name for name in ("AUDIENCE", "ISSUER") if conf.JWT and not conf.JWT.get(name)]
    return [
        Error(
            f'TALK["JWT"] has no {name}: a token made for anybody else would do, too.',
            id="talk.E003",
        )
        for name in missing
    ]


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0


def _is_rate(value: Any) -> bool:
    try:
        return not value or bool(parse_many(value))
    except (TypeError, ValueError):
        return False


@register(Tags.compatibility)
def check_channel_layer(**kwargs: Any) -> list[CheckMessage]:
    layers = getattr(settings, "CHANNEL_LAYERS", {})
    if "default" not in layers:
        return [
            checks.Warning(
                "There is no channel layer: live updates come from the slow timer alone.",
                hint="Configure CHANNEL_LAYERS.",
                id="talk.W001",
            )
        ]
    return []


@register(Tags.compatibility, deploy=True)
def check_many_processes(**kwargs: Any) -> list[CheckMessage]:
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("default", {})
    if layer.get("BACKEND") == IN_MEMORY:
        return [
            checks.Warning(
                "The in-memory channel layer rings inside one process only.",
                hint="Set REDIS_URL, or CHANNEL_LAYERS to channels_redis' pub/sub layer.",
                id="talk.W002",
            )
        ]
    return []


@register(Tags.database)
def check_sqlite(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        options = connection.settings_dict.get("OPTIONS", {})
        if connection.vendor == "sqlite" and options.get("transaction_mode") != "IMMEDIATE":
            problems.append(
                checks.Warning(
                    f'The SQLite database "{alias}" does not lock at the start of a transaction.',
                    hint='Set OPTIONS["transaction_mode"] to "IMMEDIATE".',
                    id="talk.W003",
                )
            )
    return problems
