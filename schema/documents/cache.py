"""The documents that clients send: each is read and validated once, and kept for the next time."""

import re
import sys
from collections.abc import Iterator
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.translation import gettext as _
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    TokenKind,
    get_operation_ast,
    parse,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from talk.conf import conf

from ..errors import MAX_ERRORS, ValidationFailed
from ..limit_errors import LimitExceeded
from .bounded import kept, size_of_document
from .limits import Meter, counted_size, excesses

#: What a document is validated by.
Rules = tuple[type[ASTValidationRule], ...]

#: What Strawberry validates besides.
STRAWBERRY_RULES: Rules = (MaybeNullValidationRule, OneOfInputValidationRule)
#: Costs of a document that are kept, for different sizes of its pages.
KEPT_COSTS = 16
#: Characters of a document that is kept; longer ones hold what belongs into variables.
KEPT_LENGTH = 16_384
#: Digits of a number in a document. Python reads as many whatever it is configured to.
MAX_DIGITS = sys.int_info.str_digits_check_threshold
#: Comments in a document.
MAX_COMMENTS = 1_000


class Document:
    """A document that was read, and, once somebody asked, whether it may be executed."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._schema = schema
        self._errors: dict[Any, list[GraphQLError]] = {}
        #: The variables that say how large the pages of an operation are.
        self._size_variables: dict[str | None, list[str]] = {}
        #: What an operation costs with such sizes.
        self._costs: dict[tuple[Any, ...], int] = {}
        try:
            self.node = parse(text, max_lexical_tokens=conf.MAX_TOKENS, max_comments=MAX_COMMENTS)
        except GraphQLSyntaxError as error:
            if _TOO_LONG.search(error.message):
                raise LimitExceeded("MAX_TOKENS", conf.MAX_TOKENS) from None
            raise

    def errors(self, rules: Rules) -> list[GraphQLError]:
        if rules not in self._errors:
            # What is too large isn't validated, which would take much longer.
            self._errors[rules] = [*_long_numbers(self.node), *excesses(self.node)] or validate(
                self._schema, self.node, (*rules, *STRAWBERRY_RULES), max_errors=MAX_ERRORS
            )
        return self._errors[rules]

    def cost(self, operation_name: str | None, variables: dict[str, Any] | None) -> int:
        given = variables or {}
        known = self._costs.get(self._cost_key(operation_name, given))
        if known is not None:
            return known
        operation = get_operation_ast(self.node, operation_name)
        meter = Meter(self._schema, self.node, given)
        cost = 0 if operation is None else meter.count(operation)
        if len(self._costs) >= KEPT_COSTS:
            self._costs.clear()
        self._size_variables[operation_name] = sorted(meter.size_variables)
        self._costs[self._cost_key(operation_name, given)] = cost
        return cost

    def _cost_key(self, operation_name: str | None, given: dict[str, Any]) -> tuple[Any, ...]:
        """An operation, and what the variables say that its cost depends on."""
        names = self._size_variables.get(operation_name, ())
        sizes = [counted_size(given[name]) if name in given else ... for name in names]
        return operation_name, *sizes


def _long_numbers(document: DocumentNode) -> Iterator[ValidationFailed]:
    """An error for the first number that has too many digits to be read, wherever it stands."""
    token = document.loc and document.loc.start_token
    while token:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and len(token.value or "") > MAX_DIGITS:
            message = _("A number has at most %(digits)d digits.") % {"digits": MAX_DIGITS}
            yield ValidationFailed(message)
            return
        token = token.next


class Shelf:
    """The documents that were asked for last."""

    def find(self, schema: GraphQLSchema, text: str) -> Document | None:
        found: Document | None = kept.find((schema, text))
        return found

    def read(self, schema: GraphQLSchema, text: str) -> Document:
        """Read a document that is not there. Raises if it is none."""
        document = Document(schema, text)
        if len(text) <= KEPT_LENGTH:
            kept.keep((schema, text), document, size_of_document(document.node))
        return document

    def clear(self) -> None:
        kept.clear()


# graphql-core has no types for these.
_TOO_LONG = re.compile("contains more than|nested too deeply")

shelf = Shelf()


@receiver(setting_changed)
def _forget(**kwargs: Any) -> None:
    shelf.clear()
