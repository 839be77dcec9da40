"""Normalises text for searches, so that different Unicode spellings are found alike."""

import unicodedata
from collections.abc import Iterator

#: Characters of a word that are compared.
LONGEST = 50
#: Words of one text that count.
MOST = 20


def folded(text: str) -> str:
    """`text` in NFKC, case-folded, without invisible characters.

    "Ärger", "ärger" and a spelling with a combining diaeresis become equal.
    """
    visible = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())


def words_in(text: str) -> list[str]:
    """The words of `text`, folded, without repeats.

    All characters but letters, marks, numbers and emoji separate words.
    """
    spaced = "".join(each if _is_of_word(each) else " " for each in folded(text))
    return list(dict.fromkeys(word[:LONGEST] for word in spaced.split()))[:MOST]


def parts_in(text: str) -> list[str]:
    """The parts of `text` between white space, folded, to look for anywhere in folded text."""
    return folded(text).split()[:MOST]


def beginnings_in(text: str) -> Iterator[str]:
    """The strings of `text` that a word of a search can be the beginning of.

    These are its words. In scripts without upper and lower case, such as Chinese and Thai, which
    are often written without spaces, each letter begins a word.
    """
    for word in words_in(text):
        yield word
        for at, letter in enumerate(word[1:], 1):
            if unicodedata.category(letter) == "Lo":
                yield word[at:]


def _is_of_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "So"
