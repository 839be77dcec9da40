"""What people type, made fit to be stored, or refused."""

from .conf import conf
from .exceptions import MessagingValidationError, RefusalCode

TITLE_LENGTH = 200
NAME_LENGTH = 100
REASON_LENGTH = 1_000


def clean_body(body: str) -> str:
    """`body` as it will be stored: white space at its ends is not part of what is said."""
    body = _storable(body, "body").strip()
    if not body:
        raise MessagingValidationError(RefusalCode.EMPTY_BODY, path=("body",))
    if len(body) > conf.MAX_BODY_LENGTH:
        raise MessagingValidationError(RefusalCode.BODY_TOO_LONG, path=("body",))
    return body


def clean_title(title: str) -> str:
    """`title` as it will be stored, on one line; it may be empty."""
    title = " ".join(_storable(title, "title").split())
    if len(title) > TITLE_LENGTH:
        raise MessagingValidationError(RefusalCode.INVALID_TITLE, path=("title",))
    return title


def clean_name(name: str) -> str:
    """`name` of a token as it will be stored."""
    name = " ".join(_storable(name, "name").split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise MessagingValidationError(RefusalCode.INVALID_NAME, path=("name",))
    return name


def clean_reason(why: str) -> str:
    """`why` something is reported, or done about it, as it will be stored."""
    why = _storable(why, "why").strip()
    if not 0 < len(why) <= REASON_LENGTH:
        raise MessagingValidationError(RefusalCode.INVALID_REASON, path=("why",))
    return why


def is_storable(text: str) -> bool:
    """Whether any database takes `text`: PostgreSQL has no NUL, UTF-8 no lone surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _storable(text: str, field: str) -> str:
    if not is_storable(text):
        raise MessagingValidationError(RefusalCode.INVALID_TEXT, path=(field,))
    return text
