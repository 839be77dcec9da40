"""Parses and validates GraphQL documents, and caches them for the next time they are sent."""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.translation import gettext as _
from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    TokenKind,
    get_operation_ast,
    parse,
    validate,
)

from talk.conf import conf

from ..errors import MAX_ERRORS, LimitExceeded, ValidationFailed
from ..strawberry_internals import MaybeNullValidationRule, OneOfInputValidationRule
from .cache import cache, size_of_document
from .cost import Meter, counted_size
from .limits import excesses

if TYPE_CHECKING:
    from ..operation import Operation

Rules = tuple[type[ASTValidationRule], ...]

#: The rules that Strawberry adds to those of GraphQL.
STRAWBERRY_RULES: Rules = (MaybeNullValidationRule, OneOfInputValidationRule)
#: The label of an operation whose document can't be read.
UNREADABLE = ("unknown", "unreadable")
#: How many costs of one document are remembered, for different page sizes.
MAX_COSTS = 16
#: Characters of the longest document that is cached. A longer one holds values that belong in
#: variables, and is not sent again.
MAX_CACHED_LENGTH = 16_384
#: Digits of a number in a document. Python parses numbers of this length in any configuration.
MAX_DIGITS = sys.int_info.str_digits_check_threshold
#: Comments in a document.
MAX_COMMENTS = 1_000


class Document:
    """A parsed document. It is validated once, when somebody first wants to execute it."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._schema = schema
        self._errors: dict[Any, list[GraphQLError]] = {}
        #: The variables that say how large the pages of an operation are.
        self._size_variables: dict[str | None, list[str]] = {}
        #: What an operation costs with such sizes.
        self._costs: dict[tuple[Any, ...], int] = {}
        #: The label of each operation in metrics.
        self._labels: dict[str | None, tuple[str, str]] = {}
        try:
            self.node = parse(text, max_lexical_tokens=conf.MAX_TOKENS, max_comments=MAX_COMMENTS)
        except GraphQLSyntaxError as error:
            if _TOO_LONG.search(error.message):
                raise LimitExceeded("MAX_TOKENS", conf.MAX_TOKENS) from None
            raise

    def errors(self, rules: Rules) -> list[GraphQLError]:
        """Why the document can't be executed: limits that it exceeds, rules that it breaks."""
        if rules not in self._errors:
            # Validation of a document that is too large would take much longer.
            self._errors[rules] = [*_long_numbers(self.node), *excesses(self.node)] or validate(
                self._schema, self.node, (*rules, *STRAWBERRY_RULES), max_errors=MAX_ERRORS
            )
        return self._errors[rules]

    def is_subscription(self, operation_name: str | None) -> bool:
        """Whether the named operation is a subscription. Without a name: the first one."""
        for each in self.node.definitions:
            if isinstance(each, OperationDefinitionNode):
                name = each.name and each.name.value
                if operation_name is None or name == operation_name:
                    return each.operation is OperationType.SUBSCRIPTION
        return False

    def cost(self, operation_name: str | None, variables: dict[str, Any] | None) -> int:
        """What an operation of the document costs with these variables; see `Meter`."""
        variables = variables or {}
        known = self._costs.get(self._cost_key(operation_name, variables))
        if known is not None:
            return known
        operation = get_operation_ast(self.node, operation_name)
        meter = Meter(self._schema, self.node, variables)
        cost = 0 if operation is None else meter.count(operation)
        if len(self._costs) >= MAX_COSTS:
            self._costs.clear()
        self._size_variables[operation_name] = sorted(meter.size_variables)
        self._costs[self._cost_key(operation_name, variables)] = cost
        return cost

    def label(self, operation_name: str | None) -> tuple[str, str]:
        """The kind of an operation, and a name for it of which there are only so many.

        Among trusted documents it is the operation's own name. Elsewhere clients choose that, and
        the name is that of the first field, which is a field of the schema.
        """
        found = self._labels.get(operation_name)
        if found is None:
            operation = get_operation_ast(self.node, operation_name)
            if operation is None:
                return UNREADABLE
            found = operation.operation.value, self._name(operation)
            self._labels[operation_name] = found
        return found

    def _name(self, operation: OperationDefinitionNode) -> str:
        if conf.TRUSTED_DOCUMENTS is not None and operation.name:
            return operation.name.value
        root = self._schema.get_root_type(operation.operation)
        first = operation.selection_set.selections[0]
        name = first.name.value if isinstance(first, FieldNode) else ""
        is_known = name.startswith("__") or (root is not None and name in root.fields)
        return name if is_known else "other"

    def _cost_key(self, operation_name: str | None, variables: dict[str, Any]) -> tuple[Any, ...]:
        """The operation, and the page sizes in its variables, on which its cost depends."""
        names = self._size_variables.get(operation_name, ())
        sizes = [counted_size(variables[name]) if name in variables else ... for name in names]
        return operation_name, *sizes


def label_of(operation: "Operation") -> tuple[str, str]:
    """The kind and the name of an operation in metrics; see `Document.label`."""
    document = operation.document
    return document.label(operation.request.operation_name) if document else UNREADABLE


def find(schema: GraphQLSchema, text: str) -> Document | None:
    """The document of this text, if it is in the cache."""
    found: Document | None = cache.get((schema, text))
    return found


def read(schema: GraphQLSchema, text: str) -> Document:
    """Parse a document that is not in the cache, and put it there. Raises a `GraphQLError`."""
    document = Document(schema, text)
    if len(text) <= MAX_CACHED_LENGTH:
        cache.set((schema, text), document, size_of_document(document.node))
    return document


def _long_numbers(document: DocumentNode) -> Iterator[ValidationFailed]:
    """An error for the first number with too many digits, wherever it stands."""
    token = document.loc and document.loc.start_token
    while token:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and len(token.value or "") > MAX_DIGITS:
            message = _("A number has at most %(digits)d digits.") % {"digits": MAX_DIGITS}
            yield ValidationFailed(message)
            return
        token = token.next


# graphql-core has no exception type for these errors.
_TOO_LONG = re.compile("contains more than|nested too deeply")


@receiver(setting_changed)
def _clear_cache(**kwargs: Any) -> None:
    cache.clear()
