"""Cleans and checks text that people type: messages, titles, names, reasons."""

import unicodedata
from urllib.parse import urlsplit

from .conf import conf
from .exceptions import MessagingValidationError, RefusalCode

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 1_000
URL_LENGTH = 500
#: How many times as many characters of what a stranger wrote are read as are kept.
MOST_READ = 10
NAME_LENGTH = 100
REASON_LENGTH = 1_000

#: Unicode categories of characters that are invisible by themselves: controls, formats,
#: separators, and combining marks.
INVISIBLE_KINDS = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
#: Invisible characters of other categories: Hangul fillers, the Braille blank, the null notehead.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
#: Visible characters of the category of formats: Arabic, Syriac and Kaithi number signs.
VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)

#: Unicode categories of characters that no line has: controls, surrogates, and separators of lines.
NOT_IN_LINES = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: Invisible characters that change the direction of text. By them "exe.png" can be shown for a name
#: that ends otherwise.
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: Visible characters that addresses of the web have encoded.
NOT_IN_URLS = frozenset('"<>\\^`{|}')


def clean_body(body: str, *, may_be_empty: bool = False) -> str:
    """`body` without white space at its ends. Raises `BODY_TOO_LONG`.

    If nothing of it is visible, it is empty if it may be so. Otherwise that raises `EMPTY_BODY`.
    """
    body = _storable(body, "body").strip()
    if len(body) > conf.MAX_BODY_LENGTH:
        raise MessagingValidationError(RefusalCode.BODY_TOO_LONG, path=("body",))
    if is_visible(body):
        return body
    if not may_be_empty:
        raise MessagingValidationError(RefusalCode.EMPTY_BODY, path=("body",))
    return ""


def clean_draft(body: str) -> str:
    """`body` exactly as it is, or empty if nothing of it is visible. Raises `BODY_TOO_LONG`."""
    body = _storable(body, "body")
    if len(body) > conf.MAX_BODY_LENGTH:
        raise MessagingValidationError(RefusalCode.BODY_TOO_LONG, path=("body",))
    return body if is_visible(body) else ""


def clean_title(title: str) -> str:
    """`title` on one line; empty if nothing of it is visible. Raises `INVALID_TITLE`."""
    title = " ".join(_storable(title, "title").split())
    if len(title) > TITLE_LENGTH:
        raise MessagingValidationError(RefusalCode.INVALID_TITLE, path=("title",))
    return title if is_visible(title) else ""


def clean_description(description: str) -> str:
    """`description` without white space at its ends; empty if nothing of it is visible.

    Raises `INVALID_DESCRIPTION`.
    """
    description = _storable(description, "description").strip()
    if len(description) > DESCRIPTION_LENGTH:
        raise MessagingValidationError(RefusalCode.INVALID_DESCRIPTION, path=("description",))
    return description if is_visible(description) else ""


def clean_url(url: str, field: str) -> str:
    """`url`, a complete address of the web, without white space at its ends; empty if it is empty.

    Raises `INVALID_URL`, also for an address with a user name.
    """
    url = url.strip()
    if url and not _is_web_address(url):
        raise MessagingValidationError(RefusalCode.INVALID_URL, path=(field,))
    return url


def clean_name(name: str) -> str:
    """The name of a token, on one line. Raises `INVALID_NAME`."""
    name = " ".join(_storable(name, "name").split())
    if len(name) > NAME_LENGTH or not is_visible(name):
        raise MessagingValidationError(RefusalCode.INVALID_NAME, path=("name",))
    return name


def clean_reason(why: str) -> str:
    """The reason of a report or act, without white space at its ends. Raises `INVALID_REASON`."""
    why = _storable(why, "why").strip()
    if len(why) > REASON_LENGTH or not is_visible(why):
        raise MessagingValidationError(RefusalCode.INVALID_REASON, path=("why",))
    return why


def line_of(text: str, most: int) -> str:
    """What a stranger wrote, on one line without controls and direction marks.

    It has at most `most` characters, and is empty if none of them is visible.
    """
    # White space of all kinds becomes spaces before the controls among it would be left out.
    line = " ".join(text[: MOST_READ * most].split())
    line = " ".join(without_controls(line).split())
    if len(line) > most:
        line = f"{line[: most - 1].rstrip()}…"
    return line if is_visible(line) else ""


def without_controls(text: str) -> str:
    """`text` without controls, separators of lines, and direction marks."""
    kept = (each for each in text if each not in DIRECTIONS)
    return "".join(each for each in kept if unicodedata.category(each) not in NOT_IN_LINES)


def is_visible(text: str) -> bool:
    """Whether `text` has at least one visible character.

    Joiners and direction marks, as in emoji and right-to-left text, are fine beside one.
    """
    return any(map(_is_visible_character, text))


def is_storable(text: str) -> bool:
    """Whether databases can store `text`.

    PostgreSQL can't store NUL, and UTF-8 can't encode lone surrogates.
    """
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_web_address(url: str) -> bool:
    # `urlsplit` and browsers leave out some invisible characters, or read others instead.
    if len(url) > URL_LENGTH or not all(map(_is_in_urls, url)):
        return False
    try:
        parts = urlsplit(url)
        # It raises for a port that is none.
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and has_host and "@" not in parts.netloc


def _is_in_urls(character: str) -> bool:
    is_sound = is_storable(character) and _is_visible_character(character)
    return is_sound and character not in NOT_IN_URLS


def _is_visible_character(character: str) -> bool:
    if character in BLANKS or _is_ignorable(ord(character)):
        return False
    kind = unicodedata.category(character)
    return kind not in INVISIBLE_KINDS or character in VISIBLE_FORMATS


def _is_ignorable(code: int) -> bool:
    """Whether Unicode reserves this code point for an invisible character."""
    return code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF


def _storable(text: str, field: str) -> str:
    if not is_storable(text):
        raise MessagingValidationError(RefusalCode.INVALID_TEXT, path=(field,))
    return text
