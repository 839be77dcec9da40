"""How an operation is executed, the same over HTTP and WebSocket."""

from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

from django.utils.translation import gettext as _
from graphql import DocumentNode, GraphQLError, execute
from graphql import ExecutionResult as GraphQLResult
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.operation import get_operation_type

from .. import threads
from ..authentication import rates
from ..authentication.context import Context
from ..budget import Spent
from ..documents.cache import shelf
from ..documents.request import Request
from ..errors import MAX_ERRORS, BadRequest, PublicError, RateLimited, ValidationFailed, translate
from ..loading.annotations import forgetting
from ..types.refusals import RefusalHandler
from .deadlines import deadline
from .gate import Gate, closed
from .merging import MergedSchema
from .plans import PlannedExecutor
from .preparation import Beginning
from .runner import Runner, prepared_within_extensions

#: Descriptions that the library lacks.
UUIDS = "A UUID, as `00000000-0000-4000-8000-000000000001`."


class Schema(MergedSchema):
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
        if (uuids := self._schema.type_map.get("UUID")) and not uuids.description:
            uuids.description = UUIDS

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: Any
    ) -> Runner:
        return Runner(execution_context, extensions)

    def answer(self, requested: Request, context: Context) -> ExecutionResult | None:
        """Execute a query or mutation here and now. A subscription is left alone: None."""
        return self._answered(Gate(self._schema, requested, context), requested, context)

    def answer_or_begin(
        self, requested: Request, context: Context
    ) -> ExecutionResult | Beginning | None:
        """Execute a query or mutation here and now, or prepare a subscription.

        None: `prepared` prepares it, because the schema's extensions are asked first.
        """
        gate = Gate(self._schema, requested, context)
        answer = self._answered(gate, requested, context)
        return answer if answer or self._is_extended else self.begin(requested, context, gate)

    def begin(self, requested: Request, context: Context, gate: Gate | None = None) -> Beginning:
        """Prepare a subscription. Takes time in proportion to what the client sent."""
        gate = gate or Gate(self._schema, requested, context)
        try:
            document = gate.read()
            errors = gate.errors()
            refused = Beginning(None, errors)
            begun = refused if errors else Beginning.of(self, document, requested, context)
        except GraphQLError as error:
            begun = Beginning(None, [error])
        begun.told = gate.told()
        return begun

    @property
    def _is_extended(self) -> bool:
        incremental = self.config.enable_experimental_incremental_execution
        return bool(self.get_extensions(sync=True) or incremental)

    def _answered(self, gate: Gate, requested: Request, context: Context) -> ExecutionResult | None:
        rates.counted.set(False)
        try:
            with forgetting(), deadline(), Spent() as spent:
                if self._is_extended:
                    answer = self._answer_extended(requested, context)
                else:
                    answer = self._answer(gate, requested, context)
            rates.count_answer(context, spent.written)
        except InvalidOperationTypeError:
            if context.identity is None:
                # It was counted when its document was read.
                return None if gate.lets_in else refuse(closed())
            return self._refuse_often(context, "subscribe")
        except MissingQueryError:
            answer = refuse(BadRequest(_("There is no operation to execute.")))
        except CannotGetOperationTypeError:
            answer = refuse(ValidationFailed(_("The document has no such operation.")))
        # It failed before it was executed, or its verbs were skipped.
        refused = None if rates.counted.get() else self._refuse_often(context, "read")
        return refused if refused and is_refused(answer) else answer

    def _answer(self, gate: Gate, requested: Request, context: Context) -> ExecutionResult:
        """The same as below, where nothing is to be prepared for extensions."""
        if not requested.query:
            raise MissingQueryError
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

    def _get_custom_context_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        given = super()._get_custom_context_kwargs(*args, **kwargs)
        return {**given, "max_coercion_errors": MAX_ERRORS}

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
            rates.count(context, rate)
        except RateLimited as error:
            return refuse(error)
        return None

    def is_known_stream(self, requested: Request) -> bool:
        """Whether this asks for a subscription, by a document that was read before.

        Takes microseconds. False if the document is not known: then `answer` finds out.
        """
        document = shelf.find(self._schema, requested.query)
        try:
            return document is not None and (
                get_operation_type(document.node, requested.operation_name)
                == OperationType.SUBSCRIPTION
            )
        except RuntimeError:
            return False

    @asynccontextmanager
    async def prepared(
        self, requested: Request | Beginning, context: Context
    ) -> AsyncIterator[Beginning]:
        """A subscription within the schema's extensions, as `begin` prepared it or prepared here.

        What `begin` prepared is all that is kept: what was requested may have much besides.

        Raises `NotExecuted`. Strawberry's own `stream` executes each event for each subscriber.
        """
        if isinstance(requested, Beginning):
            yield requested
            return
        if not self._is_extended:
            yield await _begin(self, requested, context)
            return
        async with prepared_within_extensions(self, requested, context) as prepared:
            yield prepared

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


_begin = threads.begun.run(Schema.begin)
