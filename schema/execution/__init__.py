"""Executes operations, the same over HTTP, WebSocket and server-sent events.

1. `Schema.operation` looks up the document of an operation in the cache, once.
2. `Schema.answer` executes a query or mutation. Strawberry runs its stages, and `runner` adds the
   gate to them: `gate` parses and validates the document, limits its size and cost, refuses clients
   that are not signed in, and counts the operation against the rate limits.
3. `executor` executes the operation. It completes objects by plans (`plans`, `scalars`), within the
   `budget` of the answer. `schema.deadlines` cancels SQL statements that take too long.
4. For a subscription, `Schema.answer` returns None. `Schema.prepare` then prepares the subscription
   through the same gate (`subscription`), and `live.streams` executes its events.

Doors: `Schema` here. No other module of this room is imported from outside.
"""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any

from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from talk import log_context
from talk.counts import count
from talk.spans import span, tell

from ..authentication import rates
from ..authentication.context import Context
from ..deadlines import deadline
from ..documents import document as documents
from ..documents.request import Request
from ..error_masking import count_errors, mask
from ..errors import MAX_ERRORS, BadRequest, RateLimited, ValidationFailed
from ..loading.views import Views, showing
from ..not_executed import is_refused, refuse
from ..operation import Operation
from ..strawberry_internals import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
    core_schema,
)
from ..types.refusals import RefusalHandler
from .executor import PlannedExecutor
from .gate import Gate
from .merging import MergedSchema
from .runner import Runner
from .subscription import PreparedSubscription, prepare

#: The library has no description of this scalar.
UUIDS = "A UUID, as `00000000-0000-4000-8000-000000000001`."


class Schema(MergedSchema):
    """A Strawberry schema with Talk's gate, limits, refusals and errors."""

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
        uuids = core_schema(self).type_map.get("UUID")
        if uuids is not None and not uuids.description:
            uuids.description = UUIDS

    def operation(self, request: Request, context: Context) -> Operation:
        """An operation on this schema, with its document if that was sent before."""
        return Operation(request, context, documents.find(core_schema(self), request.query))

    def answer(self, operation: Operation) -> ExecutionResult | None:
        """Execute a query or mutation. A subscription is counted, but not executed: None."""
        begun = perf_counter()
        with span("operation") as found:
            answer = self._answer(operation)
            kind, name = documents.label_of(operation)
            tell(found, kind=kind, operation=name, request_id=log_context.request_id())
        if answer is not None:
            count.operation(kind, name, perf_counter() - begun)
            if answer.errors:
                count_errors(answer.errors)
        return answer

    def _answer(self, operation: Operation) -> ExecutionResult | None:
        context, request = operation.context, operation.request
        try:
            with operation, deadline():
                answer = self.execute_sync(
                    request.query,
                    request.variables,
                    context,
                    operation_name=request.operation_name,
                    operation_extensions=request.extensions,
                    allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
                )
            rates.count_answer(context, operation.bytes_written)
        except InvalidOperationTypeError:
            if context.identity is not None:
                return _limit(context, "subscribe")
            # Without credentials, it was counted before its document was parsed. It is validated
            # here: a stream that begins, and then fails, would reveal more than public fields.
            errors = Gate(core_schema(self), operation).errors()
            return refuse(*errors) if errors else None
        except MissingQueryError:
            answer = refuse(BadRequest(_("The document is empty.")))
        except CannotGetOperationTypeError:
            answer = refuse(ValidationFailed(_("The document has no such operation.")))
        # It failed before it was counted: by the gate, or by its mutations, which count themselves.
        refused = None if operation.is_counted else _limit(context, "read")
        return refused if refused and is_refused(answer) else answer

    def execute_sync(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        # A resolver may execute another document, for another viewer, who has other views.
        with showing(Views()):
            return super().execute_sync(*args, **kwargs)

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        # Its resolvers run in several threads at once, which can't share views.
        with showing(None):
            return await super().execute(*args, **kwargs)

    def prepare(self, operation: Operation) -> AbstractAsyncContextManager[PreparedSubscription]:
        """Prepare a subscription that `answer` let pass. Entering raises `NotExecuted`."""
        return prepare(self, operation)

    def create_extensions_runner(
        self,
        execution_context: ExecutionContext,
        extensions: Any,
        operation: Operation | None = None,
    ) -> Runner:
        return Runner(execution_context, extensions, operation)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        for error in errors:
            mask(error)

    def _get_custom_context_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Strawberry has no other way to limit the errors in the variables of a request.
        options = super()._get_custom_context_kwargs(*args, **kwargs)
        return {**options, "max_coercion_errors": MAX_ERRORS}


def _limit(context: Context, rate: str) -> ExecutionResult | None:
    """Count an operation. Returns the answer if the client is too fast, else None."""
    try:
        rates.count(context, rate)
    except RateLimited as error:
        return refuse(error)
    return None
