"""Cleans and checks the emoji of reactions."""

import re
import unicodedata

from .conf import conf
from .exceptions import MessagingValidationError, RefusalCode
from .text import is_storable, is_visible

#: Most characters of an emoji, or of a name of a reaction of the project's own.
EMOJI_LENGTH = 32

#: They choose between a coloured and a plain picture of the same emoji. Devices differ in whether
#: they send one.
SELECTORS = str.maketrans("", "", "\ufe0e\ufe0f")

#: The blocks of Unicode that have most emoji, beside other symbols. The unassigned characters of
#: the last two are kept for emoji of the coming years. So this need not be changed for these, as a
#: table of all emoji would have to be.
_SYMBOLS = (
    "\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff\U0001fc00-\U0001fffd"
)
#: The emoji in other blocks, which are all old.
_OTHERS = "©®‼⁉™ℹⓂ〰〽㊗㊙"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
#: The invisible letters and digits that spell the code of a part of a country.
_TAGS = "\U000e0030-\U000e0039\U000e0061-\U000e007a"

_PICTURE = f"(?![{_SKIN_TONES}])[{_SYMBOLS}{_OTHERS}][{_SKIN_TONES}]?"
_ONE_EMOJI = re.compile(
    # The flag of a country, by the two letters of its code.
    "[\U0001f1e6-\U0001f1ff]{2}"
    # A key of a telephone.
    "|[0-9#*]\u20e3"
    # A flag of a part of a country. Its code has the two letters of the country, and one to four
    # more. Longer ones would be hidden text: nobody sees it behind the flag.
    f"|\U0001f3f4[{_TAGS}]{{3,6}}\U000e007f"
    # A picture, or several that are joined into one. No emoji has more than four. Devices show
    # unknown ones as single pictures, so without an end they would be whole sentences.
    f"|{_PICTURE}(?:\u200d{_PICTURE}){{0,4}}"
)


def clean_emoji(text: str) -> str:
    """`text` in the spelling in which reactions are compared. Raises `INVALID_EMOJI`.

    It has to be one emoji, as the emoji keyboard of a device sends it for one key. With the option
    `REACTIONS`, it has to be one of these instead.
    """
    found = comparable_emoji(text)
    if conf.REACTIONS is None:
        allowed = _ONE_EMOJI.fullmatch(found) is not None
    else:
        allowed = found in map(_normalized, conf.REACTIONS)
    if not allowed:
        raise _invalid()
    return found


def comparable_emoji(text: str) -> str:
    """`text` in the spelling in which reactions are compared, whether it is allowed or not.

    Raises `INVALID_EMOJI` if it can't have been stored as a reaction.
    """
    if not is_storable_emoji(text):
        raise _invalid()
    return _normalized(text)


def is_storable_emoji(text: str) -> bool:
    """Whether `text` is visible, has at most `EMOJI_LENGTH` characters, and can be stored."""
    # The length comes first: to normalize a long text may take minutes.
    return (
        len(text.translate(SELECTORS)) <= EMOJI_LENGTH
        and is_storable(text)
        and is_visible(text)
        and len(_normalized(text)) <= EMOJI_LENGTH
    )


def _normalized(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(SELECTORS))


def _invalid() -> MessagingValidationError:
    return MessagingValidationError(RefusalCode.INVALID_EMOJI, path=("emoji",))
