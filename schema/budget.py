"""The budget of an answer in bytes (`MAX_ANSWER_SIZE`), spent while the answer is written.

Encoding the answer would be too late: a short document can select the same long text so often
that its JSON takes hundreds of megabytes.
"""

import json
from collections.abc import Awaitable, Iterable
from contextvars import ContextVar
from sys import getsizeof
from typing import Any, Self

import orjson
from graphql import ExecutionResult, OperationType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from talk.conf import conf
from talk.models import Message

from .limit_errors import AnswerTooLong

#: Bytes of an error beside its text: its stack stays in memory until the answer is sent.
ERROR_SIZE = 512
#: Bytes of a field beside its key and its value: quotation marks, a colon, a comma.
FIELD_SIZE = 4
#: Bytes of an object or a list beside its content: brackets and a comma.
BRACKETS_SIZE = 3
NULL_SIZE = 4
#: An operation may read texts that take so many times `MAX_ANSWER_SIZE` in memory.
READ_TIMES = 1.25


class BudgetSpent(Exception):
    """The answer would be longer than its budget. Ends the whole operation."""


class Spent:
    """Counts what one operation reads and writes, as a context."""

    def __init__(self) -> None:
        #: The bytes of its answer.
        self.written = 0
        #: The memory of the texts that it has read.
        self.read = 0

    def __enter__(self) -> Self:
        self._before = _spent.set(self)
        return self

    def __exit__(self, *raised: object) -> None:
        _spent.reset(self._before)


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


def count_texts(messages: Iterable[Message]) -> None:
    """Count messages that were read. Rows stay in memory while their operation is answered.

    Raises `BudgetSpent` if the operation has read more than its answer could tell.
    """
    spent = _spent.get()
    if spent is not None:
        spent.read += sum(map(getsizeof, [message.body for message in messages]))
        if spent.read > READ_TIMES * conf.MAX_ANSWER_SIZE:
            raise BudgetSpent


def size_of(value: Any) -> int:
    """The bytes of a value in JSON."""
    try:
        return len(orjson.dumps(value))
    except TypeError:
        # Text that UTF-8 doesn't have, a number of many digits. The answer is encoded so, too.
        return len(json.dumps(value, default=str))


def size_of_key(name: str) -> int:
    """The bytes of a field in JSON, without its value."""
    return len(name) + FIELD_SIZE


class BudgetedExecutor(Executor):
    """Strawberry's executor, which stops when the answer gets too long.

    A plan spends from `left` by itself.
    """

    #: The bytes that the answer may still have.
    left = 0
    #: The field of the root that is executed.
    _root: str | int = ""

    def execute_operation(self, serially: bool | None = None) -> Any:
        self.left = conf.MAX_ANSWER_SIZE
        try:
            result = super().execute_operation(serially)
        except BudgetSpent:
            result = self._too_long()
        if (spent := _spent.get()) is not None:
            spent.written = conf.MAX_ANSWER_SIZE - self.left
        return self._finished(result) if self.is_awaitable(result) else result

    async def _finished(self, result: Awaitable[Any]) -> Any:
        try:
            return await result
        except BudgetSpent:
            return self._too_long()

    def _too_long(self) -> ExecutionResult:
        """Nothing of the answer: half of it would be as hard to use as it is long."""
        is_mutation = self.operation.operation == OperationType.MUTATION
        error = AnswerTooLong(conf.MAX_ANSWER_SIZE, is_mutation=is_mutation)
        error.path = [self._root]
        return ExecutionResult(None, [error])

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise BudgetSpent

    def count_field(self, path: Any) -> None:
        # Those of the root are few. If they could spend the last of the budget, the error would
        # name a field that is not executed.
        if path.prev is None:
            self._root = path.key
        else:
            self.spend(size_of_key(path.key) + NULL_SIZE)

    def execute_field(
        self, parent_type: Any, source: Any, details: Any, path: Any, position_context: Any
    ) -> Any:
        self.count_field(path)
        return super().execute_field(parent_type, source, details, path, position_context)

    def complete_object_value(self, *given: Any) -> Any:
        self.spend(BRACKETS_SIZE)
        return super().complete_object_value(*given)

    # The library's is static.
    def complete_leaf_value(self, return_type: Any, result: Any) -> Any:  # type: ignore[override]
        written = super().complete_leaf_value(return_type, result)
        self.spend(size_of(written))
        return written

    def handle_field_error(
        self, raw_error: Exception, return_type: Any, details: Any, path: Any
    ) -> None:
        if isinstance(raw_error, BudgetSpent):
            raise raw_error
        super().handle_field_error(raw_error, return_type, details, path)
        if path.prev is not None:
            self.spend(ERROR_SIZE + size_of(self.collected_errors.errors[-1].formatted))
