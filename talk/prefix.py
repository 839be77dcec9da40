"""The prefix that keeps installations apart which share a Redis.

Pub/sub knows no database numbers: without a prefix, all that share a Redis would hear each other.
"""

import hashlib
import os
from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections

from .conf import conf

#: Valid values of `REDIS_PREFIX`: Channels bounds the names of groups, which begin with it.
VALID = r"[A-Za-z0-9_.-]{1,40}"


def prefix() -> str:
    """The beginning of all names of groups, channels and keys, the same in all processes."""
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
