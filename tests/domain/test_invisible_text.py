"""Text without visible characters counts as empty."""

import unicodedata

import pytest

from talk.exceptions import RefusalCode
from talk.models import AccessToken, Conversation, Message, Report
from talk.naming import name_of
from talk.text import BLANKS, clean_name, clean_reason, clean_title, is_visible

from .acting import group, participation_of, refused

pytestmark = pytest.mark.django_db

NOTHING = {
    "nothing": "",
    "white space": " \t\n\u00a0\u2003\u3000\u2028\u2029",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "directions": "\u200e\u200f\u202a\u202e\u2066\u2069\u061c",
    "soft hyphen": "\u00ad",
    "fillers of Hangul": "\u115f\u1160\u3164\uffa0",
    "blank of Braille": "\u2800",
    "variation selectors": "\ufe0f\ufe00\U000e0100\u180b",
    "tags": "\U000e0001\U000e0041\U000e007f",
    "reserved for what shows nothing": "\u2065\ufff0\U000e0fff",
    "combining marks alone": "\u0301\u0308\u20e3",
    "grapheme joiner": "\u034f",
    "controls": "\x01\x07\x1b\x7f\x85",
    "invisible operators": "\u2061\u2062\u2063\u2064",
    "vowels of Khmer that are not written": "\u17b4\u17b5",
    "separator of Mongolian": "\u180e",
    "shorthand": "\U0001bca0",
    "notes": "\U0001d159\U0001d173",
}
SOMETHING = {
    "a letter": "a",
    "a letter among nothing": "\u200b\u2800a\u3164",
    "a composed letter": "e\u0301",
    "a family joined": "👩\u200d👩\u200d👧",
    "an emoji with a selector": "❤\ufe0f",
    "a keycap": "1\ufe0f\u20e3",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "Hebrew with a mark of its direction": "\u200fשלום",  # noqa: RUF001
    "Persian with a joiner": "می\u200cخواهم",  # noqa: RUF001
    "Hindi": "क्\u200dष",
    "a sign of Arabic that is a format": "\u0600",
    "a pattern of Braille": "\u2801",
    "Korean": "한",
    "an emoji that this Python may not know": "\U0001fae9",
    "private use": "\uf8ff",
    "punctuation": "…",
}


@pytest.mark.parametrize("which", NOTHING)
def test_nothing_is_shown(which):
    text = NOTHING[which]

    assert [hex(ord(each)) for each in text if is_visible(each)] == []
    assert not is_visible(text * 2)


@pytest.mark.parametrize("which", SOMETHING)
def test_something_is_shown(which):
    assert is_visible(SOMETHING[which])


def test_of_letters_and_signs_alone_few_show_nothing():
    """All letters, numbers, signs and punctuation show, but those that are named."""
    kinds = set("LNSP")
    hidden = {
        each
        for each in map(chr, range(0x110000))
        if unicodedata.category(each)[0] in kinds and not is_visible(each)
    }
    assert hidden == BLANKS


@pytest.mark.parametrize("which", set(NOTHING) - {"nothing", "white space"})
class TestEverywhere:
    """Wherever words are asked for."""

    def test_a_message(self, which, alice, bob):
        place = participation_of(alice, group(alice, bob))
        with refused(RefusalCode.EMPTY_BODY, "body"):
            place.send(NOTHING[which])
        with refused(RefusalCode.EMPTY_BODY, "body"):
            Message.send_to_users(NOTHING[which], alice, [bob])

    def test_a_title(self, which, alice, bob):
        place = participation_of(alice, group(alice, bob, title="Ours"))
        with refused(RefusalCode.INVALID_TITLE, "title"):
            place.rename(NOTHING[which])
        assert clean_title(NOTHING[which]) == ""
        assert Conversation.objects.start_group(alice, [bob], NOTHING[which]).title == ""

    def test_a_reason(self, which, alice, bob):
        with refused(RefusalCode.INVALID_REASON, "why"):
            Report.objects.report_user(alice, bob, NOTHING[which])
        with refused(RefusalCode.INVALID_REASON, "why"):
            clean_reason(NOTHING[which])

    def test_the_name_of_a_token(self, which, alice):
        with refused(RefusalCode.INVALID_NAME, "name"):
            AccessToken.objects.issue(alice, NOTHING[which])
        with refused(RefusalCode.INVALID_NAME, "name"):
            clean_name(NOTHING[which])


@pytest.mark.parametrize("which", NOTHING)
def test_a_person_whose_name_shows_nothing_is_called_something(which, alice):
    alice.first_name = NOTHING[which]

    assert name_of(alice) == "alice"


def test_what_is_said_is_stored_as_it_is(alice, bob):
    place = participation_of(alice, group(alice, bob))

    assert [place.send(each).body for each in SOMETHING.values()] == [*SOMETHING.values()]
