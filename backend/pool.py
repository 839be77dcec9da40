"""Checks the connections that the database's pool hands out."""

from typing import Any


def check_connection(connection: Any) -> None:
    """Raise what the driver says of a closed `connection`, and have the pool replace all others.

    The pool pauses for a second after the first dead connection that it meets, and for longer after
    each of the next. After a restart of PostgreSQL all of them are dead.
    """
    try:
        # The pool's own check. Django's connections in it commit by themselves.
        connection.execute("")
    except Exception:
        # Settings name this function before models can be imported.
        from schema.transport import connections

        connections.drop()
        raise
