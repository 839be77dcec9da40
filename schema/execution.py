"""How an operation is executed, the same over HTTP and WebSocket."""

from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

import strawberry
from django.utils.translation import gettext as _
from graphql import DocumentNode, Executor, GraphQLError, execute
from graphql import ExecutionResult as GraphQLResult
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.operation import get_operation_type

from . import rates
from .budget import reading
from .context import Context
from .deadlines import deadline
from .documents import shelf
from .errors import BadRequest, PublicError, RateLimited, ValidationFailed, translate
from .gate import Gate, closed
from .notes import forgetting
from .plans import PlannedExecutor
from .refusals import RefusalHandler
from .runner import Runner
from .wire import Request


class NotExecuted(Exception):
    """An operation that did not begin; its errors say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        self.errors = errors


class Schema(strawberry.Schema):
    """A Strawberry schema with this project's gate, refusals and errors."""

    def __init__(
        self,
        query: type,
        *,
        extensions: Iterable[type[SchemaExtension] | Any] = (),
        exception_handlers: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            query,
            extensions=extensions,
            exception_handlers=(RefusalHandler(), *exception_handlers),
            execution_context_class=PlannedExecutor,
            **kwargs,
        )

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: Any
    ) -> Runner:
        return Runner(execution_context, extensions)

    def answer(self, requested: Request, context: Context) -> ExecutionResult | None:
        """Execute a query or mutation here and now. A subscription is left alone: None."""
        is_extended = bool(
            self.get_extensions(sync=True) or self.config.enable_experimental_incremental_execution
        )
        try:
            with forgetting(), deadline(), reading():
                return (self._answer_extended if is_extended else self._answer)(requested, context)
        except InvalidOperationTypeError:
            # It is for nobody who is not signed in.
            stranger = context.identity is None
            return refuse(closed()) if stranger else self._refuse_often(context, "subscribe")
        except MissingQueryError:
            error: PublicError = BadRequest(_("There is no operation to execute."))
        except CannotGetOperationTypeError:
            error = ValidationFailed(_("The document has no such operation."))
        return self._refuse_often(context, "read") or refuse(error)

    def _answer(self, requested: Request, context: Context) -> ExecutionResult:
        """The same as below, where nothing is to be prepared for extensions."""
        if not requested.query:
            raise MissingQueryError
        gate = Gate(self._schema, requested, context)
        try:
            document = _read(gate, requested)
            errors = gate.errors()
            refused = GraphQLResult(None, errors)
            result = refused if errors else self._executed(document, requested, context)
        except (CannotGetOperationTypeError, InvalidOperationTypeError):
            raise
        except Exception as error:
            is_told = isinstance(error, GraphQLError)
            told = error if is_told else GraphQLError(str(error), original_error=error)
            result = GraphQLResult(None, [cast("GraphQLError", told)])
        if result.errors:
            self._process_errors(result.errors)
        return ExecutionResult(result.data, result.errors, gate.told())

    def _executed(
        self, document: DocumentNode, requested: Request, context: Context
    ) -> GraphQLResult:
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=requested.variables,
            operation_name=requested.operation_name,
            executor_class=self.execution_context_class,
            is_awaitable=cast("Any", optimized_is_awaitable),
            **self._get_custom_context_kwargs(requested.extensions, sync=True),
        )
        if isinstance(result, GraphQLResult):
            return result
        cast("Coroutine[Any, Any, GraphQLResult]", result).close()
        raise TypeError("A resolver is asynchronous. Operations are executed in a thread.")

    def _answer_extended(self, requested: Request, context: Context) -> ExecutionResult:
        return self.execute_sync(
            requested.query,
            requested.variables,
            context,
            operation_name=requested.operation_name,
            operation_extensions=requested.extensions,
            allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
        )

    def _refuse_often(self, context: Context, rate: str) -> ExecutionResult | None:
        try:
            if context.identity is not None:
                rates.spend(context, rate)
        except RateLimited as error:
            return refuse(error)
        return None

    def is_known_stream(self, requested: Request) -> bool:
        """Whether this asks for a subscription, by a document that was read before.

        Takes microseconds. False if the document is not known: then `answer` finds out.
        """
        document = shelf.find(self._schema, requested.query or "")
        try:
            return document is not None and (
                get_operation_type(document.node, requested.operation_name)
                == OperationType.SUBSCRIPTION
            )
        except RuntimeError:
            return False

    @asynccontextmanager
    async def prepared(
        self, requested: Request, context: object
    ) -> AsyncIterator[tuple[Executor[Any], DocumentNode, dict[str, Any]]]:
        """What executes a subscription, within the extensions, and what these tell of it.

        Raises `NotExecuted`. Strawberry's own `stream` executes each event for each subscriber.
        """
        execution = self._create_execution_context(
            requested.query,
            (OperationType.SUBSCRIPTION,),
            requested.variables,
            context,
            operation_name=requested.operation_name,
            operation_extensions=requested.extensions,
        )
        extensions = self.get_extensions()
        for extension in extensions:
            extension.execution_context = execution
        runner = self.create_extensions_runner(execution, extensions)
        async with runner.operation():
            refused = await self._prepare_operation_async(execution, runner)
            document = execution.graphql_document
            if refused is not None or document is None:
                raise NotExecuted(self._translated(refused.errors if refused else None))
            executor = PlannedExecutor.build(
                self._schema,
                document,
                context_value=context,
                raw_variable_values=execution.variables,
                operation_name=requested.operation_name,
                middleware=self._get_middleware_manager(extensions),
            )
            if not isinstance(executor, Executor):
                raise NotExecuted(self._translated(executor))
            yield executor, document, await runner.get_extensions_results(execution)

    def _translated(self, errors: list[GraphQLError] | None) -> list[GraphQLError]:
        self.process_errors(errors or [])
        return errors or []

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        for error in errors:
            translate(error)


def _read(gate: Gate, requested: Request) -> DocumentNode:
    """The document of a query or mutation; raises if there is none, or another kind."""
    document = gate.read()
    try:
        kind = gate.kind
    except RuntimeError as error:
        raise CannotGetOperationTypeError(requested.operation_name) from error
    if kind == OperationType.SUBSCRIPTION:
        raise InvalidOperationTypeError(kind)
    return document


def refuse(error: PublicError) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[error])


def is_refused(result: ExecutionResult) -> bool:
    """Whether `result` says why nothing was executed, rather than what came of it."""
    return result.data is None and not any(error.path for error in result.errors or ())
