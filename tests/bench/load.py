"""HTTP clients that put load on a server: each sends its next request when it has an answer."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from .operations import Operation


@dataclass
class Answers:
    seconds: float = 0.0
    #: Seconds from each request to its answer.
    delays: list[float] = field(default_factory=list)
    bytes: int = 0
    last: str = ""


class Client(asyncio.Protocol):
    """One connection. It does little, since it runs on the machine that is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._received = b""
        self._answered: asyncio.Future[bytes] | None = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or self._answered is None:
            return
        lowered = head.lower()
        if (at := lowered.find(b"content-length:")) >= 0:
            length = int(lowered[at + 15 :].split(b"\r\n", 1)[0])
            whole = len(body) >= length
        else:
            whole = body.endswith(b"0\r\n\r\n")
        if whole:
            answered, self._answered, self._received = self._answered, None, b""
            answered.set_result(head + found + body)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None:
            self._answered.set_exception(error or ConnectionError("The server hung up."))

    async def ask(self, request: bytes) -> bytes:
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)  # type: ignore[attr-defined]
        return await self._answered


async def ask_for(
    operation: Operation, port: int, bearers: dict[int, str], clients: int, seconds: float
) -> Answers:
    """Send requests by so many clients at once, for so many seconds."""
    answers = Answers()
    turns = iter(range(10**9))
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds

    async def one() -> None:
        _transport, client = await loop.create_connection(Client, "127.0.0.1", port)
        while time.perf_counter() < until:
            turn = next(turns)
            request = _request(operation, turn, port, bearers)
            begun = time.perf_counter()
            answer = await client.ask(request)
            answers.delays.append(time.perf_counter() - begun)
            answers.last = answer.decode()
            answers.bytes += len(answer)
            assert '"data"' in answers.last, answers.last
            assert '"errors"' not in answers.last, answers.last
            assert '"message":' not in answers.last, answers.last
        _transport.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _client in range(clients)))
    answers.seconds = time.perf_counter() - begun
    return answers


def _request(operation: Operation, turn: int, port: int, bearers: dict[int, str]) -> bytes:
    body = json.dumps({"query": operation.document, "variables": operation.variables(turn)})
    person = operation.people[turn % len(operation.people)]
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {bearers[person]}\r\nContent-Length: {len(body.encode())}\r\n\r\n"
    )
    return (head + body).encode()
