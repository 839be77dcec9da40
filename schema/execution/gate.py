"""Checks each operation before its first resolver runs.

The gate parses and validates the document, limits its size and cost, refuses clients that are not
signed in, and counts the operation against the rate limits.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    get_operation_ast,
    specified_rules,
)
from strawberry.types.graphql import OperationType

from talk import log_context
from talk.conf import conf

from ..authentication import rates
from ..documents import document as documents
from ..documents.metadata import RATE
from ..documents.public import is_public
from ..errors import PublicError, RateLimited, TooCostly, Unauthenticated, ValidationFailed
from ..operation import Operation
from ..page_limits import DEFAULT_PAGE
from ..strawberry_internals import definition_of, get_operation_type

#: The rules by which documents are validated, unless an extension of the schema adds some.
RULES: documents.Rules = tuple(specified_rules)


class Gate:
    """The checks of one operation: a query, a mutation or a subscription.

    Without credentials, a client gets no further than `__typename` and public fields.
    """

    #: Whether the operation was counted as reading before its document was parsed.
    _is_counted_as_reading = False
    #: The cost of the operation; None until its document turns out to be valid.
    cost: int | None = None
    _limit = 0

    def __init__(self, schema: GraphQLSchema, operation: Operation) -> None:
        self._schema, self._operation = schema, operation
        self._request, self._context = operation.request, operation.context

    def parse(self) -> DocumentNode:
        """The document of the operation. Raises a `GraphQLError` if it can't be parsed."""
        operation = self._operation
        text = self._request.query
        if operation.document is None or not self._is_signed_in:
            # Counted first: most mistakes in a document are found late.
            self._count_as_reading(1 if operation.document else rates.times_for_document(text))
            self._is_counted_as_reading = True
        if operation.document is None:
            operation.document = documents.read(self._schema, text)
        self._name_in_log()
        return operation.document.node

    def errors(self, rules: documents.Rules = RULES) -> list[GraphQLError]:
        """Why the operation must not be executed; empty if it may. It is counted in any case."""
        if not self._is_allowed:
            return [Unauthenticated()]
        errors = self._document.errors(rules) or self._cost_errors()
        errors = self._count_operation(failed=bool(errors)) or errors
        # Errors of validation quote names of the schema.
        quotes = not all(isinstance(error, PublicError) for error in errors)
        is_hidden = quotes and not self._is_signed_in and not is_introspection_public()
        return [Unauthenticated()] if is_hidden else errors

    @property
    def kind(self) -> OperationType:
        """Whether this is a query, a mutation or a subscription: of several, the first.

        Raises `RuntimeError` if the document has no such operation.
        """
        return get_operation_type(self._document.node, self._request.operation_name)

    def extensions(self) -> dict[str, Any]:
        """The cost of the operation, if the client asked for it with the extension `cost`."""
        asked = self._request.extensions or {}
        if self.cost is None or not asked.get("cost"):
            return {}
        return {"cost": {"cost": self.cost, "limit": self._limit}}

    @property
    def _document(self) -> documents.Document:
        document = self._operation.document
        if document is None:
            raise RuntimeError("The document is not parsed yet.")
        return document

    @property
    def _is_signed_in(self) -> bool:
        return getattr(self._context, "identity", None) is not None

    @property
    def _is_allowed(self) -> bool:
        """Whether the client is signed in, or the document selects public fields alone."""
        return self._is_signed_in or is_public(
            self._schema, self._document.node, introspection=is_introspection_public()
        )

    def _name_in_log(self) -> None:
        if (found := log_context.current()) is not None:
            _kind, name = documents.label_of(self._operation)
            identity = getattr(self._context, "identity", None)
            found.describe(name, identity and identity.user.pk)

    def _count_as_reading(self, times: int) -> None:
        self._operation.is_counted = True
        rates.count(self._context, times=times)

    def _cost_errors(self) -> list[GraphQLError]:
        request = self._request
        if get_operation_ast(self._document.node, request.operation_name) is None:
            return [ValidationFailed(_("`operationName` must name an operation of the document."))]
        self.cost = self._document.cost(request.operation_name, request.variables)
        option = "MAX_EVENT_COST" if self.kind == OperationType.SUBSCRIPTION else "MAX_COST"
        self._limit = getattr(conf, option)
        if self.cost <= self._limit:
            return []
        return [TooCostly(option, self._limit, self.cost, DEFAULT_PAGE)]

    def _count_operation(self, failed: bool) -> list[GraphQLError]:
        """Count the operation as reading. `Schema.answer` counts subscriptions."""
        kind = self.kind
        if kind == OperationType.SUBSCRIPTION:
            return []
        counts_itself = not failed and kind == OperationType.MUTATION and self._calls_verb()
        is_read = not counts_itself and not self._is_counted_as_reading
        times = is_read + (0 if failed else (self.cost or 0) // rates.COST_STEP)
        try:
            if times:
                self._count_as_reading(times)
        except RateLimited as error:
            return [error]
        return []

    def _calls_verb(self) -> bool:
        """Whether the operation selects a mutation of Talk, which counts by itself."""
        operation = get_operation_ast(self._document.node, self._request.operation_name)
        verbs = self._schema.mutation_type
        if operation is None or verbs is None:
            return False
        # A verb in a fragment counts as reading, too. Clients don't write it there.
        names = (
            each.name.value
            for each in operation.selection_set.selections
            if isinstance(each, FieldNode)
        )
        fields = (definition_of(verbs.fields[name]) for name in names if name in verbs.fields)
        return any(RATE in field.metadata for field in fields if field)


def is_introspection_public() -> bool:
    """Whether a client that is not signed in may read the schema."""
    configured = conf.PUBLIC_INTROSPECTION
    return bool(settings.DEBUG if configured is None else configured)
