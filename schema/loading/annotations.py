"""What rows are told of each other while an operation shows them.

With it they know each other in circles, which Python finds only when it searches for garbage. So
it is forgotten when the operation is answered, and the page, people's words, goes with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model

from talk.prepared import refer


class _Operation:
    """One that shows rows, and what they were told: where, and by which name."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, Any], str]] = []
        # What the operation started may outlast it, and know it.
        self.is_over = False

    def forget(self) -> None:
        self.is_over = True
        while self.told:
            where, name = self.told.pop()
            where.pop(name, None)


_operation: ContextVar[_Operation | None] = ContextVar("operation", default=None)


def note(row: Model, name: str, value: Any) -> None:
    """Tell `row` something under a name, for as long as it is shown."""
    row.__dict__[name] = value
    _forget_later(row.__dict__, name)


def noted(row: Model, name: str) -> Any:
    """What `row` was told under a name, or None."""
    return row.__dict__.get(name)


def refer_back(row: Model, name: str, to: Model) -> None:
    """Let `row` know what refers to it, if it did not, for as long as it is shown."""
    was_known = name in row._state.fields_cache
    refer(row, name, to)
    if not was_known:
        _forget_later(row._state.fields_cache, name)


@contextmanager
def forgetting() -> Iterator[None]:
    """What rows are told within is forgotten at the end."""
    operation = _Operation()
    before = _operation.set(operation)
    try:
        yield
    finally:
        _operation.reset(before)
        operation.forget()


def _forget_later(where: dict[str, Any], name: str) -> None:
    operation = _operation.get()
    if operation is not None and not operation.is_over:
        operation.told.append((where, name))
