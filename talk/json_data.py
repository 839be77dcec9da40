"""Checks JSON objects of clients and projects, so that all databases store them alike."""

import json
from typing import Any

from .exceptions import MessagingValidationError, RefusalCode
from .text import is_storable

#: Most bytes of an object as compact JSON in UTF-8.
DATA_BYTES = 4_096
#: Most objects and lists that are in each other.
DEPTH = 10
#: The greatest integer that all clients read exactly, and the least fraction above zero.
#: PostgreSQL writes numbers without an exponent: beyond these, some take hundreds of digits.
GREATEST, LEAST = 2**53 - 1, 1e-9


def clean_data(data: Any, field: str = "data") -> dict[str, Any]:
    """A copy of `data`, a JSON object. Raises `INVALID_DATA`.

    Numbers are at most `GREATEST` and, except for zero, at least `LEAST`, whatever their sign.
    """
    try:
        if type(data) is not dict:
            raise ValueError
        cleaned: dict[str, Any] = _cleaned(data, DEPTH)
        if len(compact(cleaned).encode()) > DATA_BYTES:
            raise ValueError
    except ValueError:
        raise MessagingValidationError(RefusalCode.INVALID_DATA, path=(field,)) from None
    return cleaned


def compact(data: object) -> str:
    """`data` as JSON without white space. Equal only for the same data: `1` is not `true`."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _cleaned(value: Any, depth: int) -> Any:
    """A copy of a JSON value. Raises `ValueError` if it is none, or too deep."""
    kind = type(value)
    if kind in (dict, list) and depth == 0:
        raise ValueError
    if kind is dict:
        return {_text(key): _cleaned(each, depth - 1) for key, each in value.items()}
    if kind is list:
        return [_cleaned(each, depth - 1) for each in value]
    if kind is str:
        return _text(value)
    if kind in (int, float):
        return _number(value)
    if value is None or kind is bool:
        return value
    raise ValueError


def _text(value: Any) -> str:
    if type(value) is not str or not is_storable(value):
        raise ValueError
    return value


def _number(value: float) -> float:
    # Not a number is neither.
    if value == 0 or LEAST <= abs(value) <= GREATEST:
        # PostgreSQL has no negative zero.
        return value + 0
    raise ValueError
