"""What rows are told of each other while an operation shows them.

With it they know each other in circles, which Python finds only when it searches for garbage. So
it is forgotten when the operation is answered, and the page, people's words, goes with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model

from talk.rows import refer

#: Where it is told, and as what.
_told: ContextVar[list[tuple[dict[str, Any], str]] | None] = ContextVar("told", default=None)


def note(row: Model, name: str, value: Any) -> None:
    """Tell `row` something under a name, for as long as it is shown."""
    row.__dict__[name] = value
    _forget_later(row.__dict__, name)


def noted(row: Model, name: str) -> Any:
    """What `row` was told under a name, or None."""
    return row.__dict__.get(name)


def refer_back(row: Model, name: str, to: Model) -> None:
    """Let `row` know what refers to it, and is referred to, for as long as it is shown."""
    refer(row, name, to)
    _forget_later(row._state.fields_cache, name)


@contextmanager
def forgetting() -> Iterator[None]:
    """What rows are told within is forgotten at the end."""
    told: list[tuple[dict[str, Any], str]] = []
    before = _told.set(told)
    try:
        yield
    finally:
        _told.reset(before)
        for where, name in told:
            where.pop(name, None)


def _forget_later(where: dict[str, Any], name: str) -> None:
    told = _told.get()
    if told is not None:
        told.append((where, name))
