"""A field whose resolver may read the database."""

import functools
from collections.abc import Callable
from typing import Any

import strawberry
from channels.db import database_sync_to_async
from strawberry.utils.inspect import in_async_context


def field(resolver: Callable[..., Any] | None = None, *, description: str, **options: Any) -> Any:
    """`strawberry.field` for a plain function that uses the ORM, wherever it is executed.

    Queries and mutations run as a whole in one thread, and call it there. What a subscription
    delivers is executed on the event loop, where the function gets a thread of its own: not the
    one that all thread-sensitive code of a process shares, and with its connection closed after.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        in_thread = database_sync_to_async(function, thread_sensitive=False)

        @functools.wraps(function)
        def resolve(*args: Any, **kwargs: Any) -> Any:
            call = in_thread if in_async_context() else function
            return call(*args, **kwargs)

        return strawberry.field(resolver=resolve, description=description, **options)

    return decorate if resolver is None else decorate(resolver)
