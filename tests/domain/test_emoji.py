"""Which text is an emoji that people can react with."""

import pytest

from talk.emoji import EMOJI_LENGTH, clean_emoji, comparable_emoji
from talk.exceptions import RefusalCode

from .acting import refused

#: The rules need no database, but `refused` proves with it that nothing was changed.
pytestmark = pytest.mark.django_db


def tags(code):
    return "".join(chr(0xE0000 + ord(each)) for each in code)


EMOJI = {
    "a thumb": "👍",
    "a skin tone": "👍🏽",
    "a heart of the plain block": "❤",
    "a family of four": "👨\u200d👩\u200d👧\u200d👦",
    "two people with skin tones": "🧑🏽\u200d🤝\u200d🧑🏿",
    "the longest in use": "👩🏽\u200d❤\u200d💋\u200d👨🏽",
    "a heart on fire": "❤\u200d🔥",
    "a pirate flag": "🏴\u200d☠",
    "a head shaking": "🙂\u200d↔",
    "the flag of a country": "🇺🇦",
    "the flag of a part of a country": f"🏴{tags('gbsct')}\U000e007f",
    "a digit on a key": "1\u20e3",
    "a hash on a key": "#\u20e3",
    "an arrow": "⤴",
    "a square": "◽",
    "a check mark": "✅",
    "two exclamation marks in one": "‼",
    "information": "\u2139",
    "metro": "Ⓜ",
    "copyright": "©",
    "a wavy dash": "〰",
    "a secret": "㊙",
    "one that this Python does not know yet": "\U0001fadf",
    "one that Unicode has not assigned yet": "\U0001fc00",
}
NOT_EMOJI = {
    "nothing": "",
    "a letter": "a",
    "a word": "lol",
    "a letter of another script": "ж",
    "an ideograph": "好",
    "a letter that is written in one": "ﷺ",
    "a digit": "1",
    "a number": "100",
    "a hash": "#",
    "punctuation": "!",
    "a smiley of punctuation": ":-)",
    "a name": ":tada:",
    "a space": " ",
    "an emoji and a space": "👍 ",
    "a line break": "👍\n",
    "a control character": "\x07",
    "NUL": "\0",
    "an emoji and NUL": "👍\0",
    "a lone surrogate": "\ud83d",
    "a joiner alone": "\u200d",
    "a joiner at the end": "👍\u200d",
    "a joiner at the beginning": "\u200d👍",
    "two joiners": "👩\u200d\u200d👩",
    "an emoji joined to a letter": "👍\u200da",
    "a selector alone": "\ufe0f",
    "a space without width": "\u200b",
    "an emoji and a space without width": "👍\u200b",
    "a direction mark": "👍\u200e",
    "a mark alone": "\u0301",
    "an emoji with a mark": "👍\u0301",
    "many marks": "❤" + "\u0336" * 9,
    "a key alone": "\u20e3",
    "a letter on a key": "a\u20e3",
    "an emoji on a key": "👍\u20e3",
    "a skin tone alone": "🏽",
    "two skin tones": "👍🏽🏽",
    "half a flag": "🇺",
    "a flag and a half": "🇺🇦🇺",
    "tags alone": "\U000e0067\U000e007f",
    "tags without an end": "🏴\U000e0067\U000e0062",
    "tags behind another emoji": "👍\U000e0067\U000e007f",
    "the blank of Braille": "\u2800",
    "a bracket": "(",
    "two emoji": "👍👍",
    "two emoji that differ": "👍❤",
    "two flags": "🇺🇦🇺🇦",
    "two keys": "1\u20e32\u20e3",
    "an emoji and a word": "👍ok",
    "33 characters": "\u200d".join("👍" * 17),
    "a sentence of joined pictures": "\u200d".join("👉👀🔥💰🚀🌙"),
    "hidden text behind a flag": f"🏴{tags('meetmeatnine')}\U000e007f",
    "hidden punctuation behind a flag": f"🏴{tags('a b!')}\U000e007f",
    "a flag with too short a code": f"🏴{tags('gb')}\U000e007f",
    "very many characters": "\u0301\u0327" * 100_000,
}


@pytest.mark.parametrize("emoji", EMOJI.values(), ids=EMOJI)
def test_one_emoji_is_one_whatever_it_is_made_of(emoji):
    assert clean_emoji(emoji) == emoji


@pytest.mark.parametrize("text", NOT_EMOJI.values(), ids=NOT_EMOJI)
def test_any_other_text_is_refused(text):
    with refused(RefusalCode.INVALID_EMOJI, "emoji"):
        clean_emoji(text)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("❤\ufe0f", "❤"),
        ("❤\ufe0e", "❤"),
        ("1\ufe0f\u20e3", "1\u20e3"),
        ("🏳\ufe0f\u200d🌈", "🏳\u200d🌈"),
        ("👁\ufe0f\u200d🗨\ufe0f", "👁\u200d🗨"),
        ("❤\ufe0f\u200d🔥", "❤\u200d🔥"),
    ],
)
def test_one_emoji_has_one_spelling(sent, kept):
    assert clean_emoji(sent) == clean_emoji(kept) == kept


def test_a_listed_name_of_32_characters_is_not_too_long(settings):
    settings.TALK = {**settings.TALK, "REACTIONS": ("n" * EMOJI_LENGTH,)}

    assert clean_emoji("n" * EMOJI_LENGTH) == "n" * EMOJI_LENGTH


class TestListed:
    """With the option `REACTIONS`."""

    @pytest.fixture(autouse=True)
    def listed(self, settings):
        settings.TALK = {**settings.TALK, "REACTIONS": ("❤\ufe0f", "party_parrot", "cafe\u0301")}

    @pytest.mark.parametrize("sent", ["❤", "❤\ufe0f", "party_parrot", "café", "cafe\u0301"])
    def test_what_is_listed_is_allowed_in_each_spelling(self, sent):
        assert clean_emoji(sent) in {"❤", "party_parrot", "café"}

    @pytest.mark.parametrize("sent", ["👍", "Party_parrot", "party_parrot ", "", "\0", "❤❤"])
    def test_nothing_else_is(self, sent):
        with refused(RefusalCode.INVALID_EMOJI, "emoji"):
            clean_emoji(sent)

    def test_what_is_not_listed_any_more_can_still_be_compared(self):
        assert comparable_emoji("👍\ufe0f") == "👍"


@pytest.mark.parametrize(
    "text", ["", "\0", "👍\ud800", "x" * 33, "\u200b", "\u0301\u0327" * 100_000]
)
def test_what_can_not_be_stored_is_compared_with_nothing(text):
    with refused(RefusalCode.INVALID_EMOJI, "emoji"):
        comparable_emoji(text)


def test_a_text_that_gets_too_long_in_its_spelling_is_refused():
    """Normalized, each of these characters is two."""
    with refused(RefusalCode.INVALID_EMOJI, "emoji"):
        comparable_emoji("\ufb1d" * (EMOJI_LENGTH // 2 + 1))


def test_a_long_text_is_refused_before_it_is_normalized(monkeypatch):
    """That would take minutes."""
    monkeypatch.setattr("talk.emoji.unicodedata", None)

    with refused(RefusalCode.INVALID_EMOJI, "emoji"):
        comparable_emoji("a" * (EMOJI_LENGTH + 1))
