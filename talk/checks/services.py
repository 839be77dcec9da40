"""System checks of the services that Talk uses: Redis, the channel layer, databases."""

import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections, router
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from ..conf import conf
from ..prefix import VALID

IN_MEMORY = "channels.layers.InMemoryChannelLayer"


@register(Tags.compatibility)
def check_rate_storage(**kwargs: Any) -> list[CheckMessage]:
    try:
        # It connects when it is used.
        MovingWindowRateLimiter(storage_from_string(conf.RATE_STORAGE))
    # Each storage raises exceptions of its own.
    except Exception as error:
        return [
            Error(
                f'TALK["RATE_STORAGE"] can\'t be used: {error}',
                hint="For redis://, install the package redis. For a single process, use memory://.",
                id="talk.E007",
            )
        ]
    return []


@register(Tags.compatibility)
def check_prefix(**kwargs: Any) -> list[CheckMessage]:
    given = conf.REDIS_PREFIX
    if given is None or (isinstance(given, str) and re.fullmatch(VALID, given)):
        return []
    return [
        Error(
            f'TALK["REDIS_PREFIX"] can\'t be {given!r}.',
            hint="Use at most 40 letters, digits, hyphens, dots and underscores.",
            id="talk.E020",
        )
    ]


@register(Tags.compatibility)
def check_channel_layer(**kwargs: Any) -> list[CheckMessage]:
    layers = getattr(settings, "CHANNEL_LAYERS", {})
    if "default" not in layers:
        return [
            checks.Warning(
                "Without a channel layer, live updates are delayed by RECONCILE_SECONDS.",
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
                "The in-memory channel layer does not connect processes.",
                hint="Set REDIS_URL, or CHANNEL_LAYERS to channels_redis' pub/sub layer.",
                id="talk.W002",
            )
        ]
    return []


@register(Tags.compatibility)
def check_routers(**kwargs: Any) -> list[CheckMessage]:
    # Verbs read in a transaction what they wrote in it, so both have to use one database.
    models = [*apps.get_app_config("talk").get_models(), get_user_model()]
    routed = {
        route(model) for model in models for route in (router.db_for_read, router.db_for_write)
    }
    if routed == {DEFAULT_DB_ALIAS}:
        return []
    return [
        Error(
            "Talk's models and the user model must be in the default database, and are routed to "
            f"{', '.join(sorted(routed))}.",
            hint='Let DATABASE_ROUTERS answer "default" for the app talk and for the user model.',
            id="talk.E016",
        )
    ]


@register(Tags.database)
def check_sqlite(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        options = connection.settings_dict.get("OPTIONS", {})
        if connection.vendor == "sqlite" and options.get("transaction_mode") != "IMMEDIATE":
            problems.append(
                checks.Warning(
                    f'The SQLite database "{alias}" has no immediate transactions.',
                    hint='Talk uses them as locks. Set OPTIONS["transaction_mode"] to "IMMEDIATE".',
                    id="talk.W003",
                )
            )
    return problems
