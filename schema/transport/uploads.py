"""Answers uploads in threads that read the body from the client while they store it.

Django's ASGI handler calls a view when the whole body has arrived, which it keeps in memory and in
temporary files until then.
"""

import asyncio
import io
from typing import Any

from .handler import Receive, Scope, Send, ThreadedHandler

#: Uploads at the same time, and requests that are refused meanwhile.
THREADS = 20
#: Seconds for which a client may send nothing.
STALL_SECONDS = 30.0
#: More seconds for which a thread waits for an event loop, which may have ended.
LOOP_SECONDS = 5.0


class UploadHandler(ThreadedHandler):
    """An ASGI application that answers with the project's middleware and URLs."""

    name = "uploads"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._run(scope, send, _Body(receive, asyncio.get_running_loop()))


class _Body(io.RawIOBase):
    """The body of a request. A thread reads it, and waits for the event loop meanwhile.

    No more of it is in memory than was asked for, and the last message of the server.
    """

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._receive, self._loop = receive, loop
        self._rest, self._is_over = b"", False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, as many as were asked for; fewer at the end.

        Raises `TimeoutError` if the client sends nothing, `ConnectionResetError` if it is gone.
        """
        most = size if size is not None and size >= 0 else None
        if self._is_over and not self._rest:
            return b""
        reading = asyncio.run_coroutine_threadsafe(self._gather(most), self._loop)
        try:
            return reading.result(STALL_SECONDS + LOOP_SECONDS)
        finally:
            reading.cancel()

    async def _gather(self, most: int | None) -> bytes:
        parts, length = [self._rest], len(self._rest)
        async with asyncio.timeout(STALL_SECONDS):
            while not self._is_over and (most is None or length < most):
                part = await self._next()
                parts.append(part)
                length += len(part)
        found = b"".join(parts)
        self._rest = b"" if most is None else found[most:]
        return found[:most]

    async def _next(self) -> bytes:
        message: Any = await self._receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("The client is gone.")
        self._is_over = not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part
