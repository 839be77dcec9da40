"""Prepares subscriptions: their documents pass the gate, and their variables are coerced.

This takes time in proportion to what the client sent, so it runs in threads. The event loop only
iterates over the events.
"""

import json
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    Executor,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from .. import threads
from ..errors import MAX_ERRORS
from ..not_executed import NotExecuted
from ..strawberry_internals import core_schema, middleware_of
from .executor import PlannedExecutor

if TYPE_CHECKING:
    from ..operation import Operation
    from . import Schema
    from .runner import Runner


@dataclass
class PreparedSubscription:
    """A subscription that may run."""

    executor: Executor[Any]
    #: Equal for all subscriptions that select the same of each event; see `live.sharing`.
    selection: Hashable
    #: The cost of each event.
    cost: int
    #: The extensions of each result.
    extensions: dict[str, Any]


@asynccontextmanager
async def prepare(schema: "Schema", operation: "Operation") -> AsyncIterator[PreparedSubscription]:
    """Prepare a subscription within the extensions of the schema. Raises `NotExecuted`.

    Strawberry's own `subscribe` would execute each event for each subscriber.
    """
    runner = _runner(schema, operation)
    async with runner.operation():
        try:
            subscription = await _prepared(schema, operation, runner)
        except GraphQLError as error:
            subscription = [error]
        if isinstance(subscription, list):
            schema.process_errors(subscription)
            raise NotExecuted(subscription)
        # An idle stream keeps as little as possible in memory.
        del runner
        operation.release()
        yield subscription


def _runner(schema: "Schema", operation: "Operation") -> "Runner":
    request = operation.request
    execution = ExecutionContext(
        query=request.query,
        schema=schema,
        allowed_operations=(OperationType.SUBSCRIPTION,),
        context=operation.context,
        root_value=None,
        variables=request.variables,
        provided_operation_name=request.operation_name,
        operation_extensions=request.extensions,
    )
    extensions = schema.get_extensions()
    for extension in extensions:
        extension.execution_context = execution
    return schema.create_extensions_runner(execution, extensions, operation)


async def _prepared(
    schema: "Schema", operation: "Operation", runner: "Runner"
) -> PreparedSubscription | list[GraphQLError]:
    execution = runner.execution_context
    async with runner.parsing():
        pass
    async with runner.validation():
        pass
    if execution.pre_execution_errors or execution.graphql_document is None:
        return execution.pre_execution_errors or []
    built = await _build_in_thread(
        schema, operation, execution.variables, execution.graphql_document, runner.extensions
    )
    if isinstance(built, list):
        return built
    extensions = await runner.get_extensions_results(execution)
    return PreparedSubscription(*built, runner.cost, extensions)


def _build(
    schema: "Schema",
    operation: "Operation",
    variables: dict[str, Any] | None,
    document: DocumentNode,
    extensions: list[Any],
) -> tuple[Executor[Any], Hashable] | list[GraphQLError]:
    """The executor and the selection of a valid document, or why its variables are wrong."""
    request = operation.request
    executor = PlannedExecutor.build(
        core_schema(schema),
        document,
        context_value=operation.context,
        raw_variable_values=variables,
        operation_name=request.operation_name,
        max_coercion_errors=MAX_ERRORS,
        middleware=middleware_of(extensions) if extensions else None,
    )
    if not isinstance(executor, Executor):
        return executor
    used = _event_variables(executor.operation, document)
    values = {name: value for name, value in (variables or {}).items() if name in used}
    selection = (
        id(schema),
        request.query,
        request.operation_name,
        json.dumps(values, sort_keys=True),
    )
    return executor, selection


def _event_variables(operation: OperationDefinitionNode, document: DocumentNode) -> set[str]:
    """The variables on which the answer about one event may depend.

    The arguments of the subscription itself, above all its cursor, only choose the events.
    """
    names: set[str] = set()
    skipped = {id(each) for each in operation.variable_definitions or ()}
    for root in operation.selection_set.selections:
        if isinstance(root, FieldNode):
            skipped |= {id(argument) for argument in root.arguments or ()}

    class Collect(Visitor):
        def enter(self, node: Any, *_: Any) -> Any:
            if id(node) in skipped:
                return self.SKIP
            if isinstance(node, VariableNode):
                names.add(node.name.value)
            return None

    visit(document, Collect())
    return names


_build_in_thread = threads.subscriptions.to_async(_build)
