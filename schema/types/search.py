"""What is looked for by a part of it."""

from talk.exceptions import MessagingValidationError, RefusalCode
from talk.text import is_storable

#: Longer than any name or title. SQLite fails at patterns that are much longer.
LONGEST = 1_000


def part(text: str, path: str) -> str:
    """`text`, fit to be looked for; raises `INVALID_TEXT` if no text can contain it."""
    if not is_storable(text):
        raise MessagingValidationError(RefusalCode.INVALID_TEXT, path=(path,))
    return text[:LONGEST]
