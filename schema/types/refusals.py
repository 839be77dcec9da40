"""The ways to say no, as GraphQL data."""

from typing import Any

import strawberry
from django.utils import translation
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from talk.exceptions import RefusalCode, Refused

from .enums import deprecate


def _describe(codes: type[RefusalCode]) -> type[RefusalCode]:
    definition: Any = strawberry.enum(
        codes, description="Why something was refused. Codes never change their meaning."
    )
    # The schema reads the same whatever language the process was started in.
    with translation.override("en"):
        for value in definition.__strawberry_definition__.values:
            value.description = str(codes(value.value).label)
    deprecate(codes, CANNOT_READ_BACKWARDS="Never answered: `markRead` does nothing then.")
    return codes


_describe(RefusalCode)


@strawberry.type(description="A no that other input, or somebody's permission, can mend.")
class Refusal:
    code: RefusalCode = strawberry.field(description="Which rule said no. Switch on this.")
    message: str = strawberry.field(description="The reason in a sentence for people.")
    path: list[str] = strawberry.field(
        description="The input at fault, from `input` inwards; empty if it's none in particular."
    )

    @classmethod
    def of(cls, refused: Refused) -> "Refusal":
        return cls(
            code=refused.code,
            message=str(refused.message),
            path=[to_camel_case(step) for step in refused.path],
        )


class RefusalHandler(strawberry.ExceptionHandler[Refused, Refusal]):
    """Makes a `Refused` of any mutation the `Refusal` of its result."""

    def handle(
        self, exception: Refused, *, field: StrawberryField, info: strawberry.Info[Any, Any]
    ) -> Refusal:
        return Refusal.of(exception)
