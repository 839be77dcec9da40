"""How a plan writes what is selected: each field by one step, found once.

It knows what this schema consists of, attributes of rows and the functions of `fields.field`, and
raises `NotPlanned` for all else. A step that meets what it doesn't expect raises, whatever it is.
"""

from binascii import b2a_base64
from collections.abc import Callable
from typing import Any

from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.query_utils import DeferredAttribute
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_union_type,
)
from strawberry import relay
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.utils import resolve_model_id

from ..budget import BRACKETS_SIZE, BudgetSpent, size_of, size_of_key
from .arguments import Arguments
from .leaves import Surprise, Write, fixed_size, leaf

#: How a field of a source is written into the answer. The second argument is the run of the plan,
#: which stands for Strawberry's `info`, and of which the bytes of the answer are spent.
Step = Callable[[Any, Any], Any]
Place = tuple[Any, ...]


class NotPlanned(Exception):
    """Something is selected that no plan is made for."""


def object_step(executor: Any, type_: GraphQLObjectType, details: Any) -> Write:
    fields, deferred, _forbidden = executor.collect_subfields(type_, details)
    if deferred or "strawberry-definition" not in type_.extensions:
        raise NotPlanned
    executor.fields_planned += len(fields)
    steps = [(name, _step(executor, type_, each)) for name, each in fields.items()]
    size = BRACKETS_SIZE + sum(
        size_of_key(name) + _fixed_size(executor, type_, each) for name, each in fields.items()
    )
    is_type_of: Any = type_.is_type_of
    usual = _usual_class(type_)

    def fits(value: Any) -> bool:
        return value is not None and (is_type_of is None or is_type_of(value, None))

    place = place_of(type_, details)

    def write(value: Any, run: Any) -> dict[str, Any]:
        try:
            if type(value) is not usual and not fits(value):
                raise Surprise
            left = run.left = run.left - size
            if left < 0:
                raise BudgetSpent
            return {name: step(value, run) for name, step in steps}
        except Exception:
            run.failed.add(place)
            raise

    return write


def place_of(type_: GraphQLObjectType, details: Any) -> Place:
    """Where in a document fields of a type are selected."""
    return (type_, *[id(each.node) for each in details])


def _fixed_size(executor: Any, parent: GraphQLObjectType, details: Any) -> int:
    """The bytes of a selected field's values that are not counted one by one."""
    name = details[0].node.name.value
    if name == "__typename":
        return size_of(parent.name)
    definition = executor.schema.get_field(parent, name)
    return 0 if definition is None else fixed_size(definition.type)


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
            left = run.left
            written = write(row, run)
            # With the row, so that no other gets its place.
            run.written[place, id(row)] = row, written, left - run.left
            return written
        # In JSON it stands as often as it is selected.
        run.left -= known[2]
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
        written = b2a_base64(named.encode(), newline=False).decode()
        run.left -= len(written)
        return written

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
        return leaf(type_)
    if is_list_type(type_):
        return _list(writer(executor, type_.of_type, details), fixed_size(type_.of_type) + 1)
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


def _list(item: Write, size: int) -> Write:
    def write(value: Any, run: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Surprise
        run.left -= size * len(value)
        return [item(each, run) for each in value]

    return write
