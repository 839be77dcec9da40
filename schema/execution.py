"""How an operation is executed, the same over HTTP and WebSocket."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import strawberry
from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    Executor,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from talk.conf import conf

from .errors import BadRequest, PublicError, Unauthenticated, ValidationFailed, translate
from .refusals import RefusalHandler
from .wire import Request


class Parsing(ParserCache):
    """Parses a document once. What doesn't parse is left to Strawberry, which reports it."""

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        with suppress(GraphQLError):
            execution.graphql_document = self.cached_parse_document(
                execution.query, **execution.parse_options
            )
        yield


class Gate(ValidationCache):
    """Validates a document once, and lets strangers no further than `__typename`.

    It stands before every resolver of queries, mutations and subscriptions alike.
    """

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        stranger = getattr(execution.context, "identity", None) is None
        if stranger and not (document and is_for_everybody(document)):
            execution.pre_execution_errors = [_closed()]
        else:
            errors = self.cached_validate_document(
                execution.schema._schema, document, execution.validation_rules
            )
            # Validation tells what the schema has.
            hidden = stranger and not is_introspection_public()
            execution.pre_execution_errors = [_closed()] if errors and hidden else errors
        yield


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
            extensions=(*extensions, Parsing, Gate),
            exception_handlers=(RefusalHandler(), *exception_handlers),
            **kwargs,
        )

    def answer(self, requested: Request, context: object) -> ExecutionResult | None:
        """Execute a query or mutation here and now. A subscription is left alone: None."""
        try:
            return self.execute_sync(
                requested.query,
                requested.variables,
                context,
                operation_name=requested.operation_name,
                allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
            )
        except InvalidOperationTypeError:
            return None
        except MissingQueryError:
            return refuse(BadRequest(_("There is no operation to execute.")))
        except CannotGetOperationTypeError:
            return refuse(ValidationFailed(_("The document has no such operation.")))

    @asynccontextmanager
    async def prepared(
        self, requested: Request, context: object
    ) -> AsyncIterator[tuple[Executor[Any], DocumentNode]]:
        """What executes a subscription, within the extensions; raises `NotExecuted`.

        Strawberry's own `stream` executes each event for each subscriber.
        """
        execution = self._create_execution_context(
            requested.query,
            (OperationType.SUBSCRIPTION,),
            requested.variables,
            context,
            operation_name=requested.operation_name,
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
            executor = Executor.build(
                self._schema,
                document,
                context_value=context,
                raw_variable_values=execution.variables,
                operation_name=requested.operation_name,
                middleware=self._get_middleware_manager(extensions),
            )
            if not isinstance(executor, Executor):
                raise NotExecuted(self._translated(executor))
            yield executor, document

    def _translated(self, errors: list[GraphQLError] | None) -> list[GraphQLError]:
        self.process_errors(errors or [])
        return errors or []

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        for error in errors:
            translate(error)


def refuse(error: PublicError) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[error])


def is_refused(result: ExecutionResult) -> bool:
    """Whether `result` says why nothing was executed, rather than what came of it."""
    return result.data is None and not any(error.path for error in result.errors or ())


def is_introspection_public() -> bool:
    configured = conf.PUBLIC_INTROSPECTION
    return bool(settings.DEBUG if configured is None else configured)


def is_for_everybody(document: DocumentNode) -> bool:
    """Whether strangers may execute anything in `document`.

    Looks at each definition by itself. Following the fragments instead would cost more (they
    can be nested into exponentially many paths) and allow no more.
    """
    introspection = is_introspection_public()
    allowed = {"__typename", "__schema", "__type"} if introspection else {"__typename"}
    for definition in document.definitions:
        match definition:
            case FragmentDefinitionNode() if introspection and _is_about_schema(definition):
                continue
            case OperationDefinitionNode() | FragmentDefinitionNode():
                if not _selects_only(allowed, definition.selection_set):
                    return False
            case _:
                return False
    return True


def _is_about_schema(fragment: FragmentDefinitionNode) -> bool:
    # `__Type` and its like are reached through `__schema` and `__type` only.
    return fragment.type_condition.name.value.startswith("__")


def _selects_only(allowed: set[str], selections: SelectionSetNode) -> bool:
    pending = [selections]
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode) and selection.name.value not in allowed:
                return False
            if isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
    return True


def _closed() -> Unauthenticated:
    return Unauthenticated(_("Sign in first."))
