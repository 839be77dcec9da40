"""What rows are told of each other while an operation shows them.

With it they know each other in circles, which Python finds only when it searches for garbage. So
it is forgotten when the operation is answered, and the page, people's words, goes with it.
"""

from typing import Any

from django.db.models import Model

from talk.prepared import refer

from ..operation import current


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


def _forget_later(where: dict[str, Any], name: str) -> None:
    operation = current()
    if operation is not None:
        operation.annotate(where, name)
