"""The executor of operations: graphql-core's, which completes objects by plans where it can.

Clients send the same few documents again and again. For each field an executor looks up the same
things each time: its definition, its resolver, the types of its values. A plan has looked them up
once for a document.

graphql-core's executor completes everything for which there is no plan. It also completes the
object again if a plan failed. So all errors, and the nulls that follow from them, are those of
graphql-core. `TALK["PLANS"] = False` switches plans off.
"""

import logging
from collections.abc import Callable
from typing import Any

from graphql import (
    DirectiveNode,
    GraphQLObjectType,
    VariableNode,
    Visitor,
    visit,
)

from talk.conf import conf

from ..documents.cache import (
    ENTRY_SIZE,
    MAX_PLANS_SIZE,
    PLANNED_FIELD_SIZE,
    LRUCache,
    cache,
    size_of_document,
)
from ..graphql_core_internals import coerced_variables, definitions_of, errors_of, has_middleware
from ..operation import BudgetSpent
from ..threads import on_event_loop
from .budget import BudgetedExecutor
from .plans import NotPlanned, SelectionKey, object_plan, selection_key
from .scalars import Complete, UnexpectedValue

logger = logging.getLogger(__name__)


class Run:
    """One execution of a plan. Resolvers get it instead of Strawberry's `info`."""

    def __init__(self, executor: "PlannedExecutor") -> None:
        self.context = executor.context_value
        self.variables = executor.variable_values
        #: The bytes that the answer may still have.
        self.left = executor.left
        self.failed = executor.failed
        #: Related rows that were completed, by selection and row: the row, its result, its bytes.
        self.completed: dict[tuple[object, int], tuple[Any, Any, int]] = {}
        self._arguments: dict[Any, dict[str, Any]] = {}

    def once(self, arguments: Callable[["Run"], dict[str, Any]]) -> dict[str, Any]:
        """The arguments of a field, which are the same for all rows, computed once."""
        found = self._arguments.get(arguments)
        if found is None:
            found = self._arguments[arguments] = arguments(self)
        return found


class PlannedExecutor(BudgetedExecutor):
    """Strawberry's executor with a budget, and with plans for all selections that can have one."""

    #: The selections whose plans failed in this operation, and those around them.
    failed: set[SelectionKey]
    #: Counts the fields of the plan that is being made.
    fields_planned = 0
    _plans: "OperationPlans | None" = None

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

        plan = self._plan(return_type, field_details_list)
        return complete() if plan is None else self.complete_by_plan(plan, result, complete)

    def complete_by_plan(self, plan: Complete, result: Any, complete: Callable[[], Any]) -> Any:
        """What `plan` makes of an object, or, if the plan fails, what `complete` makes of it."""
        try:
            run = Run(self)
            completed = plan(result, run)
        except BudgetSpent:
            raise
        except Exception as error:
            # The executor says where the error happened. It executes the selections that failed;
            # their neighbours still have plans. The bytes that this plan wrote are not counted.
            return self._complete_after(error, complete)
        self.left = run.left
        self.spend(0)
        return completed

    def _complete_after(self, error: Exception, complete: Callable[[], Any]) -> Any:
        errors = len(errors_of(self))
        completed = complete()
        is_fine = len(errors_of(self)) == errors and not self.is_awaitable(completed)
        if is_fine and self._plans is not None and not isinstance(error, UnexpectedValue):
            self._plans.report(error)
        return completed

    def _plan(self, type_: GraphQLObjectType, details: Any) -> Complete | None:
        """The plan for a selection; None if the executor is to complete it.

        An upgrade of a library may break the making of plans. Then the executor answers.
        """
        if not conf.PLANS:
            return None
        plans = self._plans = self._plans or OperationPlans.of(self)
        if plans.is_broken:
            return None
        try:
            return plans.find(self, type_, details) if self._allows_plans() else None
        except Exception as error:
            plans.is_broken = True
            plans.report(error)
            return None

    def _allows_plans(self) -> bool:
        # Middleware is called with each field. On an event loop, resolvers need threads.
        return not has_middleware(self) and not on_event_loop()


class OperationPlans:
    """The plans of one operation: one for each selection and for each value of its conditions."""

    def __init__(self, executor: PlannedExecutor) -> None:
        # It is kept alive, so that no other operation gets its id.
        self._operation = executor.operation
        self._cache = LRUCache(MAX_PLANS_SIZE)
        self._conditions: tuple[str, ...] | None = None
        self._size = ENTRY_SIZE
        #: Whether making a plan failed. Then this operation has no plans any more.
        self.is_broken = False
        self._is_reported = False

    @classmethod
    def of(cls, executor: PlannedExecutor) -> "OperationPlans":
        found: OperationPlans | None = cache.get(id(executor.operation))
        if found is None:
            found = cls(executor)
            found._store()
        return found

    def find(
        self, executor: PlannedExecutor, type_: GraphQLObjectType, details: Any
    ) -> Complete | None:
        """The plan for a selection, made if there is none yet; None if there can't be one."""
        selection = selection_key(type_, details)
        if selection in executor.failed:
            return None
        values = coerced_variables(executor)
        key = (*selection, *[values.get(name) for name in self._conditions_in(executor)])
        found = self._cache.get(key)
        if found is None:
            found = self._make(key, executor, type_, details)
        plan: Complete | None = found[1]
        return plan

    def report(self, error: Exception) -> None:
        """Log an error of a plan, once for each operation of a document."""
        if not self._is_reported:
            self._is_reported = True
            logger.warning("A plan failed. The executor answers, which is slower", exc_info=error)

    def _make(
        self, key: Any, executor: PlannedExecutor, type_: GraphQLObjectType, details: Any
    ) -> tuple[Any, Complete | None]:
        executor.fields_planned = 0
        try:
            plan = object_plan(executor, type_, details)
        except NotPlanned:
            plan = None
        size = ENTRY_SIZE + PLANNED_FIELD_SIZE * executor.fields_planned
        # `details` keeps the nodes alive, so that no other ones get their ids.
        self._cache.set(key, (details, plan), size)
        self._store()
        return details, plan

    def _store(self) -> None:
        cache.set(id(self._operation), self, self._size + self._cache.size)

    def _conditions_in(self, executor: PlannedExecutor) -> tuple[str, ...]:
        if self._conditions is None:
            self._size = size_of_document(self._operation)
            self._conditions = _condition_variables(executor)
        return self._conditions


def _condition_variables(executor: PlannedExecutor) -> tuple[str, ...]:
    """The variables in directives, which decide what is selected."""
    names: set[str] = set()

    class Collect(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            names.update(
                each.value.name.value
                for each in node.arguments or ()
                if isinstance(each.value, VariableNode)
            )

    for definition in definitions_of(executor):
        visit(definition, Collect())
    return tuple(sorted(names))
