"""How the documents of an application are answered: each selection is compiled once.

A client asks the same few documents over and over, and most of what an executor does for a field
is the same each time: find its definition, its resolver, the types of its answer. A plan has
found them. What no plan is made for is left to the executor of graphql-core, and so is all that
goes wrong: a plan that is surprised gives up, and the executor starts again from the same
object, or from what the function of a root field returned, which is called once in any case. So
errors, and the nulls that come of them, are its own.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from graphql import (
    DirectiveNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.executor import to_nodes
from strawberry.utils.inspect import in_async_context

from ..budget import BudgetedExecutor, BudgetSpent
from ..documents.bounded import ENTRY_SIZE, FIELD_SIZE, SHARE, Cache, kept, size_of_document
from .arguments import Arguments
from .leaves import Write
from .roots import RootField
from .steps import NotPlanned, Place, object_step, place_of


class Run:
    """One execution of a plan. To the functions it stands for Strawberry's `info`."""

    def __init__(self, executor: "PlannedExecutor") -> None:
        self.context = executor.context_value
        self._variables = executor.variable_values
        #: The bytes that the answer may still have.
        self.left = executor.left
        self.failed = executor.failed
        #: Rows that are written already, by step and place: how, and how many bytes that takes.
        self.written: dict[tuple[object, int], tuple[Any, Any, int]] = {}
        self._given: dict[Arguments, dict[str, Any]] = {}

    def given(self, arguments: Arguments) -> dict[str, Any]:
        """What a field is given, the same for all rows."""
        found = self._given.get(arguments)
        if found is None:
            found = self._given[arguments] = arguments.given(self._variables)
        return found


class RootRun(Run):
    """That of a root field, whose function may hand `info` on to who wants all of it."""

    def __init__(self, executor: "PlannedExecutor", info: Callable[[], Any]) -> None:
        super().__init__(executor)
        self._make_info = info

    @cached_property
    def _info(self) -> Any:
        return self._make_info()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._info, name)


class PlannedExecutor(BudgetedExecutor):
    """Strawberry's executor, with plans for the fields and objects of which it knows all."""

    #: Where plans failed in this operation, with all that is around: those are not tried again.
    failed: set[Place]
    #: The fields of the plan that is made.
    fields_planned = 0
    _facts: "Facts | None" = None

    def execute_operation(self, serially: bool | None = None) -> Any:
        self.failed = set()
        return super().execute_operation(serially)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        def complete() -> Any:
            return BudgetedExecutor.complete_object_value(
                self, return_type, field_details_list, info, path, result, position_context
            )

        if self.failed and place_of(return_type, field_details_list) in self.failed:
            return complete()
        plan = self._plan(object_step, return_type, field_details_list)
        if plan is None:
            return complete()
        return self.write_or_complete(plan, result, Run(self), complete)

    def execute_field(
        self, parent_type: Any, source: Any, details: Any, path: Any, position_context: Any
    ) -> Any:
        is_root = path.prev is None
        root: RootField | None = self._plan(RootField, parent_type, details) if is_root else None
        if root is None:
            return super().execute_field(parent_type, source, details, path, position_context)
        self.count_field(path)
        type_ = root.definition.type

        def info() -> Any:
            return self.build_resolve_info(root.definition, to_nodes(details), parent_type, path)

        def complete() -> Any:
            return self.complete_value(type_, details, info(), path, result, position_context)

        # In the order of the executor's own, which catches the same in the same place.
        try:
            run = RootRun(self, lambda: root.info(info()))
            result = root.call(source, run)
            return self.write_or_complete(root.write, result, run, complete)
        except Exception as error:
            self.handle_field_error(error, type_, details, path)
            return None

    def write_or_complete(
        self, write: Write, result: Any, run: Run, complete: Callable[[], Any]
    ) -> Any:
        """What a function returned, written by a plan, or else as the executor completes it."""
        try:
            written = write(result, run)
        except BudgetSpent:
            raise
        except Exception:
            # The executor knows how to tell where it happened. It goes slowly where the plan
            # failed; what is selected beside that is still written by plans. The bytes that this
            # one wrote are dropped, and not counted.
            return complete()
        self.left = run.left
        self.spend(0)
        return written

    def _plan(self, make: Any, type_: GraphQLObjectType, details: Any) -> Any:
        """What `make` makes of what is selected of a type; None if there is to be no plan."""
        # Middleware wants to see each field. On an event loop functions need threads.
        middleware = self.middleware_manager and self.middleware_manager.middlewares
        if middleware or in_async_context():
            return None
        facts = self._facts or self._know()
        given = self.variable_values.coerced
        key = (make, *place_of(type_, details), *[given.get(name) for name in facts.conditions])
        found = facts.plans.find(key)
        if found is None:
            self.fields_planned = 0
            # The nodes are kept with the plan: no other ones get their places meanwhile.
            found = details, _made(make, self, type_, details)
            facts.plans.keep(key, found, ENTRY_SIZE + FIELD_SIZE * self.fields_planned)
            kept.keep(id(self.operation), facts, facts.size + facts.plans.size)
        return found[1]

    def _know(self) -> "Facts":
        operation = self.operation
        facts: Facts | None = kept.find(id(operation))
        if facts is None:
            facts = Facts(operation, _conditions(self), size_of_document(operation), Cache(SHARE))
            kept.keep(id(operation), facts, facts.size)
        self._facts = facts
        return facts


class Facts(NamedTuple):
    """What is found once for an operation."""

    #: The operation is kept, too, so that no other gets its place and is taken for it.
    operation: OperationDefinitionNode
    #: The variables that decide what is selected.
    conditions: tuple[str, ...]
    #: About the bytes of its document, which its plans hold.
    size: int
    #: One for each place, and for what `@skip` and `@include` say.
    plans: Cache


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


def _made(make: Any, executor: PlannedExecutor, type_: GraphQLObjectType, details: Any) -> Any:
    try:
        return make(executor, type_, details)
    except NotPlanned:
        return None
