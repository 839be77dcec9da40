"""The options of the database: PostgreSQL through a pool, or one SQLite file."""

from typing import Any

import django

from .pool import check_connection


def with_options(
    database: dict[str, Any], *, pool_size: int, prepare_threshold: int
) -> dict[str, Any]:
    """`database`, an entry of the setting `DATABASES`, with its options.

    A process has at most `pool_size` connections to PostgreSQL. psycopg prepares a statement that
    it has sent `prepare_threshold` times; 0 means never.
    """
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return {**database, "OPTIONS": _of_sqlite()}
    return {
        **database,
        # Django closes a connection at the end of each request, which gives it back to the pool.
        "CONN_MAX_AGE": 0,
        # The check of Django's choice is a round trip for each request, and meets dead connections
        # one by one, with pauses. A request that meets one drops them all (`talk.availability`).
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            # PostgreSQL plans a statement that psycopg prepared once. Values then go beside its
            # text.
            "server_side_binding": True,
            "prepare_threshold": prepare_threshold or None,
            **database.get("OPTIONS", {}),
            "pool": _pool(pool_size),
        },
    }


def _of_sqlite() -> dict[str, Any]:
    return {
        # A transaction takes the write lock when it begins. So nothing that it reads changes until
        # it ends, as under PostgreSQL's row locks, and it waits for the lock with a time-out.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


def _pool(size: int) -> dict[str, Any]:
    pool: dict[str, Any] = {
        "min_size": 2,
        "max_size": size,
        "timeout": 10,
        "max_lifetime": 1800,
        "max_idle": 300,
    }
    if django.VERSION >= (6, 1):
        # Earlier versions of Django let the pool have no other check than theirs.
        pool["check"] = check_connection
    return pool
