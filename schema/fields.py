"""The decorators of fields, typed, and fit for resolvers that read the database."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
import strawberry_django
from channels.db import database_sync_to_async
from strawberry.utils.inspect import in_async_context

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def field(*, description: str) -> Callable[[Resolver], Resolver]:
    """`strawberry.field` for a plain function that uses the ORM, wherever it is executed.

    Queries and mutations run as a whole in one thread, and call it there. What a subscription
    delivers is executed on the event loop, where the function gets a thread of its own: not the
    one that all thread-sensitive code of a process shares, and with its connection closed after.
    """

    def decorate(resolver: Resolver) -> Resolver:
        in_thread = database_sync_to_async(resolver, thread_sensitive=False)

        @functools.wraps(resolver)
        def resolve(*args: Any, **kwargs: Any) -> Any:
            call = in_thread if in_async_context() else resolver
            return call(*args, **kwargs)

        return cast("Resolver", strawberry.field(resolver=resolve, description=description))

    return decorate


def connection(graphql_type: Any, *, description: str) -> Callable[[Resolver], Resolver]:
    """`strawberry_django.connection` of a function that returns a queryset."""
    decorate: Callable[[Resolver], Resolver]
    decorate = strawberry_django.connection(graphql_type, description=description)
    return decorate


def subscription(*, description: str) -> Callable[[Resolver], Resolver]:
    decorate: Callable[[Resolver], Resolver] = strawberry.subscription(description=description)
    return decorate
