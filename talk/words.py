"""Words as they are compared in searches, whatever their spelling in Unicode."""

import unicodedata
from collections.abc import Iterator

#: Longest word that is compared, in characters.
LONGEST = 50
#: Most words of one text that count.
MOST = 20


def folded(text: str) -> str:
    """`text` in one spelling: composed, in one case, without invisible characters.

    "Ärger", "ärger" and a spelling with the dots apart become the same (NFKC and case folding).
    """
    visible = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())


def words_in(text: str) -> list[str]:
    """The words of `text`, folded, each once. What is no letter, number or emoji separates them."""
    spaced = "".join(each if _is_of_word(each) else " " for each in folded(text))
    return list(dict.fromkeys(word[:LONGEST] for word in spaced.split()))[:MOST]


def parts_in(text: str) -> list[str]:
    """The parts of `text` between white space, folded, to be looked for inside folded text."""
    return folded(text).split()[:MOST]


def beginnings_in(text: str) -> Iterator[str]:
    """The words of `text` that a searched word may begin.

    Scripts without upper and lower case may write without spaces, as Chinese and Thai do. There
    each letter begins a word.
    """
    for word in words_in(text):
        yield word
        for at, letter in enumerate(word[1:], 1):
            if unicodedata.category(letter) == "Lo":
                yield word[at:]


def _is_of_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "So"
