"""Adds to log lines the id of their request, its operation and its user.

The server begins a `LogContext` for each HTTP request, each WebSocket and each of its operations.
A handler of `logging` with the filter `AddContext` finds it in records of any logger.
"""

import asyncio
import logging
import re
from collections.abc import Coroutine
from contextvars import Context, ContextVar, Token
from secrets import token_hex
from typing import Any, Self

#: The header by which a proxy or a client names its request.
HEADER = "X-Request-ID"
#: What such a name may be. It stands in log lines, and nothing else can be written into them by it.
_VALID = re.compile(r"[A-Za-z0-9+/=._:@-]{1,128}")


def new_id(given: str | None = None) -> str:
    """The id that a client has given to its request, if it is one, or a new one."""
    return given if given is not None and _VALID.fullmatch(given) else token_hex(16)


class LogContext:
    """What log lines say about the request to which they belong. Current in its `with` block."""

    __slots__ = ("_token", "operation", "request_id", "user")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        #: The operation's name in metrics, and the user's primary key, once both are known.
        self.operation: str | None = None
        self.user: Any = None

    def describe(self, operation: str, user: Any) -> None:
        """Name the operation and its user. An operation within another changes nothing."""
        if self.operation is None:
            self.operation, self.user = operation, user

    def __enter__(self) -> Self:
        self._token: Token[LogContext | None] = _current.set(self)
        return self

    def __exit__(self, *raised: object) -> None:
        _current.reset(self._token)


_current: ContextVar[LogContext | None] = ContextVar("log_context", default=None)


def current() -> LogContext | None:
    """The context of the request that is answered here, also in its threads; None elsewhere."""
    return _current.get()


def request_id() -> str | None:
    """The id of the request that is answered here; None elsewhere."""
    found = _current.get()
    return None if found is None else found.request_id


def start_for_all(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task that serves many requests. Its log lines belong to none of them."""
    # A new task would otherwise keep the context of the request that happened to start it.
    return asyncio.create_task(work, context=Context())


class AddContext(logging.Filter):
    """Gives each record the attributes `request_id`, `operation` and `user`, perhaps None."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = current()
        record.request_id = found and found.request_id
        record.operation = found and found.operation
        record.user = None if found is None or found.user is None else str(found.user)
        return True
