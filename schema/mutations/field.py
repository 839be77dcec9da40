"""The decorator of mutations."""

import functools
from collections.abc import Callable
from typing import Any, cast

import strawberry

from ..authentication import rates
from ..documents.metadata import RATE
from ..loading.views import current_views
from ..operation import mark_counted
from ..strawberry_internals import own_definition
from ..types.fields import Resolver, callable_on_event_loop


def mutation(
    *, description: str, rate: str = "write", people: str | None = None
) -> Callable[[Resolver], Resolver]:
    """`field` for a mutation, which is counted against a rate limit each time.

    `rate` names the limit. A mutation counts once for each person in the input field `people`.
    """

    def decorate(resolver: Resolver) -> Resolver:
        @functools.wraps(resolver)
        def limited(self: Any, info: Any, input: Any) -> Any:
            mark_counted()
            current_views().forget_loaded()
            named = getattr(input, people) if people else ()
            rates.count_for_viewer(info.context, rate, rates.times_for_people(named))
            return resolver(self, info, input)

        found: Any = strawberry.field(
            resolver=callable_on_event_loop(limited), description=description, metadata={RATE: rate}
        )
        for argument in found.arguments:
            # The description of the input type.
            argument.description = own_definition(argument.type).description
        return cast("Resolver", found)

    return decorate
