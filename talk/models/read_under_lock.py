"""What a change of a conversation reads in the round trip in which it takes the lock."""

from collections.abc import Sequence
from typing import Any, Protocol

from ..prepared import Question


class ReadUnderLock(Protocol):
    """Something that a change reads in the round trip in which it takes the lock."""

    @property
    def current_row(self) -> Question[Any]:
        """The question to ask under the lock. `take_over` takes the answer."""

    def take_over(self, rows: Sequence[Any]) -> None: ...


class Asked:
    """The answer to a question that a change asks under the lock. Empty until then."""

    def __init__(self, question: Question[Any]) -> None:
        self.current_row = question
        self.found: Sequence[Any] = ()

    def take_over(self, rows: Sequence[Any]) -> None:
        self.found = rows
