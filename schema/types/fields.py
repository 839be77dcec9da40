"""The decorators of fields, typed, and fit for resolvers that read the database."""

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
from ..authentication import rates
from ..documents.metadata import ARGUMENT_COSTS, COST, NO_COSTS, RATE
from ..operation import mark_counted

BEFORE = "Only what comes before this cursor."
AFTER = "Only what comes after this cursor."
FIRST = "So many, from the beginning."
LAST = "So many, up to the end."
#: What pages tell of themselves, in the library's words.
CURSOR = "A cursor for use in pagination"
PAGE_INFO = "Pagination data for this connection"

#: Arguments of a page, where its function is not a library's.
Before = Annotated[str | None, strawberry.argument(description=BEFORE)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]
First = Annotated[int | None, strawberry.argument(description=FIRST)]
Last = Annotated[int | None, strawberry.argument(description=LAST)]
#: The argument by which something is asked for.
Id = Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="What this shows depends on who asks. Don't share it between people.",
)
class PerViewer:
    pass


def field(
    *, description: str, cost: int = 0, argument_costs: Mapping[str, int] = NO_COSTS
) -> Callable[[Resolver], Resolver]:
    """`strawberry.field` for a plain function that uses the ORM, wherever it is executed.

    It says in the schema whether its function can know who asks, which is by taking `info`. `cost`
    is what the field costs beside what is selected of it, and `argument_costs` what it costs more
    where such an argument is given; see `limits.Meter`.
    """

    def decorate(resolver: Resolver) -> Resolver:
        resolve = _in_any_context(resolver)
        found = strawberry.field(
            resolver=resolve,
            description=description,
            directives=[PerViewer()] if resolve.is_personal else [],
            metadata={COST: cost, ARGUMENT_COSTS: argument_costs},
        )
        return cast("Resolver", found)

    return decorate


def mutation(
    *, description: str, rate: str = "write", people: str = ""
) -> Callable[[Resolver], Resolver]:
    """Like `field`, of a verb, whose answer is for nobody but who asked.

    `rate` is the name of what limits how often it may be done; it counts for the `people` of its
    input.
    """

    def decorate(resolver: Resolver) -> Resolver:
        @functools.wraps(resolver)
        def limited(self: Any, info: Any, input: Any) -> Any:
            mark_counted()
            rates.spend(info.context, rate, rates.times_for(getattr(input, people, ())))
            return resolver(self, info, input)

        found: Any = strawberry.field(
            resolver=_in_any_context(limited), description=description, metadata={RATE: rate}
        )
        for argument in found.arguments:
            # An input says of itself what it is.
            argument.description = argument.type.__strawberry_definition__.description
        return cast("Resolver", found)

    return decorate


def _in_any_context(resolver: Callable[..., Any]) -> Any:
    """Operations run as a whole in one thread, and call `resolver` there.

    Only another project's coroutines may be executed on the event loop. There it gets a thread
    of its own: not the one that all thread-sensitive code of a process shares, and with its
    connection closed after.
    """
    in_thread = threads.asked.run(resolver)

    @functools.wraps(resolver)
    def resolve(*args: Any, **kwargs: Any) -> Any:
        call = in_thread if threads.on_event_loop() else resolver
        return call(*args, **kwargs)

    known: Any = resolve
    # Where a plan calls it, there is no event loop.
    known.plain, known.is_personal = resolver, "info" in inspect.signature(resolver).parameters
    return known


class PageWords(FieldExtension):
    """Describes the arguments of a page. The library says of `last` what `after` does."""

    words = {"before": BEFORE, "after": AFTER, "first": FIRST, "last": LAST}

    def apply(self, field: StrawberryField) -> None:
        for argument in field.arguments:
            argument.description = self.words.get(argument.python_name, argument.description)


def connection(
    graphql_type: Any, *, description: str, cost: int = 0
) -> Callable[[Resolver], Resolver]:
    """`strawberry_django.connection` of a function that returns a queryset. `cost`: see `field`."""

    def decorate(resolver: Resolver) -> Resolver:
        found: Any = strawberry_django.connection(
            graphql_type, description=description, metadata={COST: cost}
        )(resolver)
        # After the library's own, which adds the arguments.
        found.extensions = [*found.extensions, PageWords()]
        return cast("Resolver", found)

    return decorate


def subscription(*, description: str) -> Callable[[Resolver], Resolver]:
    decorate: Callable[[Resolver], Resolver] = strawberry.subscription(description=description)
    return decorate
