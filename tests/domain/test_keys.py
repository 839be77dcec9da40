"""The string for a set of people is the same for the same people, and different for others."""

import uuid
from itertools import combinations

from talk.models.conversation.keys import PAIR_LENGTH, members_key, pair_of

#: Of one kind each, as a project has them.
KEYS = [
    [1, 2, 11, 12, 112],
    [uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)],
    ["a", "b", "c", "a,b", "b,c", "a:b", "b:c", "%2C", ",", "%", "a%2Cb", "é" * 130, "f" * 260],
]


def test_no_two_sets_have_one_key():
    for keys in KEYS:
        sets = [each for size in (2, 3) for each in combinations(keys, size)]
        assert len({members_key(each) for each in sets}) == len(sets)


def test_no_two_pairs_are_one():
    for keys in KEYS:
        pairs = list(combinations(keys, 2))
        found = {pair_of(one, other) for one, other in pairs}
        assert len(found) == len(pairs)
        assert found == {pair_of(other, one) for one, other in pairs}
        assert all(len(pair) <= PAIR_LENGTH for pair in found)


def test_they_are_what_they_were():
    """Conversations are found by them that were started long ago."""
    assert pair_of(2, 11) == "11:2"
    assert members_key([3, 20, 1]) == (
        "12a265de6e83cdcab0e9ef518a17f860666fbe8cfa9c7d2925f1a145f813eb23"
    )
