"""Serialises scalars and enums in a plan, and counts the bytes that they take in the answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInt,
    get_nullable_type,
    is_enum_type,
)

from ..strawberry_internals import serializes_datetime
from .sizes import NULL_SIZE, size_of

#: Completes a value: turns what a resolver returned into what the answer contains. The second
#: argument is the `Run` of the plan, whose budget is spent.
Complete = Callable[[Any, Any], Any]

#: The most bytes of a number, and of a time.
INT_SIZE, TIME_SIZE = len(str(GRAPHQL_MIN_INT)), len('"2026-01-01T00:00:00.000000+00:00"')


class UnexpectedValue(Exception):
    """A value of a kind that the plan does not know. The executor completes it instead."""


def fixed_size(type_: Any) -> int:
    """The most bytes of any value of a type whose values are all short; else those of null.

    These bytes are counted once for a whole selection, and not for each value.
    """
    type_ = get_nullable_type(type_)
    if type_ is GraphQLInt:
        return INT_SIZE
    if type_ is GraphQLBoolean:
        return len("false")
    if isinstance(type_, GraphQLEnumType):
        return max(map(len, type_.values)) + len('""')
    return TIME_SIZE if serializes_datetime(type_) else NULL_SIZE


def complete_scalar(type_: Any) -> Complete:
    """The function that completes values of a scalar or an enum."""
    if type_ is GraphQLInt:
        return _int
    if serializes_datetime(type_):
        return _time
    coerce = type_.coerce_output_value
    if is_enum_type(type_):
        return _enum(coerce)
    if type_ is GraphQLBoolean:
        return _boolean(coerce)
    return _text(coerce, {"String": str, "ID": str}.get(type_.name))


def _text(coerce: Callable[[Any], Any], ready: type | None) -> Complete:
    """Counts the bytes of each value. Values of the type `ready` need no conversion."""

    encode = orjson.dumps

    def complete(value: Any, run: Any) -> Any:
        if type(value) is ready:
            run.left -= len(encode(value))
            return value
        completed = _coerced(coerce, value)
        run.left -= size_of(completed)
        return completed

    return complete


def _boolean(coerce: Callable[[Any], Any]) -> Complete:
    return lambda value, run: value if type(value) is bool else _coerced(coerce, value)


def _enum(coerce: Callable[[Any], Any]) -> Complete:
    # An enum has few members, so that all can be remembered.
    known: dict[Any, Any] = {}

    def complete(value: Any, run: Any) -> Any:
        if value not in known:
            known[value] = _coerced(coerce, value)
        return known[value]

    return complete


def _coerced(coerce: Callable[[Any], Any], value: Any) -> Any:
    completed = None if value is None else coerce(value)
    if completed is None:
        raise UnexpectedValue
    return completed


def _int(value: Any, run: Any) -> int:
    if type(value) is not int or not GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        raise UnexpectedValue
    return value


def _time(value: datetime, run: Any) -> str:
    # Both ways give the same text; `isoformat` takes twice as long. A value that is no datetime
    # has no `tzinfo`, and raises.
    return orjson.dumps(value)[1:-1].decode() if value.tzinfo is UTC else value.isoformat()
