"""What every operation passes before its first resolver: it is read, known, measured, counted."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.translation import gettext as _
from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_operation_ast,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types.graphql import OperationType

from talk.conf import conf

from . import rates
from .errors import LimitExceeded, RateLimited, Unauthenticated
from .limits import Meter, excesses

#: Documents that are kept. Those of an application are few.
KEPT = 256
#: Characters of a document that is kept; longer ones hold what belongs into variables.
KEPT_LENGTH = 16_384
#: Comments in a document.
MAX_COMMENTS = 1_000


class Document:
    """A document that was read, and, once somebody asked, whether it may be executed."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._schema = schema
        self._errors: dict[Any, list[GraphQLError]] = {}
        try:
            self.node = parse(text, max_lexical_tokens=conf.MAX_TOKENS, max_comments=MAX_COMMENTS)
        except GraphQLSyntaxError as error:
            if _TOO_LONG.search(error.message):
                raise LimitExceeded("MAX_TOKENS", conf.MAX_TOKENS) from None
            raise

    def errors(self, rules: tuple[type[ASTValidationRule], ...]) -> list[GraphQLError]:
        if rules not in self._errors:
            # What is too large isn't validated, which would take much longer.
            self._errors[rules] = [*excesses(self.node)] or validate_document(
                self._schema, self.node, rules
            )
        return self._errors[rules]

    def cost(self, operation_name: str | None, variables: dict[str, Any] | None) -> int:
        operation = get_operation_ast(self.node, operation_name)
        meter = Meter(self._schema, self.node, variables)
        return 0 if operation is None else meter.count(operation)


# graphql-core has no types for these.
_TOO_LONG = re.compile("contains more than|nested too deeply")
_read_once = lru_cache(KEPT)(Document)


def _read(schema: GraphQLSchema, text: str) -> Document:
    read = _read_once if len(text) <= KEPT_LENGTH else Document
    return read(schema, text)


@receiver(setting_changed)
def _forget(**kwargs: Any) -> None:
    _read_once.cache_clear()


class Gate(SchemaExtension):
    """Stands before every resolver of queries, mutations and subscriptions alike.

    Strangers come no further than `__typename`.
    """

    _document: Document
    _cost: int | None = None

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        if execution.query is not None:
            self._document = _read(execution.schema._schema, execution.query)
            execution.graphql_document = self._document.node
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        stranger = getattr(execution.context, "identity", None) is None
        if stranger and not is_for_everybody(self._document.node):
            execution.pre_execution_errors = [_closed()]
        else:
            errors = self._document.errors(execution.validation_rules) or self._price()
            # Validation tells what the schema has.
            hidden = stranger and not is_introspection_public()
            execution.pre_execution_errors = [_closed()] if errors and hidden else errors
        yield

    def _price(self) -> list[GraphQLError]:
        execution = self.execution_context
        self._cost = self._document.cost(execution.operation_name, execution.variables)
        if self._cost > conf.MAX_COST:
            return [LimitExceeded("MAX_COST", conf.MAX_COST)]
        if execution.operation_type == OperationType.QUERY and execution.context.identity:
            try:
                rates.spend(execution.context, "read", 1 + self._cost // rates.COST_STEP)
            except RateLimited as error:
                return [error]
        return []

    def get_results(self) -> dict[str, Any]:
        """What the operation costs, for who asks with the extension `cost`."""
        if self._cost is None or not (self.execution_context.operation_extensions or {}).get(
            "cost"
        ):
            return {}
        return {"cost": {"cost": self._cost, "limit": conf.MAX_COST}}


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
