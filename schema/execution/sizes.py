"""The bytes that values take in the JSON of an answer."""

import json
from typing import Any

import orjson

#: Bytes of a field beside its key and its value: quotation marks, a colon, a comma.
FIELD_SIZE = 4
#: Bytes of an object or a list beside its content: brackets and a comma.
BRACKETS_SIZE = 3
NULL_SIZE = 4


def size_of(value: Any) -> int:
    """The bytes of a value in JSON."""
    try:
        return len(orjson.dumps(value))
    except TypeError:
        # Text that UTF-8 can't encode, or a number of many digits. `request.encode` does the same.
        return len(json.dumps(value, default=str))


def size_of_key(name: str) -> int:
    """The bytes of a field in JSON, without its value."""
    return len(name) + FIELD_SIZE
