"""Operations that were refused before any of their fields was executed."""

from graphql import GraphQLError
from strawberry.types import ExecutionResult


class NotExecuted(Exception):
    """A subscription did not begin. Its errors say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        self.errors = errors


def refuse(*errors: GraphQLError) -> ExecutionResult:
    """The result of a query or mutation that was not executed."""
    return ExecutionResult(data=None, errors=[*errors])


def is_refused(result: ExecutionResult) -> bool:
    """Whether nothing was executed: there is no data, and no error belongs to a field."""
    return result.data is None and not any(error.path for error in result.errors or ())
