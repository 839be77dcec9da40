"""Stops an operation when its answer gets longer than `MAX_ANSWER_SIZE` bytes.

The bytes are counted while the answer is made. A limit on the encoded answer would be too late: a
short document can select the same long text so often that its JSON takes hundreds of megabytes.
"""

from collections.abc import Awaitable
from typing import Any

from graphql import ExecutionResult, OperationType

from talk.conf import conf

from ..errors import AnswerTooLong
from ..graphql_core_internals import errors_of
from ..operation import BudgetSpent, current
from ..strawberry_internals import StrawberryExecutor
from .sizes import BRACKETS_SIZE, NULL_SIZE, size_of, size_of_key

#: Bytes of an error beside its text: its stack stays in memory until the answer is sent.
ERROR_SIZE = 512


class BudgetedExecutor(StrawberryExecutor):
    """Strawberry's executor, which stops when the answer gets too long.

    A plan spends from `left` by itself.
    """

    #: The bytes that the answer may still have.
    left = 0
    #: The root field that is executed.
    _root: str | int = ""

    def execute_operation(self, serially: bool | None = None) -> Any:
        self.left = conf.MAX_ANSWER_SIZE
        try:
            result = super().execute_operation(serially)
        except BudgetSpent:
            result = self._too_long()
        if (operation := current()) is not None:
            operation.bytes_written = conf.MAX_ANSWER_SIZE - self.left
        return self._finished(result) if self.is_awaitable(result) else result

    async def _finished(self, result: Awaitable[Any]) -> Any:
        try:
            return await result
        except BudgetSpent:
            return self._too_long()

    def _too_long(self) -> ExecutionResult:
        """An error and no data: a client can't use half an answer."""
        is_mutation = self.operation.operation == OperationType.MUTATION
        error = AnswerTooLong(conf.MAX_ANSWER_SIZE, is_mutation=is_mutation)
        error.path = [self._root]
        return ExecutionResult(None, [error])

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise BudgetSpent

    def execute_field(
        self, parent_type: Any, source: Any, details: Any, path: Any, position_context: Any
    ) -> Any:
        # The keys of root fields are few, and free. If one could spend the last of the budget, the
        # error would name a field that is not executed.
        if path.prev is None:
            self._root = path.key
        else:
            self.spend(size_of_key(path.key) + NULL_SIZE)
        return super().execute_field(parent_type, source, details, path, position_context)

    def complete_object_value(self, *args: Any) -> Any:
        self.spend(BRACKETS_SIZE)
        return super().complete_object_value(*args)

    # The library's is static.
    def complete_leaf_value(self, return_type: Any, result: Any) -> Any:  # type: ignore[override]
        completed = super().complete_leaf_value(return_type, result)
        self.spend(size_of(completed))
        return completed

    def handle_field_error(
        self, raw_error: Exception, return_type: Any, details: Any, path: Any
    ) -> None:
        if isinstance(raw_error, BudgetSpent):
            raise raw_error
        super().handle_field_error(raw_error, return_type, details, path)
        if path.prev is not None:
            self.spend(ERROR_SIZE + size_of(errors_of(self)[-1].formatted))
