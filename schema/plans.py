"""How the documents of an application are answered: each selection is compiled once.

A client asks the same few documents over and over, and most of what an executor does for a field
is the same each time: find its definition, its resolver, the types of its answer. A plan has
found them. What no plan is made for is left to the executor of graphql-core, and so is all that
goes wrong: a plan that is surprised is forgotten, and the executor starts again from the
same object. So errors, and the nulls that come of them, are its own.
"""

from functools import lru_cache
from typing import Any

from graphql import (
    DirectiveNode,
    GraphQLField,
    GraphQLObjectType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import get_argument_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.utils.inspect import in_async_context

from .documents import Same
from .steps import NotPlanned, Write, object_step

#: Operations whose plans are kept, and plans of one operation.
KEPT, KEPT_EACH = 256, 256


class Run:
    """One execution of a plan. To the functions it stands for Strawberry's `info`."""

    def __init__(self, executor: "PlannedExecutor") -> None:
        self.context = executor.context_value
        self._executor = executor
        #: Rows that are written already, by step and place, and how.
        self.written: dict[tuple[object, int], tuple[Any, Any]] = {}
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
        return object_step(executor, type_, details)
    except NotPlanned:
        return None
