"""Prepares subscriptions in a thread, so that the event loop only has to iterate over them."""

import json
from collections.abc import Hashable
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

from .. import threads
from ..documents.limits import Meter
from ..errors import MAX_ERRORS
from .plans import PlannedExecutor

if TYPE_CHECKING:
    from ..documents.request import Request
    from . import Schema


class NotExecuted(Exception):
    """An operation that did not begin; its errors say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        self.errors = errors


@dataclass
class Beginning:
    """A subscription whose document was read and whose variables were coerced."""

    #: Executes the operation. None if there are `errors` instead.
    executor: Executor[Any] | None
    errors: list[GraphQLError]
    #: Equal for all streams that ask the same. See `sharing.Asker`.
    question: Hashable = None
    #: The cost of each event.
    cost: int = 0
    #: The extensions of each result.
    told: dict[str, Any] | None = None

    @classmethod
    def of(
        cls,
        schema: "Schema",
        document: DocumentNode,
        requested: "Request",
        context: Any,
        middleware: Any = None,
    ) -> "Beginning":
        """The beginning of a subscription whose document is valid and not too large."""
        executor = PlannedExecutor.build(
            schema._schema,
            document,
            context_value=context,
            raw_variable_values=requested.variables,
            operation_name=requested.operation_name,
            max_coercion_errors=MAX_ERRORS,
            middleware=middleware,
        )
        if not isinstance(executor, Executor):
            return cls(None, executor)
        operation = executor.operation
        used = _variables_about_events(operation, document)
        given = {name: value for name, value in (requested.variables or {}).items() if name in used}
        question = (
            id(schema),
            requested.query,
            requested.operation_name,
            json.dumps(given, sort_keys=True),
        )
        cost = Meter(schema._schema, document, requested.variables).count(operation)
        return cls(executor, [], question, cost)


def _variables_about_events(operation: OperationDefinitionNode, document: DocumentNode) -> set[str]:
    """The variables on which an answer about one event may depend.

    The arguments of the stream itself, its cursor above all, choose the events and no more.
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


#: The same in a thread: it takes time in proportion to what a client sent.
begin_in_thread = threads.begun.run(Beginning.of)
