"""Stands for a set of people by one string, by which an index finds their conversation."""

import hashlib
from collections.abc import Iterable
from typing import Any

#: Most characters of a pair.
PAIR_LENGTH = 255


def pair_of(*user_pks: Any) -> str:
    """The string for two people."""
    pair = _joined(":", user_pks)
    return pair if len(pair) <= PAIR_LENGTH else members_key(user_pks)


def members_key(user_pks: Iterable[Any]) -> str:
    """The string for any set of people: a digest."""
    return hashlib.sha256(_joined(",", user_pks).encode()).hexdigest()


def _joined(separator: str, keys: Iterable[Any]) -> str:
    """Keys of any type, sorted. The separator is escaped inside the keys."""
    escaped = str.maketrans({"%": "%25", separator: f"%{ord(separator):X}"})
    return separator.join(sorted(str(key).translate(escaped) for key in keys))
