"""Has Daphne read long bodies and write long answers piece by piece.

Twisted, on which Daphne is built, writes a long body to a temporary file. Daphne would then read
all of it into memory before it calls the application. Daphne would also take an answer as fast as
the application makes it, and keep in memory what a slow client has not read.
"""

import asyncio
from io import BytesIO
from typing import Any

#: The bytes of a body that are in memory at once.
PIECE_SIZE = 65_536


def read_and_write_piece_by_piece() -> None:
    """Switch it on. Does nothing without Daphne."""
    try:
        from daphne import http_protocol, server
    except ImportError:
        return
    reply = server.Server.handle_reply

    class Request(_PieceByPiece, http_protocol.WebRequest):  # type: ignore[misc]
        """A request over HTTP."""

    async def handle_reply(self: Any, protocol: Any, message: Any) -> None:
        await reply(self, protocol, message)
        if isinstance(protocol, Request):
            await protocol.wait_for_client()

    http_protocol.WebRequest = Request
    server.Server.handle_reply = handle_reply


class _PieceByPiece:
    """What differs from Daphne's requests. Twisted calls it as the producer of the answer."""

    #: Set while the client takes more. None before the first piece of an answer.
    _takes_more: asyncio.Event | None = None

    def process(self: Any) -> Any:
        # Twisted keeps shorter ones in memory.
        if not isinstance(self.content, BytesIO):
            self.content = _Body(self.content)
        return super().process()  # type: ignore[misc]

    @property
    def application_queue(self) -> Any:
        return self._queue

    @application_queue.setter
    def application_queue(self, queue: Any) -> None:
        # Daphne puts into it what it reads of the body.
        self._queue = queue and _Queue(queue)

    def handle_reply(self: Any, message: Any) -> None:
        is_piece = message["type"] == "http.response.body" and message.get("more_body")
        if is_piece and self._takes_more is None and self.channel is not None:
            self._takes_more = asyncio.Event()
            self._takes_more.set()
            self.registerProducer(self, True)
        super().handle_reply(message)  # type: ignore[misc]

    async def wait_for_client(self) -> None:
        """Wait until the client has read most of what it was sent, or is gone."""
        if self._takes_more is not None:
            await self._takes_more.wait()

    def pauseProducing(self) -> None:  # noqa: N802
        if self._takes_more is not None:
            self._takes_more.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        if self._takes_more is not None:
            self._takes_more.set()

    def stopProducing(self) -> None:  # noqa: N802
        self.resumeProducing()

    def finish(self: Any) -> None:
        if self.producer:
            self.unregisterProducer()
        super().finish()  # type: ignore[misc]

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self.resumeProducing()
        super().connectionLost(reason)  # type: ignore[misc]


class _Body:
    """The file with a body, of which Daphne gets pieces that are not read yet."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> Any:
        if size < 0:
            return self._file.read()
        begin = self._file.tell()
        end = min(self._file.seek(0, 2), begin + max(size, PIECE_SIZE))
        self._file.seek(end)
        return _Piece(self._file, begin, end - begin)


class _Piece:
    """A part of a body, in a file."""

    def __init__(self, file: Any, begin: int, size: int) -> None:
        self._file, self._begin, self._size = file, begin, size

    def __len__(self) -> int:
        return self._size

    def read(self) -> bytes:
        if self._file.closed:
            raise ConnectionResetError("The client is gone.")
        self._file.seek(self._begin)
        return bytes(self._file.read(self._size))


class _Queue:
    """The queue of an application, which reads pieces when the application takes them."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue

    def put_nowait(self, message: Any) -> None:
        is_unread = isinstance(message.get("body"), _Piece)
        self._queue.put_nowait(_Message(message) if is_unread else message)


class _Message(dict[str, Any]):
    """A message with a piece of a body that is read when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return value.read() if isinstance(value, _Piece) else value

    def get(self, name: str, default: Any = None) -> Any:
        value = super().get(name, default)
        return value.read() if isinstance(value, _Piece) else value
