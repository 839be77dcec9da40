"""The gate in Strawberry's way of executing, which schemas with extensions go.

Not as an extension: of each, Strawberry inspects the hooks anew for each operation.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from .. import threads
from ..authentication.context import Context
from ..documents.request import Request
from .gate import Gate
from .preparation import Beginning, NotExecuted, begin_in_thread

if TYPE_CHECKING:
    from . import Schema


class Stage:
    """A stage of an operation: it begins with what a schema's extensions do, and then the gate."""

    def __init__(self, extensions: Any, gate: Callable[[], None]) -> None:
        self._extensions, self._gate = extensions, gate

    def __enter__(self) -> None:
        self._extensions.__enter__()
        try:
            self._gate()
        except BaseException as error:
            self._extensions.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(self, *raised: Any) -> None:
        self._extensions.__exit__(*raised)

    async def __aenter__(self) -> None:
        await self._extensions.__aenter__()
        try:
            # It takes time in proportion to what a client sent, which no event loop has.
            await _in_thread(self._gate)
        except BaseException as error:
            await self._extensions.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(self, *raised: Any) -> None:
        await self._extensions.__aexit__(*raised)


async def _in_thread(gate: Callable[[], None]) -> None:
    await threads.begun.run(gate)()


class Runner(SchemaExtensionsRunner):
    """Runs a schema's extensions, and the gate after theirs at each stage."""

    def __init__(self, execution: ExecutionContext, extensions: Any) -> None:
        super().__init__(execution, extensions)
        requested = Request(
            execution.query or "",
            execution.variables,
            # What the request says. Later it is that of the first one if it says none.
            execution.operation_name,
            execution.operation_extensions,
        )
        self._gate = Gate(execution.schema._schema, requested, execution.context)

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
            self.execution_context.graphql_document = self._gate.read()

    def _validate(self) -> None:
        execution = self.execution_context
        execution.pre_execution_errors = self._gate.errors(execution.validation_rules)

    def get_extensions_results_sync(self) -> dict[str, Any]:
        return {**super().get_extensions_results_sync(), **self._gate.told()}

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        return {**await super().get_extensions_results(ctx), **self._gate.told()}


@asynccontextmanager
async def prepared_within_extensions(
    schema: "Schema", requested: Request, context: Context
) -> AsyncIterator[Beginning]:
    """A subscription, prepared between what the schema's extensions do. Raises `NotExecuted`."""
    execution = schema._create_execution_context(
        requested.query,
        (OperationType.SUBSCRIPTION,),
        requested.variables,
        context,
        operation_name=requested.operation_name,
        operation_extensions=requested.extensions,
    )
    extensions = schema.get_extensions()
    for extension in extensions:
        extension.execution_context = execution
    runner = schema.create_extensions_runner(execution, extensions)
    async with runner.operation():
        refused = await schema._prepare_operation_async(execution, runner)
        document = execution.graphql_document
        if refused is not None or document is None:
            errors = (refused and refused.errors) or []
            schema.process_errors(errors)
            raise NotExecuted(errors)
        changed = replace(requested, variables=execution.variables)
        middleware = schema._get_middleware_manager(extensions)
        prepared = await begin_in_thread(schema, document, changed, context, middleware)
        prepared.told = await runner.get_extensions_results(execution)
        yield prepared
