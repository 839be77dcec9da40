"""Pages: bounded, with typed errors, and as cheap at the end of a long list as at its start."""

import json
from dataclasses import dataclass
from typing import Any, Self

import strawberry
from django.db import models
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types.info import Info
from strawberry_django.relay import DjangoCursorConnection, DjangoCursorEdge

from talk.exceptions import MessagingValidationError, RefusalCode
from talk.text import is_storable

from .ids import type_name

DEFAULT_PAGE = 50
MAX_PAGE = 100


def page_size(size: int | None, name: str) -> int | None:
    """`first` or `last` as asked for; raises if it is below 0 or above `MAX_PAGE`."""
    if size is not None and not 0 <= size <= MAX_PAGE:
        raise MessagingValidationError(
            RefusalCode.INVALID_PAGE, f"`{name}` must be between 0 and {MAX_PAGE}.", path=(name,)
        )
    return size


def invalid_cursor(name: str) -> MessagingValidationError:
    return MessagingValidationError(RefusalCode.INVALID_CURSOR, path=(name,))


@strawberry.type(name="Edge", description="One item of a page.")
class Edge(DjangoCursorEdge[relay.NodeType]):
    @classmethod
    def resolve_edge(cls, node: Any, *, cursor: Any = None, **kwargs: Any) -> Self:
        # Of this list, and not of any list.
        return cls(node=node, cursor=relay.to_base64(type_name(type(node)), cursor), **kwargs)


@strawberry.type(name="Connection", description="A page of a list.")
class Connection(DjangoCursorConnection[relay.NodeType]):
    """strawberry-django's keyset pages, with a size when none is given and typed errors."""

    edges: list[Edge[relay.NodeType]] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The items of this page."
    )

    @classmethod
    def resolve_connection(  # type: ignore[override]  # of a queryset, at once
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
        try:
            return super().resolve_connection(
                nodes,
                info=info,
                before=_library_cursor(nodes.model, before, "before"),
                after=_library_cursor(nodes.model, after, "after"),
                first=first,
                last=last,
                **kwargs,
            )
        except (ValueError, OverflowError):
            # The sizes are checked, so what the library can't read is a cursor.
            raise invalid_cursor("before" if after is None else "after") from None


def _library_cursor(model: type[models.Model], cursor: str | None, name: str) -> str | None:
    """A cursor as strawberry-django reads it; raises if `Edge` didn't make it for `model`."""
    if cursor is None:
        return None
    values = json.dumps(values_of(model, cursor, name))
    return relay.to_base64(DjangoCursorEdge.CURSOR_PREFIX, values)


def values_of(model: type[models.Model], cursor: str, name: str) -> list[str]:
    """What a cursor has of the row that it points at; raises if `Edge` didn't make it."""
    try:
        prefix, content = relay.from_base64(cursor)
        values: list[str] = json.loads(content)
    except (ValueError, RecursionError):
        raise invalid_cursor(name) from None
    fine = isinstance(values, list) and all(
        isinstance(value, str) and is_storable(value) for value in values
    )
    if prefix != type_name(model) or not fine:
        raise invalid_cursor(name)
    return values


@dataclass(frozen=True)
class Window:
    """Which numbers of a conversation a page asks for, where `low` and `high` are in it."""

    low: int
    high: int
    end: int

    @classmethod
    def of(
        cls,
        end: int,
        first: int | None = None,
        after: int | None = None,
        last: int | None = None,
        before: int | None = None,
    ) -> Self:
        """The page of a conversation whose last visible number is `end`.

        Numbers have no gaps, so a page is a range of them: nothing is counted or skipped over.
        """
        low = 1 if after is None else max(after + 1, 1)
        high = end if before is None else min(before - 1, end)
        if first is None and last is None:
            first, last = (DEFAULT_PAGE, None) if after is not None else (None, DEFAULT_PAGE)
        if first is not None:
            high = min(high, low + first - 1)
        if last is not None:
            low = max(low, high - last + 1)
        return cls(low, high, end)

    @classmethod
    def around(cls, number: int, end: int, size: int | None) -> Self:
        """The page with `number` in its middle, moved so that it's full at the ends.

        Whatever is looked for beyond `end` is at `end`: the page of a viewer who is gone must not
        depend on whether there is something.
        """
        size = DEFAULT_PAGE if size is None else size
        number = min(number, end)
        low = max(1, min(number - size // 2, end - size + 1))
        return cls(low, min(end, low + size - 1), end)

    def page_info(self) -> relay.PageInfo:
        empty = self.low > self.high
        return relay.PageInfo(
            has_previous_page=self.low > 1,
            has_next_page=self.high < self.end,
            start_cursor=None if empty else number_cursor(self.low),
            end_cursor=None if empty else number_cursor(self.high),
        )


def number_cursor(number: int) -> str:
    return relay.to_base64("number", number)


def number_of(cursor: str | None, name: str, prefix: str = "number") -> int | None:
    """The number in a cursor of messages, or of another list; raises if it isn't one."""
    if cursor is None:
        return None
    try:
        found, number = relay.from_base64(cursor)
        value = int(number)
    except ValueError:
        raise invalid_cursor(name) from None
    # Python reads many spellings of a number.
    if (found, number) != (prefix, str(value)) or not 0 <= value < 2**63:
        raise invalid_cursor(name)
    return value
