"""Names of Strawberry and strawberry-django that they don't promise to keep, all in one place.

Checked with strawberry-graphql 0.330.3 to 0.341.2 and strawberry-graphql-django 0.92.1 to 0.93.0.
`tests/project/test_internals.py` fails by name when one of them moves.
"""

from collections.abc import Iterable
from typing import Any, cast

import strawberry
from graphql import GraphQLSchema, MiddlewareManager
from strawberry import relay
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StrawberryExecutor
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.utils.inspect import in_async_context
from strawberry.utils.operation import get_operation_type
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.utils import resolve_model_id

__all__ = [
    "CannotGetOperationTypeError",
    "InvalidOperationTypeError",
    "MaybeNullValidationRule",
    "OneOfInputValidationRule",
    "SchemaExtensionsRunner",
    "StrawberryDjangoField",
    "StrawberryExecutor",
    "StrawberryField",
    "argument_converter",
    "core_schema",
    "definition_of",
    "django_model_of",
    "get_operation_type",
    "global_id_attribute",
    "in_async_context",
    "is_global_id",
    "middleware_of",
    "serializes_datetime",
]


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema of graphql-core that Strawberry built."""
    return schema._schema


def definition_of(core: Any) -> Any:
    """What Strawberry knows of a type or field of graphql-core, or None."""
    return core.extensions.get("strawberry-definition")


def django_model_of(origin: type) -> Any:
    """The model of a type of strawberry-django, or None for any other type."""
    definition = getattr(origin, "__strawberry_django_definition__", None)
    return definition and definition.model


def middleware_of(extensions: Iterable[SchemaExtension]) -> MiddlewareManager:
    """The extensions that want to see each field, as graphql-core takes them."""
    return MiddlewareManager(*(each for each in extensions if each._implements_resolve()))


def argument_converter(schema: GraphQLSchema, field: StrawberryField) -> Any:
    """A function that makes what a field's resolver takes of the arguments graphql-core read."""
    converter = cast("Any", schema.extensions["strawberry-definition"]).schema_converter

    def convert(values: dict[str, Any], info: Any) -> dict[str, Any]:
        return convert_arguments(
            values, field.arguments, converter.scalar_registry, converter.config, info
        )

    return convert


def is_global_id(function: Any) -> bool:
    """Whether this resolver is that of `id` in `relay.Node`."""
    return getattr(function, "__func__", None) is relay.Node.__dict__["_id"].__func__


def global_id_attribute(origin: Any) -> str | None:
    """The attribute of a row that its global id holds; None if the type makes its ids itself."""
    usual = (resolve_model_id, relay.Node.__dict__["resolve_typename"].__func__)
    if (origin.resolve_id.__func__, origin.resolve_typename.__func__) != usual:
        return None
    attribute: str = origin.resolve_id_attr()
    return django_model_of(origin)._meta.pk.attname if attribute == "pk" else attribute


def serializes_datetime(type_: Any) -> bool:
    """Whether values of this scalar are written as Strawberry writes a `datetime`."""
    return getattr(type_, "coerce_output_value", None) is DateTimeDefinition.serialize
