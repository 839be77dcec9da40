"""What every operation passes before its first resolver: it is read, known, measured, counted."""

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
from strawberry.utils.operation import get_operation_type

from talk.conf import conf

from ..authentication import rates
from ..documents.cache import Document, Rules, shelf
from ..documents.metadata import RATE
from ..documents.public import is_public
from ..documents.request import Request
from ..errors import PublicError, RateLimited, Unauthenticated, ValidationFailed
from ..limit_errors import TooCostly
from ..pagination import DEFAULT_PAGE

#: By which documents are validated, unless an extension of the schema says more.
RULES: Rules = tuple(specified_rules)


class Gate:
    """Stands before every resolver of queries, mutations and subscriptions alike.

    Without credentials a client gets no further than `__typename` and public fields.
    """

    _document: Document
    #: Whether the operation was counted before its document was read.
    _counted = False
    _cost: int | None = None
    _limit = 0

    def __init__(self, schema: GraphQLSchema, requested: Request, context: Any) -> None:
        self._schema, self._requested, self._context = schema, requested, context

    def read(self) -> DocumentNode:
        """The document of what is requested. Raises if it is none."""
        text = self._requested.query
        document = shelf.find(self._schema, text)
        if document is None or not self._viewed:
            # Before anything is done: most that is wrong with a document is found late.
            self._spend(1 if document else rates.times_for_document(text))
            self._counted = True
        self._document = document or shelf.read(self._schema, text)
        return self._document.node

    def errors(self, rules: Rules = RULES) -> list[GraphQLError]:
        """Why it is not to be executed; nothing if it is. It is counted in any case."""
        if not self.lets_in:
            return [closed()]
        errors = self._document.errors(rules) or self._price()
        errors = self._count(failed=bool(errors)) or errors
        # Validation tells what the schema has.
        tells = not all(isinstance(error, PublicError) for error in errors)
        hidden = tells and not self._viewed and not is_introspection_public()
        return [closed()] if hidden else errors

    @property
    def lets_in(self) -> bool:
        """Whether the client may ask this at all: without credentials, public fields alone."""
        if self._viewed:
            return True
        # Where extensions execute, another gate has read it.
        text = self._requested.query
        document = shelf.find(self._schema, text) or shelf.read(self._schema, text)
        introspection = is_introspection_public()
        return is_public(self._schema, document.node, introspection=introspection)

    @property
    def kind(self) -> OperationType:
        """That of the operation, or of the first if none is named.

        Raises `RuntimeError` if the document has no such operation.
        """
        return get_operation_type(self._document.node, self._requested.operation_name)

    def told(self) -> dict[str, Any]:
        """What the operation costs, for who asks with the extension `cost`."""
        asked = self._requested.extensions or {}
        if self._cost is None or not asked.get("cost"):
            return {}
        return {"cost": {"cost": self._cost, "limit": self._limit}}

    @property
    def _viewed(self) -> bool:
        """Whether somebody asks who is signed in."""
        return getattr(self._context, "identity", None) is not None

    def _spend(self, times: int) -> None:
        rates.count(self._context, times=times)

    def _price(self) -> list[GraphQLError]:
        requested = self._requested
        if get_operation_ast(self._document.node, requested.operation_name) is None:
            return [
                ValidationFailed(_("Say in `operationName` which operation is to be executed."))
            ]
        self._cost = self._document.cost(requested.operation_name, requested.variables)
        option = "MAX_EVENT_COST" if self.kind == OperationType.SUBSCRIPTION else "MAX_COST"
        self._limit = getattr(conf, option)
        if self._cost <= self._limit:
            return []
        return [TooCostly(option, self._limit, self._cost, DEFAULT_PAGE)]

    def _count(self, failed: bool) -> list[GraphQLError]:
        """Count the operation as reading. What begins a stream is counted as that instead."""
        kind = self.kind
        if kind == OperationType.SUBSCRIPTION:
            return []
        counts_itself = not failed and kind == OperationType.MUTATION and self._calls_verb()
        is_read = not counts_itself and not self._counted
        times = is_read + (0 if failed else (self._cost or 0) // rates.COST_STEP)
        try:
            if times:
                self._spend(times)
        except RateLimited as error:
            return [error]
        return []

    def _calls_verb(self) -> bool:
        """Whether the operation selects a verb of `fields.mutation`, which counts by itself."""
        operation = get_operation_ast(self._document.node, self._requested.operation_name)
        verbs = self._schema.mutation_type
        if operation is None or verbs is None:
            return False
        # A verb in a fragment counts as reading, too. Clients don't write it there.
        names = (
            each.name.value
            for each in operation.selection_set.selections
            if isinstance(each, FieldNode)
        )
        fields = (verbs.fields[name] for name in names if name in verbs.fields)
        known = (field.extensions.get("strawberry-definition") for field in fields)
        return any(RATE in field.metadata for field in known if field)


def is_introspection_public() -> bool:
    configured = conf.PUBLIC_INTROSPECTION
    return bool(settings.DEBUG if configured is None else configured)


def closed() -> Unauthenticated:
    return Unauthenticated(_("Sign in first."))
