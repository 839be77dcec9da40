"""Runs the gate within Strawberry's stages of an operation, after the extensions of the schema.

The gate is no extension: Strawberry inspects the hooks of each extension for each operation, which
costs time.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from strawberry.types import ExecutionContext

from talk.spans import span

from .. import threads
from ..documents.request import Request
from ..operation import Operation, current
from ..strawberry_internals import SchemaExtensionsRunner, core_schema
from .gate import Gate


class Stage:
    """A stage of an operation: the hooks of the extensions are entered, then the gate is run."""

    def __init__(self, hooks: Any, gate: Callable[[], None]) -> None:
        self._hooks, self._gate = hooks, gate

    def __enter__(self) -> None:
        self._hooks.__enter__()
        try:
            self._gate()
        except BaseException as error:
            self._hooks.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(self, *raised: Any) -> None:
        self._hooks.__exit__(*raised)

    async def __aenter__(self) -> None:
        await self._hooks.__aenter__()
        try:
            # A long document takes time, which would stop the event loop.
            await _in_thread(self._gate)
        except BaseException as error:
            await self._hooks.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(self, *raised: Any) -> None:
        await self._hooks.__aexit__(*raised)


async def _in_thread(gate: Callable[[], None]) -> None:
    await threads.subscriptions.to_async(gate)()


class Runner(SchemaExtensionsRunner):
    """Strawberry's runner of extensions, with the gate in two stages: parsing and validation."""

    def __init__(
        self, execution: ExecutionContext, extensions: Any, operation: Operation | None = None
    ) -> None:
        super().__init__(execution, extensions)
        operation = operation or _operation_of(execution)
        self._gate = Gate(core_schema(execution.schema), operation)

    @property
    def cost(self) -> int:
        """What the gate found the operation to cost; 0 if it was refused before."""
        return self._gate.cost or 0

    def operation(self) -> Any:
        return self._hooks(super().operation)

    def parsing(self) -> Any:
        return Stage(self._hooks(super().parsing), self._parse)

    def validation(self) -> Any:
        return Stage(self._hooks(super().validation), self._validate)

    def executing(self) -> Any:
        return self._hooks(super().executing)

    def _hooks(self, of_extensions: Callable[[], Any]) -> Any:
        return of_extensions() if self.extensions else nullcontext()

    def _parse(self) -> None:
        if self.execution_context.query is not None:
            with span("gate.parse"):
                self.execution_context.graphql_document = self._gate.parse()

    def _validate(self) -> None:
        execution = self.execution_context
        with span("gate.validate"):
            execution.pre_execution_errors = self._gate.errors(execution.validation_rules)

    def get_extensions_results_sync(self) -> dict[str, Any]:
        return {**super().get_extensions_results_sync(), **self._gate.extensions()}

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        return {**await super().get_extensions_results(ctx), **self._gate.extensions()}


def _operation_of(execution: ExecutionContext) -> Operation:
    """The current operation, or a new one if a project calls `Schema.execute` itself."""
    operation = current()
    # A resolver may execute another document within an operation.
    if operation is not None and operation.request.query is execution.query:
        return operation
    request = Request(
        execution.query or "",
        execution.variables,
        # Later, the execution context fills in the name of the first operation.
        execution.operation_name,
        execution.operation_extensions,
    )
    return Operation(request, execution.context)
