"""Reads and writes cursors of pages, and refuses those of other lists."""

from strawberry import relay

from talk.exceptions import MessagingValidationError, RefusalCode
from talk.text import is_storable

#: The most characters of a cursor. The longest contain a name, or many recent changes.
MOST_LENGTH = 32_768
#: The highest integer of a database.
MOST_NUMBER = 2**63 - 1


def invalid_cursor(name: str) -> MessagingValidationError:
    return MessagingValidationError(RefusalCode.INVALID_CURSOR, path=(name,))


def content_of(cursor: str, prefix: str, name: str) -> str:
    """The content of a cursor of the list with this `prefix`.

    Raises `INVALID_CURSOR` for the argument `name` if it belongs to another list, or is no cursor.
    It is quick enough for an event loop, whatever the text is.
    """
    try:
        if len(cursor) > MOST_LENGTH:
            raise ValueError
        found, content = relay.from_base64(cursor)
    except ValueError:
        raise invalid_cursor(name) from None
    if found != prefix or not is_storable(content):
        raise invalid_cursor(name)
    return content


def number_cursor(number: int) -> str:
    return relay.to_base64("number", number)


def number_of(cursor: str | None, name: str, prefix: str = "number") -> int | None:
    """The number in a cursor, or None without one. Raises `INVALID_CURSOR` for other text."""
    if cursor is None:
        return None
    number = content_of(cursor, prefix, name)
    try:
        value = int(number)
    except ValueError:
        raise invalid_cursor(name) from None
    # Python accepts several spellings of a number; a cursor has one.
    if number != str(value) or not 0 <= value <= MOST_NUMBER:
        raise invalid_cursor(name)
    return value
