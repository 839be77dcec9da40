"""Compiles a selection of a document into one Python function, its plan.

A plan knows the kinds of fields that this schema consists of: attributes of rows, related rows,
global ids, and the functions of `types.fields.field`. For anything else, making the plan raises
`NotPlanned`. If a plan meets an unexpected value, it raises some exception, and the executor
completes the object instead.
"""

from binascii import b2a_base64
from collections.abc import Callable
from typing import Any

from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.query_utils import DeferredAttribute
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_argument_values,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from ..graphql_core_internals import is_in_fragment_with_variables, nodes_of, selected_fields
from ..operation import BudgetSpent
from ..strawberry_internals import (
    StrawberryField,
    argument_converter,
    column_of,
    definition_of,
    django_model_of,
    global_id_attribute,
    is_global_id,
)
from .scalars import Complete, UnexpectedValue, complete_scalar, fixed_size
from .sizes import BRACKETS_SIZE, size_of, size_of_key

#: Resolves a field of a source, and completes what it returned. The second argument is the `Run`
#: of the plan. Resolvers get it instead of Strawberry's `info`.
FieldPlan = Callable[[Any, Any], Any]
#: Where in a document fields of a type are selected.
SelectionKey = tuple[Any, ...]


class NotPlanned(Exception):
    """The selection has a field of a kind that plans don't know."""


def object_plan(executor: Any, type_: GraphQLObjectType, details: Any) -> Complete:
    """The plan for what is selected of objects of a type."""
    fields = selected_fields(executor, type_, details)
    if fields is None or definition_of(type_) is None:
        raise NotPlanned
    executor.fields_planned += len(fields)
    plans = [(name, _field_plan(executor, type_, each)) for name, each in fields.items()]
    size = BRACKETS_SIZE + sum(
        size_of_key(name) + _fixed_size(executor, type_, each) for name, each in fields.items()
    )
    is_type_of: Any = type_.is_type_of
    usual = _usual_class(type_)
    key = selection_key(type_, details)

    def fits(value: Any) -> bool:
        return value is not None and (is_type_of is None or is_type_of(value, None))

    def complete(value: Any, run: Any) -> dict[str, Any]:
        try:
            if type(value) is not usual and not fits(value):
                raise UnexpectedValue
            left = run.left = run.left - size
            if left < 0:
                raise BudgetSpent
            return {name: plan(value, run) for name, plan in plans}
        except Exception:
            run.failed.add(key)
            raise

    return complete


def selection_key(type_: GraphQLObjectType, details: Any) -> SelectionKey:
    return (type_, *map(id, nodes_of(details)))


def _fixed_size(executor: Any, parent: GraphQLObjectType, details: Any) -> int:
    """The bytes that are counted once for all values of a selected field."""
    name = nodes_of(details)[0].name.value
    if name == "__typename":
        return size_of(parent.name)
    definition = executor.schema.get_field(parent, name)
    return 0 if definition is None else fixed_size(definition.type)


def _usual_class(type_: GraphQLObjectType) -> type:
    origin: type = definition_of(type_).origin
    model: type | None = django_model_of(origin)
    return model or origin


def _field_plan(executor: Any, parent: GraphQLObjectType, details: Any) -> FieldPlan:
    node = nodes_of(details)[0]
    if node.name.value == "__typename":
        return lambda source, run: parent.name
    definition, field = _definitions(executor, parent, details)
    complete = _completion(executor, definition.type, details)
    if field.base_resolver is None:
        if (column := column_of(field)) is not None:
            return _column(parent, column, complete)
        attribute = field.python_name
        return lambda source, run: complete(getattr(source, attribute), run)
    function: Any = field.base_resolver.wrapped_func
    if is_global_id(function):
        return _global_id(parent)
    resolve = _resolver(executor, function, field, definition, node)
    return lambda source, run: complete(resolve(source, run), run)


def _definitions(
    executor: Any, parent: GraphQLObjectType, details: Any
) -> tuple[GraphQLField, StrawberryField]:
    """The definitions of a selected field in graphql-core and in Strawberry."""
    definition = executor.schema.get_field(parent, nodes_of(details)[0].name.value)
    if definition is None or is_in_fragment_with_variables(details):
        raise NotPlanned
    field = definition_of(definition)
    if not isinstance(field, StrawberryField) or field.extensions or field.permission_classes:
        raise NotPlanned
    return definition, field


def _resolver(
    executor: Any, function: Any, field: StrawberryField, definition: GraphQLField, node: Any
) -> FieldPlan:
    """The `function` of `types.fields` that resolves a field, called with a source and a run."""
    plain = getattr(function, "plain", None)
    if plain is None or (definition.args and not function.is_personal):
        raise NotPlanned
    if definition.args:
        convert = argument_converter(executor.schema, field)

        def arguments(run: Any) -> dict[str, Any]:
            found: dict[str, Any] = convert(
                get_argument_values(definition, node, run.variables), run
            )
            return found

        return lambda source, run: plain(source, run, **run.once(arguments))
    if function.is_personal:
        return lambda source, run: plain(source, run)
    return lambda source, run: plain(source)


def _column(parent: GraphQLObjectType, name: str, complete: Complete) -> FieldPlan:
    """A column of a row, or the row that a foreign key refers to if it was read with it."""
    descriptor = getattr(django_model_of(definition_of(parent).origin), name, None)
    if type(descriptor) is DeferredAttribute:
        return lambda source, run: complete(source.__dict__[name], run)
    if isinstance(descriptor, ForwardManyToOneDescriptor):
        return _relation(descriptor.field.cache_name, complete)
    raise NotPlanned


def _relation(name: str, complete: Complete) -> FieldPlan:
    # The same person may have sent most messages of a page, and is completed once.
    selection = object()

    def plan(source: Any, run: Any) -> Any:
        row = source._state.fields_cache[name]
        known = run.completed.get((selection, id(row)))
        if known is None:
            left = run.left
            completed = complete(row, run)
            # It keeps the row alive, so that no other row gets its id.
            run.completed[selection, id(row)] = row, completed, left - run.left
            return completed
        # The JSON of the answer repeats it.
        run.left -= known[2]
        return known[1]

    return plan


def _global_id(parent: GraphQLObjectType) -> FieldPlan:
    attribute = global_id_attribute(definition_of(parent).origin)
    if attribute is None:
        raise NotPlanned

    def plan(source: Any, run: Any) -> str:
        # The same text as that of `relay.to_base64`.
        text = f"{parent.name}:{getattr(source, attribute)}"
        encoded = b2a_base64(text.encode(), newline=False).decode()
        run.left -= len(encoded)
        return encoded

    return plan


def _completion(executor: Any, type_: Any, details: Any) -> Complete:
    """The function that completes values of a type."""
    if is_non_null_type(type_):
        return _non_null_completion(executor, type_.of_type, details)
    complete = _non_null_completion(executor, type_, details)
    return lambda value, run: None if value is None else complete(value, run)


def _non_null_completion(executor: Any, type_: Any, details: Any) -> Complete:
    if is_leaf_type(type_):
        return complete_scalar(type_)
    if is_list_type(type_):
        return _list(_completion(executor, type_.of_type, details), fixed_size(type_.of_type) + 1)
    if is_object_type(type_):
        return object_plan(executor, type_, details)
    raise NotPlanned


def _list(item: Complete, size: int) -> Complete:
    def complete(value: Any, run: Any) -> list[Any]:
        if not isinstance(value, list):
            raise UnexpectedValue
        run.left -= size * len(value)
        return [item(each, run) for each in value]

    return complete
