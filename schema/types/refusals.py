"""The GraphQL type `Refusal`, in which mutations return the refusals of `talk.exceptions`."""

from typing import Any

import strawberry
from django.utils import translation
from strawberry.types.field import StrawberryField

from talk.counts import count
from talk.exceptions import RefusalCode, Refused

from ..strawberry_internals import own_definition, to_camel_case
from .enums import deprecate

#: The description of each result type.
RESULT = "The payload, or why the mutation was refused."


def _describe(codes: type[RefusalCode]) -> type[RefusalCode]:
    definition: Any = strawberry.enum(
        codes, description="Why a mutation was refused. Codes never change their meaning."
    )
    # In English, whatever the language of the process is.
    with translation.override("en"):
        for value in own_definition(definition).values:
            value.description = str(codes(value.value).label)
    deprecate(
        codes,
        CANNOT_READ_BACKWARDS="Never returned. `markRead` with a lower number than "
        "before changes nothing.",
    )
    return codes


_describe(RefusalCode)


@strawberry.type(
    description="Says why a mutation was refused: the input breaks a rule, or the "
    "viewer lacks a permission."
)
class Refusal:
    code: RefusalCode = strawberry.field(
        description="The rule. Clients should decide by this code."
    )
    message: str = strawberry.field(description="The reason, in a sentence for people.")
    path: list[str] = strawberry.field(
        description="The input field at fault, from `input` inwards; empty if it is none in "
        "particular."
    )
    retry_after: int | None = strawberry.field(
        default=None,
        description="After how many seconds the same request may succeed. Null if something else "
        "has to happen first.",
    )

    @classmethod
    def of(cls, refused: Refused) -> "Refusal":
        return cls(
            code=refused.code,
            message=str(refused.message),
            path=[to_camel_case(step) for step in refused.path],
            retry_after=refused.retry_after,
        )


class RefusalHandler(strawberry.ExceptionHandler[Refused, Refusal]):
    """Turns a `Refused` that a mutation raises into the `Refusal` of its result."""

    def handle(
        self, exception: Refused, *, field: StrawberryField, info: strawberry.Info[Any, Any]
    ) -> Refusal:
        count.refusal(exception.code.value)
        return Refusal.of(exception)
