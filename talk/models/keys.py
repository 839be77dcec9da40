"""People as one string, so that finding their conversation is one look at an index."""

import hashlib
from collections.abc import Iterable
from typing import Any

#: Most characters of a pair.
PAIR_LENGTH = 255


def pair_of(*user_pks: Any) -> str:
    """One string for two people."""
    pair = _joined(":", user_pks)
    return pair if len(pair) <= PAIR_LENGTH else members_key(user_pks)


def members_key(user_pks: Iterable[Any]) -> str:
    """One string for one set of people, always as long."""
    return hashlib.sha256(_joined(",", user_pks).encode()).hexdigest()


def _joined(separator: str, keys: Iterable[Any]) -> str:
    """Keys in order, of whichever kind: what separates them is escaped within."""
    escaped = str.maketrans({"%": "%25", separator: f"%{ord(separator):X}"})
    return separator.join(sorted(str(key).translate(escaped) for key in keys))
