"""Names of Strawberry and strawberry-django that they don't promise to keep, all in one place.

What only plans need is imported in functions. When such a name moves, making a plan raises, and the
executor answers.

Checked with strawberry-graphql 0.330.3 to 0.341.2 and strawberry-graphql-django 0.92.1 to 0.93.0.
`tests/project/test_internals.py` fails by name when one of them moves.
"""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import GraphQLSchema, MiddlewareManager
from strawberry import relay
from strawberry.channels.handlers.ws_handler import ChannelsWebSocketAdapter
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StrawberryExecutor
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    Operation as SocketOperation,
)
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType
from strawberry.types.union import StrawberryUnion
from strawberry.utils.await_maybe import await_maybe
from strawberry.utils.operation import get_operation_type
from strawberry.utils.str_converters import to_camel_case
from strawberry_django.relay.cursor_connection import annotate_ordering_fields
from strawberry_django.relay.utils import resolve_edge_class

__all__ = [
    "BaseGraphQLTransportWSHandler",
    "CannotGetOperationTypeError",
    "ChannelsWebSocketAdapter",
    "InvalidOperationTypeError",
    "LazyType",
    "MaybeNullValidationRule",
    "OneOfInputValidationRule",
    "SchemaExtensionsRunner",
    "SocketOperation",
    "StrawberryEnumDefinition",
    "StrawberryExecutor",
    "StrawberryField",
    "StrawberryObjectDefinition",
    "StrawberryUnion",
    "annotate_ordering_fields",
    "argument_converter",
    "await_maybe",
    "column_of",
    "core_schema",
    "definition_of",
    "django_model_of",
    "get_object_definition",
    "get_operation_type",
    "global_id_attribute",
    "is_global_id",
    "middleware_of",
    "own_definition",
    "resolve_edge_class",
    "serializes_datetime",
    "to_camel_case",
]


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema of graphql-core that Strawberry built."""
    return schema._schema


def definition_of(core: Any) -> Any:
    """Strawberry's definition of a type or field of graphql-core, or None."""
    return core.extensions.get("strawberry-definition")


def own_definition(type_: Any) -> Any:
    """Strawberry's definition of a Python class that is a type, an input or an enum."""
    return type_.__strawberry_definition__


def django_model_of(origin: type) -> Any:
    """The model of a type of strawberry-django, or None for any other type."""
    definition = getattr(origin, "__strawberry_django_definition__", None)
    return definition and definition.model


def middleware_of(extensions: Iterable[SchemaExtension]) -> MiddlewareManager:
    """The extensions that wrap resolvers, as the middleware of graphql-core."""
    return MiddlewareManager(*(each for each in extensions if each._implements_resolve()))


def argument_converter(schema: GraphQLSchema, field: StrawberryField) -> Any:
    """A function that converts the arguments that graphql-core read to those of a resolver."""
    from strawberry.types.arguments import convert_arguments

    converter = definition_of(schema).schema_converter

    def convert(values: dict[str, Any], info: Any) -> dict[str, Any]:
        return convert_arguments(
            values, field.arguments, converter.scalar_registry, converter.config, info
        )

    return convert


def column_of(field: StrawberryField) -> str | None:
    """The attribute of a row that a field of strawberry-django shows; None for other fields."""
    from strawberry_django.fields.field import StrawberryDjangoField

    if not isinstance(field, StrawberryDjangoField):
        return None
    return field.django_name or field.python_name


def is_global_id(function: Any) -> bool:
    """Whether this resolver is that of `id` in `relay.Node`."""
    return getattr(function, "__func__", None) is relay.Node.__dict__["_id"].__func__


def global_id_attribute(origin: Any) -> str | None:
    """The attribute of a row that its global id holds; None if the type makes its ids itself."""
    from strawberry_django.relay.utils import resolve_model_id

    usual = (resolve_model_id, relay.Node.__dict__["resolve_typename"].__func__)
    if (origin.resolve_id.__func__, origin.resolve_typename.__func__) != usual:
        return None
    attribute: str = origin.resolve_id_attr()
    return django_model_of(origin)._meta.pk.attname if attribute == "pk" else attribute


def serializes_datetime(type_: Any) -> bool:
    """Whether values of this scalar are written as Strawberry writes a `datetime`."""
    from strawberry.schema.types.base_scalars import DateTimeDefinition

    return getattr(type_, "coerce_output_value", None) is DateTimeDefinition.serialize
