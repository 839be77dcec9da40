"""Checks the text of a search."""

from talk.exceptions import MessagingValidationError, RefusalCode
from talk.text import is_storable

#: Longer than any name or title. SQLite fails with patterns that are much longer.
LONGEST = 1_000


def search_text(text: str, path: str) -> str:
    """`text`, cut to the longest that is searched for.

    Raises `INVALID_TEXT` for the input `path` if no stored text can contain it.
    """
    if not is_storable(text):
        raise MessagingValidationError(RefusalCode.INVALID_TEXT, path=(path,))
    return text[:LONGEST]
