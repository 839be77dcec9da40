"""Keyset pagination: pages of limited size, and refusals of wrong arguments."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, cast

import strawberry
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types.info import Info
from strawberry_django.relay import DjangoCursorConnection, DjangoCursorEdge

from talk.exceptions import MessagingValidationError, RefusalCode
from talk.text import is_storable

from .cursors import MOST_NUMBER, content_of, invalid_cursor, number_cursor
from .ids import type_name
from .page_limits import DEFAULT_PAGE, MAX_PAGE
from .strawberry_internals import annotate_ordering_fields

#: The largest UTC offset that PostgreSQL accepts. Python accepts larger ones.
MOST_OFFSET = timedelta(hours=16)


def page_size(size: int | None, name: str, most: int = MAX_PAGE) -> int | None:
    """`first` or `last` as given. Raises `INVALID_PAGE` if it is below 0 or above `most`."""
    if size is not None and not 0 <= size <= most:
        raise MessagingValidationError(
            RefusalCode.INVALID_PAGE, f"`{name}` must be between 0 and {most}.", path=(name,)
        )
    return size


def first_or_default(first: int | None) -> int:
    """The size of a page that only has the argument `first`. Raises `INVALID_PAGE`."""
    size = page_size(first, "first")
    return DEFAULT_PAGE if size is None else size


def page_info_of(edges: Sequence[Any], *, has_previous: bool, has_next: bool) -> relay.PageInfo:
    """The `PageInfo` of a page whose edges know their cursors."""
    return relay.PageInfo(
        has_previous_page=has_previous,
        has_next_page=has_next,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )


@strawberry.type(name="Edge", description="One item of a page.")
class Edge(DjangoCursorEdge[relay.NodeType]):
    @classmethod
    def resolve_edge(cls, node: Any, *, cursor: Any = None, **kwargs: Any) -> Self:
        # With the name of the type, so that a cursor of another list is refused.
        return cls(node=node, cursor=relay.to_base64(type_name(type(node)), cursor), **kwargs)


@strawberry.type(name="Connection", description="A page of a list.")
class Connection(DjangoCursorConnection[relay.NodeType]):
    """The keyset pages of strawberry-django, with a default size and with refusals."""

    edges: list[Edge[relay.NodeType]] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The items of this page."
    )

    @classmethod
    def resolve_connection(  # type: ignore[override]  # synchronous
        cls,
        nodes: QuerySet[Any],
        *,
        info: Info[Any, Any],
        before: str | None = None,
        after: str | None = None,
        first: int | None = None,
        last: int | None = None,
        **kwargs: Any,
    ) -> Any:
        page_size(first, "first")
        page_size(last, "last")
        if first is None and last is None:
            first = DEFAULT_PAGE
        if nodes.query.order_by == ("pk",):
            # The library adds this order. It fails here if the key is a relation.
            nodes = nodes.order_by()
        return super().resolve_connection(
            nodes,
            info=info,
            before=_library_cursor(nodes, before, "before"),
            after=_library_cursor(nodes, after, "after"),
            first=first,
            last=last,
            **kwargs,
        )


def _library_cursor(nodes: QuerySet[Any], cursor: str | None, name: str) -> str | None:
    """A cursor in the form of strawberry-django. Raises `INVALID_CURSOR` for another list's."""
    if cursor is None:
        return None
    _nodes, ordering, _order_by = annotate_ordering_fields(nodes)
    fields = [cast("Any", each.order_by.expression).output_field for each in ordering]
    values = values_of(nodes.model, fields, cursor, name)
    written = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return relay.to_base64(
        DjangoCursorEdge.CURSOR_PREFIX,
        json.dumps([None if value is None else str(value) for value in written]),
    )


def values_of(
    model: type[models.Model], fields: Sequence[Any], cursor: str, name: str
) -> list[Any]:
    """The values of `fields` in a cursor, as the database accepts them.

    Raises `INVALID_CURSOR` if `Edge` did not make the cursor.
    """
    content = content_of(cursor, type_name(model), name)
    try:
        values = json.loads(content)
        if not isinstance(values, list):
            raise ValueError
        return [_value_of(field, value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, OverflowError, RecursionError, ValidationError):
        raise invalid_cursor(name) from None


def _value_of(field: Any, written: Any) -> Any:
    if written is None and field.null:
        return None
    if not isinstance(written, str) or not is_storable(written):
        raise ValueError
    value = field.to_python(written)
    if isinstance(value, datetime):
        offset = value.utcoffset()
        if offset is None or abs(offset) >= MOST_OFFSET:
            raise ValueError
        # This raises if the time in UTC is not within the years of the calendar.
        return value.astimezone(UTC)
    if isinstance(value, int) and not 0 <= value <= MOST_NUMBER:
        raise ValueError
    return value


@dataclass(frozen=True)
class Listed:
    """A page of messages with these numbers, between which the conversation has others."""

    numbers: list[int]
    has_previous: bool
    has_next: bool

    def page_info(self) -> relay.PageInfo:
        return relay.PageInfo(
            has_previous_page=self.has_previous,
            has_next_page=self.has_next,
            start_cursor=number_cursor(self.numbers[0]) if self.numbers else None,
            end_cursor=number_cursor(self.numbers[-1]) if self.numbers else None,
        )


@dataclass(frozen=True)
class Window:
    """A page of messages, from number `low` to `high`.

    The viewer sees the conversation from number `start` to `end`.
    """

    low: int
    high: int
    start: int
    end: int

    @classmethod
    def of(
        cls,
        start: int,
        end: int,
        first: int | None = None,
        after: int | None = None,
        last: int | None = None,
        before: int | None = None,
    ) -> Self:
        """The page that these arguments select, of the numbers from `start` to `end`.

        Numbers have no gaps, so a page is a range of numbers, and no rows are counted or skipped.
        """
        low = start if after is None else max(after + 1, start)
        high = end if before is None else min(before - 1, end)
        if first is None and last is None:
            first, last = (DEFAULT_PAGE, None) if after is not None else (None, DEFAULT_PAGE)
        if first is not None:
            high = min(high, low + first - 1)
        if last is not None:
            low = max(low, high - last + 1)
        return cls(low, high, start, end)

    @classmethod
    def around(cls, number: int, start: int, end: int, size: int | None) -> Self:
        """The page with `number` in its middle, moved near an end so that it is full.

        A number beyond `end` counts as `end`. Otherwise the page would tell viewers who left
        whether there are later messages.
        """
        size = DEFAULT_PAGE if size is None else size
        number = min(number, end)
        low = max(start, min(number - size // 2, end - size + 1))
        return cls(low, min(end, low + size - 1), start, end)

    def page_info(self) -> relay.PageInfo:
        empty = self.low > self.high
        return relay.PageInfo(
            has_previous_page=self.low > self.start,
            has_next_page=self.high < self.end,
            start_cursor=None if empty else number_cursor(self.low),
            end_cursor=None if empty else number_cursor(self.high),
        )
