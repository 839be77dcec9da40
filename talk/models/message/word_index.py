"""The index of the words of messages on PostgreSQL, which needs no extension.

It is an index on an expression, so that nothing has to be kept in step: an edit or a removal
changes the row, and so the index. Migration 0034 creates it.
"""

from typing import Any

from django.db.models import BooleanField, Expression, Field, Func, Value

from ...sought import INVISIBLE, SAME, SEPARATORS, Part, Sought

#: The most characters of a text that are read. PostgreSQL's list of words has a limit in bytes.
MOST_READ = 100_000


def _literal(*characters: str) -> str:
    """These characters as SQL, in ASCII."""
    return "U&'" + "".join(f"\\{ord(each):04x}" for each in characters) + "'"


class Words(Func):
    """The words of a text with their positions, as PostgreSQL reads them.

    `simple` knows no language: words stay as they are, in lower case. What lower case leaves
    different and case folding does not, "ß" and "ss" among it, is made the same before. A query
    has to have this expression with the same constants as the index.
    """

    output_field = Field()
    template = (
        "to_tsvector('simple'::regconfig, replace(translate(left(normalize(%(expressions)s, NFKC), "
        f"{MOST_READ}), {_literal(*SEPARATORS, *SAME, *INVISIBLE)}, "
        f"{_literal(*' ' * len(SEPARATORS), *SAME.values())}), {_literal('ß')}, 'ss'))"
    )


class Phrase(Func):
    """What looks for words that follow each other. PostgreSQL reads them as it reads messages."""

    output_field = Field()
    template = "phraseto_tsquery('simple'::regconfig, %(expressions)s)"


class Beginning(Phrase):
    """A phrase whose last word is the beginning of one."""

    # Null if PostgreSQL sees no word in it, and so nothing is found.
    template = f"(nullif({Phrase.template}::text, '') || ':*')::tsquery"


class All(Func):
    template = "(%(expressions)s)"
    arg_joiner = " && "
    output_field = Field()


class _Has(Func):
    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()


def has_words(sought: Sought) -> Any:
    """The condition that a message has what is sought, for PostgreSQL."""
    return _Has(Words("body"), All(*map(_query_of, sought.parts)))


def _query_of(part: Part) -> Expression:
    text = Value(" ".join(part.words))
    return Beginning(text) if part.is_beginning else Phrase(text)
