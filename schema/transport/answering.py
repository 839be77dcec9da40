"""Executes the operations of WebSockets in threads, and encodes their answers there."""

from typing import TYPE_CHECKING

from graphql import GraphQLError
from strawberry.http import process_result

from .. import threads
from ..documents.request import encode_text, with_request_id
from ..not_executed import is_refused
from ..operation import Operation

if TYPE_CHECKING:
    from ..execution import Schema


async def execute(schema: "Schema", operation: Operation) -> str | list[GraphQLError] | None:
    """The result as JSON, or why nothing was executed; None for a subscription that may begin."""
    # Subscriptions have their own threads, so that slow queries don't delay them.
    in_thread = _check_subscription if operation.is_subscription else _execute_operation
    return await in_thread(schema, operation)


def _execute(schema: "Schema", operation: Operation) -> str | list[GraphQLError] | None:
    result = schema.answer(operation)
    if result is None:
        return None
    if is_refused(result):
        return result.errors or []
    return encode_text(with_request_id(process_result(result)))


_execute_operation = threads.operations.to_async(_execute)
_check_subscription = threads.subscriptions.to_async(_execute)
