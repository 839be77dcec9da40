"""How a plan writes scalars and enums, and what these take of an answer's budget."""

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
from strawberry.schema.types.base_scalars import DateTimeDefinition

from ..budget import NULL_SIZE, size_of

#: How a value is written into the answer. The second argument is the run of the plan.
Write = Callable[[Any, Any], Any]

#: The bytes that a number and a time take at most.
INT_SIZE, TIME_SIZE = len(str(GRAPHQL_MIN_INT)), len('"2026-01-01T00:00:00.000000+00:00"')


class Surprise(Exception):
    """Something is not as a plan expects it."""


def fixed_size(type_: Any) -> int:
    """The bytes that any value of a type takes at most, where all are short; else those of null.

    What is counted once for a selection need not be counted for each value.
    """
    type_ = get_nullable_type(type_)
    if type_ is GraphQLInt:
        return INT_SIZE
    if type_ is GraphQLBoolean:
        return len("false")
    if isinstance(type_, GraphQLEnumType):
        return max(map(len, type_.values)) + len('""')
    return TIME_SIZE if _is_time(type_) else NULL_SIZE


def leaf(type_: Any) -> Write:
    if type_ is GraphQLInt:
        return _int
    if _is_time(type_):
        return _time
    coerce = type_.coerce_output_value
    if is_enum_type(type_):
        return _member(coerce)
    if type_ is GraphQLBoolean:
        return _boolean(coerce)
    return _long(coerce, {"String": str, "ID": str}.get(type_.name))


def _long(coerce: Callable[[Any], Any], ready: type | None) -> Write:
    """Writes values whose bytes are counted one by one; those of type `ready` as they are."""

    encode = orjson.dumps

    def write(value: Any, run: Any) -> Any:
        if type(value) is ready:
            run.left -= len(encode(value))
            return value
        written = _coerced(coerce, value)
        run.left -= size_of(written)
        return written

    return write


def _boolean(coerce: Callable[[Any], Any]) -> Write:
    return lambda value, run: value if type(value) is bool else _coerced(coerce, value)


def _member(coerce: Callable[[Any], Any]) -> Write:
    # An enum has few members.
    known: dict[Any, Any] = {}

    def write(value: Any, run: Any) -> Any:
        if value not in known:
            known[value] = _coerced(coerce, value)
        return known[value]

    return write


def _coerced(coerce: Callable[[Any], Any], value: Any) -> Any:
    written = None if value is None else coerce(value)
    if written is None:
        raise Surprise
    return written


def _int(value: Any, run: Any) -> int:
    if type(value) is not int or not GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        raise Surprise
    return value


def _time(value: datetime, run: Any) -> str:
    # The same as the other, which takes twice as long. What is no time has no zone, and raises.
    return orjson.dumps(value)[1:-1].decode() if value.tzinfo is UTC else value.isoformat()


def _is_time(type_: Any) -> bool:
    return getattr(type_, "coerce_output_value", None) is DateTimeDefinition.serialize
