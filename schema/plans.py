"""How the documents of an application are answered: each selection is compiled once.

A client asks the same few documents over and over, and most of what an executor does for a field
is the same each time: find its definition, its resolver, the types of its answer. A plan has
found them. It is made for what this schema consists of, attributes of rows and the functions of
`fields.field`; whatever else is selected is left to the executor of graphql-core, and so is all
that goes wrong: a plan that is surprised is forgotten, and the executor starts again from the
same object. So errors, and the nulls that come of them, are its own.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.query_utils import DeferredAttribute
from graphql import (
    DirectiveNode,
    GraphQLField,
    GraphQLObjectType,
    VariableNode,
    Visitor,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    visit,
)
from graphql.execution.values import get_argument_values
from strawberry import relay
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.utils.inspect import in_async_context
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.utils import resolve_model_id

#: Operations whose plans are kept, and plans of one operation.
KEPT, KEPT_EACH = 256, 256

#: What a field of a source is, and how it is written into the answer.
Read = Callable[[Any, "Run"], Any]
Write = Callable[[Any, "Run"], Any]


class Surprise(Exception):
    """Something is not as a plan expects it."""


class NotPlanned(Exception):
    """Something is selected that no plan is made for."""


class Run:
    """One execution of a plan. To the functions it stands for Strawberry's `info`."""

    def __init__(self, executor: "PlannedExecutor") -> None:
        self.context = executor.context_value
        self._executor = executor
        self._arguments: dict[int, dict[str, Any]] = {}

    def arguments(self, field: StrawberryField, definition: GraphQLField, node: Any) -> Any:
        """What a field is given, the same for all rows."""
        found = self._arguments.get(id(node))
        if found is None:
            executor = self._executor
            given = get_argument_values(definition, node, executor.variable_values)
            converter = executor.schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]
            found = self._arguments[id(node)] = convert_arguments(
                given,
                field.arguments,
                scalar_registry=converter.scalar_registry,
                config=converter.config,
            )
        return found


class PlannedExecutor(Executor):
    """Strawberry's executor, with plans for the objects of which it knows all fields."""

    _surprised = False

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        if self._may_plan():
            write = _plans_of(Same(self.operation)).get(self, return_type, field_details_list)
            if write is not None:
                try:
                    return write(result, Run(self))
                except Exception:
                    # Told by the executor, who knows where it happened.
                    self._surprised = True
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _may_plan(self) -> bool:
        # Middleware wants to see each field. On an event loop functions need threads.
        middleware = self.middleware_manager and self.middleware_manager.middlewares
        return not (self._surprised or middleware or in_async_context())


class Same:
    """A node of a document, equal to itself alone. It is kept, so that no other gets its place."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def __hash__(self) -> int:
        return id(self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.node is other.node


class Plans:
    """The plans of one operation: one for each place, and for what `@skip` and `@include` say."""

    def __init__(self) -> None:
        self._conditions: tuple[str, ...] | None = None
        self._plans: dict[Any, tuple[Any, Write | None]] = {}

    def get(
        self, executor: PlannedExecutor, type_: GraphQLObjectType, details: Any
    ) -> Write | None:
        if self._conditions is None:
            self._conditions = _conditions(executor)
        given = executor.variable_values.coerced
        place = tuple(id(each.node) for each in details)
        key = (type_, place, *[given.get(name) for name in self._conditions])
        found = self._plans.get(key)
        if found is None:
            if len(self._plans) >= KEPT_EACH:
                self._plans.clear()
            # The nodes are kept with the plan: no other ones get their places meanwhile.
            found = self._plans[key] = (details, _plan(executor, type_, details))
        return found[1]


@lru_cache(KEPT)
def _plans_of(operation: Same) -> Plans:
    return Plans()


def _conditions(executor: PlannedExecutor) -> tuple[str, ...]:
    """The variables that decide what is selected."""
    names: set[str] = set()

    class Collect(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            names.update(
                each.value.name.value
                for each in node.arguments or ()
                if isinstance(each.value, VariableNode)
            )

    for definition in (executor.operation, *executor.fragment_definitions.values()):
        visit(definition, Collect())
    return tuple(sorted(names))


def _plan(executor: PlannedExecutor, type_: GraphQLObjectType, details: Any) -> Write | None:
    try:
        return _object(executor, type_, details)
    except NotPlanned:
        return None


def _object(executor: PlannedExecutor, type_: GraphQLObjectType, details: Any) -> Write:
    fields, deferred, _forbidden = executor.collect_subfields(type_, details)
    if deferred:
        raise NotPlanned
    steps = [(name, *_field(executor, type_, each)) for name, each in fields.items()]
    is_type_of: Any = type_.is_type_of

    def write(value: Any, run: Run) -> dict[str, Any]:
        if is_type_of is not None and not is_type_of(value, None):
            raise Surprise
        return {name: finish(read(value, run), run) for name, read, finish in steps}

    return write


def _field(
    executor: PlannedExecutor, parent: GraphQLObjectType, details: Any
) -> tuple[Read, Write]:
    first = details[0]
    name = first.node.name.value
    definition = executor.schema.get_field(parent, name)
    if definition is None or first.fragment_variable_values is not None:
        raise NotPlanned
    if name == "__typename":
        return lambda source, run: parent.name, lambda value, run: value
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or field.extensions or field.permission_classes:
        raise NotPlanned
    return _reader(field, parent, definition, first.node), _writer(
        executor, definition.type, details
    )


def _reader(
    field: StrawberryField, parent: GraphQLObjectType, definition: GraphQLField, node: Any
) -> Read:
    if field.base_resolver is None:
        if isinstance(field, StrawberryDjangoField):
            return _column(parent, field.django_name or field.python_name)
        name = field.python_name
        return lambda source, run: getattr(source, name)
    function: Any = field.base_resolver.wrapped_func
    if getattr(function, "__func__", None) is _GLOBAL_ID:
        return _global_id(parent)
    plain = getattr(function, "plain", None)
    if plain is None:
        raise NotPlanned
    if definition.args:
        return lambda source, run: plain(source, run, **run.arguments(field, definition, node))
    if function.is_personal:
        return lambda source, run: plain(source, run)
    return lambda source, run: plain(source)


def _column(parent: GraphQLObjectType, name: str) -> Read:
    """A column of a row, or the row that a foreign key refers to if it was read with it."""
    origin = parent.extensions["strawberry-definition"].origin
    model = origin.__strawberry_django_definition__.model
    descriptor = getattr(model, name, None)
    if type(descriptor) is DeferredAttribute:
        return lambda source, run: source.__dict__[name]
    if isinstance(descriptor, ForwardManyToOneDescriptor):
        relation = descriptor.field
        return lambda source, run: relation.get_cached_value(source)
    raise NotPlanned


_GLOBAL_ID = relay.Node.__dict__["_id"].__func__


def _global_id(parent: GraphQLObjectType) -> Read:
    origin = parent.extensions["strawberry-definition"].origin
    usual = (resolve_model_id, relay.Node.__dict__["resolve_typename"].__func__)
    if (origin.resolve_id.__func__, origin.resolve_typename.__func__) != usual:
        raise NotPlanned
    name, attribute = parent.name, origin.resolve_id_attr()
    return lambda source, run: relay.to_base64(name, str(getattr(source, attribute)))


def _writer(executor: PlannedExecutor, type_: Any, details: Any) -> Write:
    if is_non_null_type(type_):
        return _present(executor, type_.of_type, details)
    inner = _present(executor, type_, details)
    return lambda value, run: None if value is None else inner(value, run)


def _present(executor: PlannedExecutor, type_: Any, details: Any) -> Write:
    """How a value of a type is written that has to be there."""
    if is_leaf_type(type_):
        return _leaf(type_)
    if is_list_type(type_):
        item = _writer(executor, type_.of_type, details)
        return lambda value, run: [item(each, run) for each in _list(value)]
    if is_object_type(type_):
        return _object(executor, type_, details)
    raise NotPlanned


def _leaf(type_: Any) -> Write:
    coerce = type_.coerce_output_value
    is_text = type_.name in {"String", "ID"}

    def write(value: Any, run: Run) -> Any:
        if is_text and type(value) is str:
            return value
        written = None if value is None else coerce(value)
        if written is None:
            raise Surprise
        return written

    return write


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Surprise
    return value
