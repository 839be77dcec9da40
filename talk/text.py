"""What people type, made fit to be stored, or refused."""

import unicodedata

from .conf import conf
from .exceptions import MessagingValidationError, RefusalCode

TITLE_LENGTH = 200
NAME_LENGTH = 100
REASON_LENGTH = 1_000

#: Kinds of characters that show nothing by themselves: controls, formats, separators, and marks,
#: which need a letter to stand on.
INVISIBLE_KINDS = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
#: Characters of other kinds that show nothing: fillers of Hangul, the blank of Braille, a note
#: without a head.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
#: Formats that show: signs of Arabic, Syriac and Kaithi that stand before numbers.
VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)


def clean_body(body: str) -> str:
    """`body` as it will be stored: white space at its ends is not part of what is said."""
    body = _storable(body, "body").strip()
    if len(body) > conf.MAX_BODY_LENGTH:
        raise MessagingValidationError(RefusalCode.BODY_TOO_LONG, path=("body",))
    if not shows(body):
        raise MessagingValidationError(RefusalCode.EMPTY_BODY, path=("body",))
    return body


def clean_title(title: str) -> str:
    """`title` as it will be stored, on one line; it may be empty, and is if it shows nothing."""
    title = " ".join(_storable(title, "title").split())
    if len(title) > TITLE_LENGTH:
        raise MessagingValidationError(RefusalCode.INVALID_TITLE, path=("title",))
    return title if shows(title) else ""


def clean_name(name: str) -> str:
    """`name` of a token as it will be stored."""
    name = " ".join(_storable(name, "name").split())
    if len(name) > NAME_LENGTH or not shows(name):
        raise MessagingValidationError(RefusalCode.INVALID_NAME, path=("name",))
    return name


def clean_reason(why: str) -> str:
    """`why` something is reported, or done about it, as it will be stored."""
    why = _storable(why, "why").strip()
    if len(why) > REASON_LENGTH or not shows(why):
        raise MessagingValidationError(RefusalCode.INVALID_REASON, path=("why",))
    return why


def shows(text: str) -> bool:
    """Whether a reader sees anything of `text`.

    Characters that join or turn others, as in emoji and right-to-left text, are fine beside them.
    """
    return any(map(_shows, text))


def is_storable(text: str) -> bool:
    """Whether any database takes `text`: PostgreSQL has no NUL, UTF-8 no lone surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _shows(character: str) -> bool:
    if character in BLANKS or _is_ignorable(ord(character)):
        return False
    kind = unicodedata.category(character)
    return kind not in INVISIBLE_KINDS or character in VISIBLE_FORMATS


def _is_ignorable(code: int) -> bool:
    """Reserved by Unicode for characters to come that show nothing."""
    return code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF


def _storable(text: str, field: str) -> str:
    if not is_storable(text):
        raise MessagingValidationError(RefusalCode.INVALID_TEXT, path=(field,))
    return text
