"""What fields are given, made what their functions take, by what is found once for each field.

Strawberry finds out anew each time of which types an input consists.
"""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from graphql import GraphQLField
from graphql.execution.values import get_argument_values
from strawberry import UNSET, relay
from strawberry.scalars import is_scalar
from strawberry.types.arguments import convert_argument
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryOptional,
    get_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

#: How a value that graphql-core read becomes what a function takes.
Take = Callable[[Any], Any]


class Arguments:
    """Those of one field in one document."""

    def __init__(
        self, field: StrawberryField, definition: GraphQLField, node: Any, converter: Any
    ) -> None:
        self._definition, self._node = definition, node
        name_of = converter.config.name_converter.from_argument
        self._takes = [
            (name_of(each), each.python_name, _take(each.type, converter))
            for each in field.arguments
        ]

    def given(self, variables: Any) -> dict[str, Any]:
        """What the function is called with, where the operation has these variables."""
        return _taken(self._takes, get_argument_values(self._definition, self._node, variables))


def _taken(takes: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    return {python_name: take(given[name]) for name, python_name, take in takes if name in given}


def _take(type_: Any, converter: Any, within: tuple[Any, ...] = ()) -> Take:
    """How values of a type are taken, be it that of a field within these inputs."""
    while isinstance(type_, StrawberryOptional) and not isinstance(type_, StrawberryMaybe):
        type_ = type_.of_type
    if _is_leaf(type_, converter):
        return _as_it_is
    if isinstance(type_, StrawberryList) and _is_leaf(type_.of_type, converter):
        return lambda value: value if _is_nothing(value) else list(value)
    definition = get_object_definition(type_)
    is_plain = definition is not None and definition.is_input and definition.from_input is None
    # One that is within itself is taken as Strawberry takes it.
    if is_plain and type_ not in within:
        return _take_input(type_, definition, converter, (*within, type_))
    return lambda value: convert_argument(value, type_, converter.scalar_registry, converter.config)


def _take_input(type_: Any, definition: Any, converter: Any, within: tuple[Any, ...]) -> Take:
    takes = [
        (
            converter.config.name_converter.from_field(each),
            each.python_name,
            _take(each.resolve_type(type_definition=definition), converter, within),
        )
        for each in definition.fields
    ]
    without_default = {
        each.python_name: None
        for each in definition.fields
        if each.default_value is MISSING and each.default_factory is MISSING
    }
    return lambda value: (
        value if _is_nothing(value) else type_(**(without_default | _taken(takes, value)))
    )


def _as_it_is(value: Any) -> Any:
    return value


def _is_nothing(value: Any) -> bool:
    return value is None or value is UNSET


def _is_leaf(type_: Any, converter: Any) -> bool:
    if isinstance(type_, StrawberryEnumDefinition):
        return True
    return type_ is not relay.GlobalID and bool(is_scalar(type_, converter.scalar_registry))
