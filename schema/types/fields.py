"""Decorators for GraphQL fields whose resolvers read the database."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, cast

import strawberry
import strawberry_django
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from .. import threads
from ..documents.metadata import ARGUMENT_COSTS, COST, NO_COSTS

BEFORE = "Only items before this cursor."
AFTER = "Only items after this cursor."
FIRST = "At most this many items, from the beginning."
LAST = "At most this many items, from the end."
#: Descriptions that the library gives to the same fields.
CURSOR = "A cursor for use in pagination"
NODE = "The item at the end of the edge"
PAGE_INFO = "Pagination data for this connection"

#: The arguments of a page, for resolvers that make their pages themselves.
Before = Annotated[str | None, strawberry.argument(description=BEFORE)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]
First = Annotated[int | None, strawberry.argument(description=FIRST)]
Last = Annotated[int | None, strawberry.argument(description=LAST)]
#: The argument `muted` of what counts unread messages.
Muted = Annotated[
    bool,
    strawberry.argument(description="Whether messages in muted conversations count, too."),
]
#: The argument `unhide` of what is hidden if the viewer blocked the sender.
Unhide = Annotated[
    bool, strawberry.argument(description="Return it even if the viewer blocked the sender.")
]
#: The argument `id`.
Id = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="The value depends on the viewer. A cache must not share it between users.",
)
class PerViewer:
    pass


def field(
    *, description: str, cost: int = 0, argument_costs: Mapping[str, int] = NO_COSTS
) -> Callable[[Resolver], Resolver]:
    """`strawberry.field` for a plain function that uses the ORM. It may run on an event loop.

    If the function takes `info`, its value may depend on the viewer, and the field gets the
    directive `@perViewer`. `cost` is added to the cost of the field's selection, and
    `argument_costs` for each of these arguments that is used; see `documents.cost`.
    """

    def decorate(resolver: Resolver) -> Resolver:
        resolve = callable_on_event_loop(resolver)
        found = strawberry.field(
            resolver=resolve,
            description=description,
            directives=[PerViewer()] if resolve.is_personal else [],
            metadata={COST: cost, ARGUMENT_COSTS: argument_costs},
        )
        return cast("Resolver", found)

    return decorate


def callable_on_event_loop(resolver: Callable[..., Any]) -> Any:
    """`resolver`, which may now be called on an event loop, too.

    Talk executes a whole operation in one thread. But a project may execute its schema on an event
    loop. There the resolver runs in a thread of a pool, and its connection is returned afterwards.
    """
    in_thread = threads.operations.to_async(resolver)

    @functools.wraps(resolver)
    def resolve(*args: Any, **kwargs: Any) -> Any:
        call = in_thread if threads.on_event_loop() else resolver
        return call(*args, **kwargs)

    known: Any = resolve
    # Plans call `plain`: they never run on an event loop.
    known.plain, known.is_personal = resolver, "info" in inspect.signature(resolver).parameters
    return known


class PageArguments(FieldExtension):
    """Describes the arguments of a page. The library describes `last` wrongly."""

    descriptions = {"before": BEFORE, "after": AFTER, "first": FIRST, "last": LAST}

    def apply(self, field: StrawberryField) -> None:
        for argument in field.arguments:
            argument.description = self.descriptions.get(argument.python_name, argument.description)


def connection(
    graphql_type: Any, *, description: str, cost: int = 0
) -> Callable[[Resolver], Resolver]:
    """`strawberry_django.connection` for a function that returns a queryset."""

    def decorate(resolver: Resolver) -> Resolver:
        found: Any = strawberry_django.connection(
            graphql_type, description=description, metadata={COST: cost}
        )(resolver)
        # Last, since the extension of the library adds the arguments.
        found.extensions = [*found.extensions, PageArguments()]
        return cast("Resolver", found)

    return decorate


def subscription(*, description: str) -> Callable[[Resolver], Resolver]:
    decorate: Callable[[Resolver], Resolver] = strawberry.subscription(description=description)
    return decorate
