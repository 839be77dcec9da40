"""The prefix of all names in Redis, different for each installation that shares it.

The number of a Redis database does not separate pub/sub: without a prefix, installations would get
each other's messages.
"""

import hashlib
import os
from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections

from .conf import conf

#: Valid values of `REDIS_PREFIX`. Channels limits the length and characters of group names.
VALID = r"[A-Za-z0-9_.-]{1,40}"


def prefix() -> str:
    """The prefix of all names of groups, channels and keys, the same in all processes."""
    return f"talk.{conf.REDIS_PREFIX or _of_database()}"


def _of_database() -> str:
    database = connections.settings[DEFAULT_DB_ALIAS]
    name = database.get("NAME") or database.get("OPTIONS", {}).get("service", "")
    if database.get("ENGINE", "").endswith("sqlite3"):
        name = os.path.abspath(name)
    return _digest(str(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]
