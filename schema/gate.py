"""What every operation passes before its first resolver: it is read, known, measured, counted."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from talk.conf import conf

from . import rates
from .documents import Document, shelf
from .errors import RateLimited, TooCostly, Unauthenticated
from .pagination import DEFAULT_PAGE


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
            self._gate()
        except BaseException as error:
            await self._extensions.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(self, *raised: Any) -> None:
        await self._extensions.__aexit__(*raised)


class Gate(SchemaExtensionsRunner):
    """Stands before every resolver of queries, mutations and subscriptions alike.

    Strangers come no further than `__typename`. It runs the schema's extensions besides, rather
    than being one of them: of each, Strawberry inspects the hooks anew for each operation.
    """

    _document: Document
    #: Whether the operation was counted before its document was read.
    _counted = False
    _cost: int | None = None
    _limit = 0

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
        execution = self.execution_context
        if execution.query is not None:
            self._document = self._read(execution.query)
            execution.graphql_document = self._document.node

    def _read(self, text: str) -> Document:
        schema = self.execution_context.schema._schema
        document = shelf.find(schema, text)
        if document is None or not self._viewed:
            # Before anything is done: most that is wrong with a document is found late.
            self._spend(1 if document else rates.times_for_document(text))
            self._counted = True
        return document or shelf.read(schema, text)

    def _spend(self, times: int) -> None:
        context = self.execution_context.context
        if self._viewed:
            rates.spend(context, "read", times)
        elif hasattr(context, "request"):
            rates.admit(context.request, times)

    def _validate(self) -> None:
        execution = self.execution_context
        if not self._viewed and not is_for_everybody(self._document.node):
            execution.pre_execution_errors = [closed()]
        else:
            errors = self._document.errors(execution.validation_rules) or self._price()
            errors = self._count(failed=bool(errors)) or errors
            # Validation tells what the schema has.
            hidden = not self._viewed and not is_introspection_public()
            execution.pre_execution_errors = [closed()] if errors and hidden else errors

    @property
    def _viewed(self) -> bool:
        """Whether somebody asks who is signed in."""
        return getattr(self.execution_context.context, "identity", None) is not None

    def _price(self) -> list[GraphQLError]:
        execution = self.execution_context
        self._cost = self._document.cost(execution.operation_name, execution.variables)
        is_stream = execution.operation_type == OperationType.SUBSCRIPTION
        option = "MAX_EVENT_COST" if is_stream else "MAX_COST"
        self._limit = getattr(conf, option)
        if self._cost <= self._limit:
            return []
        return [TooCostly(option, self._limit, self._cost, DEFAULT_PAGE)]

    def _count(self, failed: bool) -> list[GraphQLError]:
        """Count the operation as reading. What begins a stream is counted as that instead."""
        kind = self.execution_context.operation_type
        if kind == OperationType.SUBSCRIPTION:
            return []
        is_read = (failed or kind == OperationType.QUERY) and not self._counted
        times = is_read + (0 if failed else (self._cost or 0) // rates.COST_STEP)
        try:
            if times:
                self._spend(times)
        except RateLimited as error:
            return [error]
        return []

    def get_extensions_results_sync(self) -> dict[str, Any]:
        return {**super().get_extensions_results_sync(), **self._told()}

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        return {**await super().get_extensions_results(ctx), **self._told()}

    def _told(self) -> dict[str, Any]:
        """What the operation costs, for who asks with the extension `cost`."""
        asked = self.execution_context.operation_extensions or {}
        if self._cost is None or not asked.get("cost"):
            return {}
        return {"cost": {"cost": self._cost, "limit": self._limit}}


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


def closed() -> Unauthenticated:
    return Unauthenticated(_("Sign in first."))
