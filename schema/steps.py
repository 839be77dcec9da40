"""How a plan writes what is selected: each field by one step, found once.

It knows what this schema consists of, attributes of rows and the functions of `fields.field`, and
raises `NotPlanned` for all else. A step that meets what it doesn't expect raises, whatever it is.
"""

from binascii import b2a_base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.query_utils import DeferredAttribute
from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_union_type,
)
from strawberry import relay
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.utils import resolve_model_id

from .arguments import Arguments

#: How a value is written into the answer, and how a field of a source is. The second argument is
#: the run of the plan, which stands for Strawberry's `info`.
Write = Callable[[Any, Any], Any]
Step = Callable[[Any, Any], Any]


class Surprise(Exception):
    """Something is not as a plan expects it."""


class NotPlanned(Exception):
    """Something is selected that no plan is made for."""


def object_step(executor: Any, type_: GraphQLObjectType, details: Any) -> Write:
    fields, deferred, _forbidden = executor.collect_subfields(type_, details)
    if deferred or "strawberry-definition" not in type_.extensions:
        raise NotPlanned
    steps = [(name, _step(executor, type_, each)) for name, each in fields.items()]
    is_type_of: Any = type_.is_type_of
    usual = _usual_class(type_)

    def fits(value: Any) -> bool:
        return value is not None and (is_type_of is None or is_type_of(value, None))

    def write(value: Any, run: Any) -> dict[str, Any]:
        if type(value) is not usual and not fits(value):
            raise Surprise
        return {name: step(value, run) for name, step in steps}

    return write


def _usual_class(type_: GraphQLObjectType) -> type | None:
    origin: Any = type_.extensions["strawberry-definition"].origin
    django = getattr(origin, "__strawberry_django_definition__", None)
    found: type = django.model if django else origin
    return found


def _step(executor: Any, parent: GraphQLObjectType, details: Any) -> Step:
    node = details[0].node
    if node.name.value == "__typename":
        return lambda source, run: parent.name
    definition, field = planned_field(executor, parent, details)
    write = writer(executor, definition.type, details)
    if field.base_resolver is None:
        if isinstance(field, StrawberryDjangoField):
            return _column(parent, field.django_name or field.python_name, write)
        attribute = field.python_name
        return lambda source, run: write(getattr(source, attribute), run)
    function: Any = field.base_resolver.wrapped_func
    if getattr(function, "__func__", None) is _GLOBAL_ID:
        return _global_id(parent)
    call = function_of(executor, field, definition, node)
    return lambda source, run: write(call(source, run), run)


def planned_field(
    executor: Any, parent: GraphQLObjectType, details: Any
) -> tuple[GraphQLField, StrawberryField]:
    """What graphql-core and what Strawberry know of a field that is selected."""
    definition = executor.schema.get_field(parent, details[0].node.name.value)
    if definition is None or details[0].fragment_variable_values is not None:
        raise NotPlanned
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or field.extensions or field.permission_classes:
        raise NotPlanned
    return definition, field


def converter_of(executor: Any) -> Any:
    """What made the executor's schema of Strawberry's types."""
    return executor.schema._strawberry_schema.schema_converter


def function_of(executor: Any, field: StrawberryField, definition: GraphQLField, node: Any) -> Step:
    """The function of `fields` behind a field, to be called with a source and a run."""
    function: Any = field.base_resolver and field.base_resolver.wrapped_func
    plain = getattr(function, "plain", None)
    if plain is None or (definition.args and not function.is_personal):
        raise NotPlanned
    if definition.args:
        arguments = Arguments(field, definition, node, converter_of(executor))
        return lambda source, run: plain(source, run, **run.given(arguments))
    if function.is_personal:
        return lambda source, run: plain(source, run)
    return lambda source, run: plain(source)


def _column(parent: GraphQLObjectType, name: str, write: Write) -> Step:
    """A column of a row, or the row that a foreign key refers to if it was read with it."""
    origin = parent.extensions["strawberry-definition"].origin
    model = origin.__strawberry_django_definition__.model
    descriptor = getattr(model, name, None)
    if type(descriptor) is DeferredAttribute:
        return lambda source, run: write(source.__dict__[name], run)
    if isinstance(descriptor, ForwardManyToOneDescriptor):
        return _relation(descriptor.field.cache_name, write)
    raise NotPlanned


def _relation(name: str, write: Write) -> Step:
    # The same person said much of a page, and is written once.
    place = object()

    def step(source: Any, run: Any) -> Any:
        row = source._state.fields_cache[name]
        known = run.written.get((place, id(row)))
        if known is None:
            # With the row, so that no other gets its place.
            known = run.written[place, id(row)] = row, write(row, run)
        return known[1]

    return step


_GLOBAL_ID = relay.Node.__dict__["_id"].__func__


def _global_id(parent: GraphQLObjectType) -> Step:
    origin = parent.extensions["strawberry-definition"].origin
    usual = (resolve_model_id, relay.Node.__dict__["resolve_typename"].__func__)
    if (origin.resolve_id.__func__, origin.resolve_typename.__func__) != usual:
        raise NotPlanned
    attribute = origin.resolve_id_attr()
    if attribute == "pk":
        attribute = origin.__strawberry_django_definition__.model._meta.pk.attname

    def step(source: Any, run: Any) -> str:
        # As Strawberry's `to_base64`, which asks each time what it is given.
        named = f"{parent.name}:{getattr(source, attribute)}"
        return b2a_base64(named.encode(), newline=False).decode()

    return step


def writer(executor: Any, type_: Any, details: Any) -> Write:
    """How values of a type are written of which this is selected."""
    if is_non_null_type(type_):
        return _present(executor, type_.of_type, details)
    present = _present(executor, type_, details)
    return lambda value, run: None if value is None else present(value, run)


def _present(executor: Any, type_: Any, details: Any) -> Write:
    """How a value of a type is written that has to be there."""
    if is_leaf_type(type_):
        return _leaf(type_)
    if is_list_type(type_):
        item = writer(executor, type_.of_type, details)
        return lambda value, run: [item(each, run) for each in _list(value)]
    if is_object_type(type_):
        return object_step(executor, type_, details)
    if is_union_type(type_):
        return _one_of(executor, type_.types, details)
    raise NotPlanned


def _one_of(executor: Any, types: Any, details: Any) -> Write:
    writes = {_usual_class(each): object_step(executor, each, details) for each in types}
    if len(writes) < len(types):
        raise NotPlanned

    def write(value: Any, run: Any) -> Any:
        if type(value) not in writes:
            raise Surprise
        return writes[type(value)](value, run)

    return write


def _leaf(type_: Any) -> Write:
    if type_ is GraphQLInt:
        return _int
    coerce = type_.coerce_output_value
    if coerce is DateTimeDefinition.serialize:
        coerce = _time
    # What is written as it is.
    ready = {"String": str, "ID": str, "Boolean": bool}.get(type_.name)
    # An enum has few members.
    known: dict[Any, Any] | None = {} if is_enum_type(type_) else None

    def write(value: Any, run: Any) -> Any:
        if type(value) is ready:
            return value
        if known is not None and value in known:
            return known[value]
        written = None if value is None else coerce(value)
        if written is None:
            raise Surprise
        if known is not None:
            known[value] = written
        return written

    return write


def _int(value: Any, run: Any) -> int:
    if type(value) is not int or not GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        raise Surprise
    return value


def _time(value: datetime) -> str:
    # The same as the other, which takes twice as long.
    return orjson.dumps(value)[1:-1].decode() if value.tzinfo is UTC else value.isoformat()


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Surprise
    return value
