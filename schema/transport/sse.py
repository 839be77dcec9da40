"""Subscriptions as server-sent events, for networks that let no WebSocket through.

The distinct connections mode of https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md:
one `POST` for each subscription.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from .. import threads
from ..authentication.context import Context
from ..errors import TooManyOperations, Unauthenticated
from ..live.streams import Stream, listen
from ..not_executed import NotExecuted
from ..operation import Operation
from .connected import open_connections
from .credentials import wait_until_invalid
from .handshake import authenticate_again

if TYPE_CHECKING:
    from ..execution import Schema

#: Seconds after which a client is told that nothing happened.
KEEP_ALIVE_SECONDS = 15.0

SILENCE = ":\n\n"
#: Bytes of one stream, after which the client connects again. Some servers (Daphne) keep for a
#: client that does not read whatever they are given.
MOST_SENT = 4 * 1024 * 1024
#: Characters that JSON has as they are, though Unicode ends a line with them.
LINE_ENDS = {character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
COMPLETE = "event: complete\ndata:\n\n"

_authenticate_again = threads.live.run(authenticate_again)


def respond(
    schema: "Schema", operation: Operation, scope: Mapping[str, Any]
) -> StreamingHttpResponse:
    """The answer to a subscription over HTTP, whose request came with an ASGI `scope`."""
    listening = partial(listen, schema, operation)
    return StreamingHttpResponse(
        _Connection(listening, operation.context, scope).events(),
        content_type="text/event-stream; charset=utf-8",
        # Proxies are not to wait for more before they send what they have.
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def event(result: str) -> str:
    if not result.isascii():
        # Readers that use their language's function for lines take these for ends of lines.
        for character, escaped in LINE_ENDS.items():
            result = result.replace(character, escaped)
    return f"event: next\ndata: {result}\n\n"


class _Connection:
    def __init__(
        self,
        listening: Callable[[], AbstractAsyncContextManager[Stream]],
        context: Context,
        scope: Mapping[str, Any],
    ) -> None:
        self._listening, self._context, self._scope = listening, context, scope

    async def events(self) -> AsyncGenerator[str, None]:
        here = open_connections()
        here.add(self)
        self._gone = asyncio.get_running_loop().create_future()
        failed, identity = self._watch_credentials(), self._context.identity
        try:
            if identity is not None and not here.claim(self, identity.user.pk):
                raise NotExecuted(
                    [TooManyOperations(_("Too many connections are open for this user."))]
                )
            async with (
                self._listening() as stream,
                aclosing(stream.results()) as results,
            ):
                # With the headers: now the client knows that it's connected.
                yield SILENCE
                async with aclosing(_until(results, self._gone, failed)) as texts:
                    async for text in texts:
                        yield text
            if failed.done():
                raise NotExecuted([Unauthenticated(_("You are not signed in any more."))])
        except NotExecuted as ended:
            errors = [error.formatted for error in ended.errors]
            yield event(json.dumps({"errors": errors}))
            yield COMPLETE
        finally:
            here.discard(self)
            await _end(failed)

    def _watch_credentials(self) -> asyncio.Future[None]:
        """Done when the credentials are not valid any more. Never done if there are none."""
        if self._context.identity is None:
            return asyncio.get_running_loop().create_future()
        return asyncio.create_task(wait_until_invalid(self._context, self._check))

    async def _check(self) -> None:
        await _authenticate_again(self._context, self._scope)

    def check_client(self) -> None:
        """A client that is gone is noticed when it's told that nothing happened."""

    async def go_away(self) -> None:
        # Without `complete`: the client connects again.
        self._gone.cancel()


async def _until(
    results: AsyncGenerator[str, None], *ends: asyncio.Future[None]
) -> AsyncGenerator[str, None]:
    """`results` as events, until one of `ends` is done, or much was sent."""
    result: asyncio.Task[str] | None = None
    try:
        sent = 0
        while sent < MOST_SENT and not any(end.done() for end in ends):
            result = result or asyncio.create_task(_next(results))
            waiting: set[asyncio.Future[Any]] = {result, *ends}
            await asyncio.wait(
                waiting, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not result.done():
                yield SILENCE
                continue
            text, result = result.result(), None
            if not text:
                yield COMPLETE
                return
            sent += len(text.encode())
            yield event(text)
    finally:
        await _end(result)


async def _next(results: AsyncGenerator[str, None]) -> str:
    """The next result, or nothing at the end."""
    return await anext(results, "")


async def _end(task: asyncio.Future[Any] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
