"""Subscriptions as server-sent events, for networks that let no WebSocket through.

The protocol is the distinct connections mode of
https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md: one `POST` for each subscription.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from .. import threads
from ..documents.request import encode_text, with_request_id
from ..error_masking import count_errors
from ..errors import SignedOut, TooManyOperations
from ..live.streams import listen
from ..not_executed import NotExecuted
from ..operation import Operation
from .credentials import wait_until_invalid
from .handshake import authenticate_again
from .open_connections import open_connections

if TYPE_CHECKING:
    from ..execution import Schema

#: Seconds without a result after which the client is sent a comment.
KEEP_ALIVE_SECONDS = 15.0
#: Bytes after which a stream ends, and its client connects again. There are no pings here to tell
#: how much a client has read, and Daphne keeps in memory whatever a slow client has not.
MAX_SENT = 4 * 1024 * 1024

#: A comment, which clients ignore. If the client is gone, the server notices when it is sent.
KEEP_ALIVE = ":\n\n"
COMPLETE = "event: complete\ndata:\n\n"
#: Characters that end a line in Unicode, but not in JSON, and their escapes in JSON.
LINE_ENDS = {character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}

_authenticate_again = threads.live.to_async(authenticate_again)


def respond(
    schema: "Schema", operation: Operation, scope: Mapping[str, Any]
) -> StreamingHttpResponse:
    """The response to a subscription over HTTP, whose request came with an ASGI `scope`."""
    return StreamingHttpResponse(
        _EventStream(schema, operation, scope).events(),
        content_type="text/event-stream; charset=utf-8",
        # The second header keeps nginx from buffering events.
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def next_event(result: str) -> str:
    if not result.isascii():
        # Some clients split the stream into lines by their language's own function.
        for character, escaped in LINE_ENDS.items():
            result = result.replace(character, escaped)
    return f"event: next\ndata: {result}\n\n"


class _EventStream:
    """The open connection of one event stream."""

    kind = "event_stream"

    def __init__(self, schema: "Schema", operation: Operation, scope: Mapping[str, Any]) -> None:
        self._schema, self._operation, self._scope = schema, operation, scope
        self._context = operation.context

    async def events(self) -> AsyncGenerator[str, None]:
        connections, identity = open_connections(), self._context.identity
        connections.add(self)
        self._going_away = asyncio.get_running_loop().create_future()
        invalid = self._watch_credentials()
        try:
            if identity is not None and not connections.claim(self, identity.user.pk):
                message = _("Too many connections are open for this user.")
                raise NotExecuted([TooManyOperations(message)])
            async with (
                listen(self._schema, self._operation) as stream,
                aclosing(stream.results()) as results,
                aclosing(_events_until(results, self._going_away, invalid)) as events,
            ):
                # The server sends the headers with it. So the client knows that it is connected.
                yield KEEP_ALIVE
                async for event in events:
                    yield event
            if invalid.done():
                raise NotExecuted([SignedOut()])
        except NotExecuted as refused:
            count_errors(refused.errors)
            errors = [error.formatted for error in refused.errors]
            yield next_event(encode_text(with_request_id({"errors": errors})))
            yield COMPLETE
        finally:
            connections.discard(self)
            await _cancel(invalid)

    def _watch_credentials(self) -> asyncio.Future[None]:
        """Done when the credentials are not valid any more. Never done if there are none."""
        if self._context.identity is None:
            return asyncio.get_running_loop().create_future()
        return asyncio.create_task(wait_until_invalid(self._context, self._authenticate))

    async def _authenticate(self) -> None:
        await _authenticate_again(self._context, self._scope)

    def check_client(self) -> None:
        """Do nothing: `KEEP_ALIVE` is sent to find out whether the client is still there."""

    async def go_away(self) -> None:
        """End the stream without `complete`, so that the client connects again."""
        self._going_away.cancel()


async def _events_until(
    results: AsyncGenerator[str, None], *ends: asyncio.Future[None]
) -> AsyncGenerator[str, None]:
    """`results` as events, until one of `ends` is done, or `MAX_SENT` bytes were sent."""
    next_result: asyncio.Task[str] | None = None
    try:
        sent = 0
        while sent < MAX_SENT and not any(end.done() for end in ends):
            next_result = next_result or asyncio.create_task(_next(results))
            waiting: set[asyncio.Future[Any]] = {next_result, *ends}
            await asyncio.wait(
                waiting, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not next_result.done():
                yield KEEP_ALIVE
                continue
            result, next_result = next_result.result(), None
            if not result:
                yield COMPLETE
                return
            sent += len(result.encode())
            yield next_event(result)
            # An idle subscription need not keep its last result in memory.
            del result
    finally:
        await _cancel(next_result)


async def _next(results: AsyncGenerator[str, None]) -> str:
    """The next result; an empty text after the last."""
    return await anext(results, "")


async def _cancel(task: asyncio.Future[Any] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
