"""Reads the text of a search for messages: whole words, beginnings of words, and phrases.

Nothing of the text is passed on as an operator of a search language.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from .exceptions import MessagingValidationError, RefusalCode
from .text import is_storable

#: The most characters of a search.
LONGEST = 200
#: The most words and phrases of a search. Each is looked up by itself.
MOST_PARTS = 10
#: A shorter word is looked for as a whole: too many words begin with two letters.
SHORTEST_BEGINNING = 3
#: These separate words. PostgreSQL would take them for parts of paths, hosts, tags and numbers.
SEPARATORS = "-./@+<&~"
#: Letters with two forms in lower case, or two in upper case: the Greek sigma at the end of a word,
#: and the capital sharp s.
SAME = {"\u03c2": "\u03c3", "\u1e9e": "\u00df"}
#: Invisible characters within words: the soft hyphen, spaces without width, and joiners.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
#: Quotation marks that people's keyboards make of the plain one.
QUOTES = "“”„‟«»"

_PLAIN = str.maketrans(
    {**dict.fromkeys(SEPARATORS, " "), **dict.fromkeys(INVISIBLE), **SAME, "ß": "ss", "ẞ": "ss"}
)
_QUOTED = str.maketrans(dict.fromkeys(QUOTES, '"'))
_ASCII_WORDS = re.compile(r"[a-zA-Z0-9]+")


@dataclass(frozen=True)
class Part:
    """One word, or words that follow each other."""

    words: tuple[str, ...]
    #: Whether the last word is the beginning of one.
    is_beginning: bool

    def is_in(self, words: list[str]) -> bool:
        """Whether a message has this part. `words` are its words in their order, case-folded."""
        *whole, last = self._folded
        for at in range(len(words) - len(whole)):
            end = words[at + len(whole)]
            is_last = end.startswith(last) if self.is_beginning else end == last
            if is_last and words[at : at + len(whole)] == whole:
                return True
        return False

    @cached_property
    def _folded(self) -> list[str]:
        return [word.casefold() for word in self.words]


@dataclass(frozen=True)
class Sought:
    """What a search looks for: messages that have all of these parts, in any order."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the text that a person typed.

        Words between two quotation marks are a phrase. Each other word is the beginning of a word.
        Raises `INVALID_TEXT`, `QUERY_TOO_LONG` or `QUERY_TOO_SHORT`.
        """
        if not is_storable(text):
            raise MessagingValidationError(RefusalCode.INVALID_TEXT, path=("query",))
        if len(text) > LONGEST:
            raise MessagingValidationError(RefusalCode.QUERY_TOO_LONG, path=("query",))
        parts = tuple(dict.fromkeys(_parts_of(text)))
        if len(parts) > MOST_PARTS:
            raise MessagingValidationError(RefusalCode.QUERY_TOO_LONG, path=("query",))
        if not any(len("".join(part.words)) > 1 for part in parts):
            raise MessagingValidationError(RefusalCode.QUERY_TOO_SHORT, path=("query",))
        return cls(parts)

    def is_in(self, body: str) -> bool:
        """Whether a message with this text is found."""
        words = words_of(body.casefold())
        return all(part.is_in(words) for part in self.parts)


def words_of(text: str) -> list[str]:
    """The words of a text in their order, in NFKC."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    if plain.isascii():
        return _ASCII_WORDS.findall(plain)
    return "".join(each if _is_of_word(each) else " " for each in plain).split()


def _parts_of(text: str) -> list[Part]:
    outside, *others = text.translate(_QUOTED).split('"')
    parts = _beginnings_in(outside)
    # A last mark that has no other one is ignored, so that a phrase can be searched while typed.
    for phrase, after in zip(others[::2], others[1::2], strict=False):
        parts += [Part(words, is_beginning=False)] if (words := tuple(words_of(phrase))) else []
        parts += _beginnings_in(after)
    return parts + (_beginnings_in(others[-1]) if len(others) % 2 else [])


def _beginnings_in(text: str) -> list[Part]:
    """The words between white space. Punctuation within one makes a phrase of it."""
    found = (tuple(words_of(each)) for each in text.split())
    return [Part(words, is_beginning=_can_begin(words[-1])) for words in found if words]


def _can_begin(word: str) -> bool:
    # Scripts without upper and lower case are often written without spaces between words.
    return len(word) >= SHORTEST_BEGINNING or unicodedata.category(word[-1]) == "Lo"


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
