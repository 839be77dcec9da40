"""How the text of a search is read, and which texts have what it looks for."""

import pytest

from talk.exceptions import RefusalCode, Refused
from talk.sought import LONGEST, MOST_PARTS, Sought, words_of


def parts(text):
    """The parts of a search: beginnings of words end with a star."""
    found = Sought.of(text).parts
    return [" ".join(part.words) + "*" * part.is_beginning for part in found]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("harbour eight", ["harbour*", "eight*"]),
        ("  harbour\n\teight ", ["harbour*", "eight*"]),
        ("at the harbour", ["at", "the*", "harbour*"]),
        ('"the harbour" eight', ["the harbour", "eight*"]),
        ("“the harbour” «at eight»", ["the harbour", "at eight"]),
        ('say "the harb', ["say*", "the*", "harb*"]),
        ('"" harbour ""', ["harbour*"]),
        ("meet-up it's 2026-11-28", ["meet up", "it s", "2026 11 28"]),
        ("meeting-point", ["meeting point*"]),
        ("ja@example.com", ["ja example com*"]),
        ("harbour harbour", ["harbour*"]),
        ("\ufb01sh \uff46\uff55\uff4c\uff4c", ["fish*", "full*"]),
        ("Ärger café", ["Ärger*", "café*"]),
        ("so\u00adft zero\u200bwidth", ["soft*", "zerowidth*"]),
        ("港で 今天", ["港で*", "今天*"]),
        ("party 🎉", ["party*"]),
        ("Straße STRAẞE", ["Strasse*", "STRAssE*"]),
        ("2.3 c++ c#", ["2 3", "c"]),
    ],
)
def test_words_and_phrases_are_told_apart(text, read):
    assert parts(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("harbour & eight", ["harbour*", "eight*"]),
        ("harbour|eight", ["harbour eight*"]),
        ("!harbour", ["harbour*"]),
        ("harbour:* <-> eight", ["harbour*", "eight*"]),
        ("(harbour) AND NOT eight", ["harbour*", "AND*", "NOT*", "eight*"]),
        ("harbour OR eight", ["harbour*", "OR", "eight*"]),
        ("har%bour _ eig_t", ["har bour*", "eig t"]),
        ("'harbour' \\eight\\", ["harbour*", "eight*"]),
        ("'); DROP TABLE talk_message; --", ["DROP*", "TABLE*", "talk message*"]),
    ],
)
def test_operators_are_words_or_nothing(text, read):
    assert parts(text) == read


@pytest.mark.parametrize(
    "text", ["", " ", "\n", '""', "?!", "& | !", "<->", "🎉", "a", "a b c", "c++", "é"]
)
def test_a_search_needs_a_word_of_two_letters(text):
    with pytest.raises(Refused) as caught:
        Sought.of(text)

    assert (caught.value.code, caught.value.path) == (RefusalCode.QUERY_TOO_SHORT, ("query",))


def test_a_search_has_an_end():
    assert Sought.of("x" * LONGEST)
    assert len(Sought.of(" ".join(f"word{n}" for n in range(MOST_PARTS))).parts) == MOST_PARTS

    for much in (
        "x" * (LONGEST + 1),
        " ".join(f"w{n}" for n in range(MOST_PARTS + 1)),
        "ab " * 9999,
    ):
        with pytest.raises(Refused) as caught:
            Sought.of(much)
        assert (caught.value.code, caught.value.path) == (RefusalCode.QUERY_TOO_LONG, ("query",))


@pytest.mark.parametrize("text", ["har\0bour", "\ud800 harbour"])
def test_what_no_message_can_contain_is_refused(text):
    with pytest.raises(Refused) as caught:
        Sought.of(text)

    assert (caught.value.code, caught.value.path) == (RefusalCode.INVALID_TEXT, ("query",))


def test_words_of_a_message_are_in_their_order():
    body = "Meet at 8:30 \u2013 the Harbour/Café (or:pier_2), e\u0301te\u0301!"
    assert words_of(body) == [
        "Meet",
        "at",
        "8",
        "30",
        "the",
        "Harbour",
        "Café",
        "or",
        "pier",
        "2",
        "été",
    ]
