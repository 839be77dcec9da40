"""One request and its answer on a connection, bounded in bytes and in time."""

import io
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import IO, Any, cast

from .errors import Deadline, OutsideError, Reason
from .urls import Target

#: Bytes of the status line and the headers, and what the framing of a body may add to it.
MOST_AROUND = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    #: By name in lower case. Of headers that come twice, the first.
    headers: Mapping[str, str]
    body: bytes
    #: Whether `body` is all that the server had to say, as it is.
    whole: bool


class _Reader(io.RawIOBase):
    """Reads from a connection until the deadline, and no more bytes than are allowed."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self.allowed = MOST_AROUND
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.allowed:
            raise OutsideError(Reason.BROKEN)
        self._sock.settimeout(self._deadline.left())
        count = self._sock.recv_into(memoryview(buffer)[: self.allowed])
        self.allowed -= count
        self.has_ended = not count
        return count


class _Line:
    """What `http.client` uses of a socket."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self.reader = _Reader(sock, deadline)

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._deadline.left())
            rest = rest[self._sock.send(rest) :]

    def makefile(self, mode: str) -> IO[bytes]:
        return io.BufferedReader(self.reader)


def exchange(
    sock: socket.socket,
    target: Target,
    headers: Mapping[str, str],
    body: bytes | None,
    most_bytes: int,
    deadline: Deadline,
) -> Answer:
    """Send a request, and read the answer to it."""
    line = _Line(sock, deadline)
    try:
        _send(line, target, headers, body)
        return _receive(line, "GET" if body is None else "POST", most_bytes)
    except TimeoutError:
        raise OutsideError(Reason.TIMED_OUT) from None
    except (OSError, HTTPException):
        raise OutsideError(Reason.BROKEN) from None


def _send(line: _Line, target: Target, headers: Mapping[str, str], body: bytes | None) -> None:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = cast("Any", line)
    method = "GET" if body is None else "POST"
    connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    # It is what most servers expect to come first.
    connection.putheader("Host", target.authority)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Accept-Encoding", "identity")
    connection.putheader("Connection", "close")
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)


def _receive(line: _Line, method: str, most_bytes: int) -> Answer:
    with HTTPResponse(cast("Any", line), method=method) as response:
        response.begin()
        # Python takes a head that is cut off for a whole one.
        if response.status < 200 or line.reader.has_ended:
            raise OutsideError(Reason.BROKEN)
        # Values that go on in a second line are one line here.
        headers = {
            name.lower(): re.sub(r"[ \t\r\n]+", " ", str(value)).strip(" ")
            for name, value in reversed(response.headers.items())
        }
        if _is_encoded(headers):
            return Answer(response.status, headers, b"", whole=False)
        line.reader.allowed += most_bytes + most_bytes // 8
        return Answer(response.status, headers, *_read_body(response, most_bytes))


def _is_encoded(headers: Mapping[str, str]) -> bool:
    content = headers.get("content-encoding", "identity").lower()
    transfer = headers.get("transfer-encoding", "chunked").lower()
    return content != "identity" or transfer != "chunked"


def _read_body(response: HTTPResponse, most_bytes: int) -> tuple[bytes, bool]:
    if not most_bytes:
        return b"", response.length == 0
    try:
        body = response.read(most_bytes + 1)
    # A length of a chunk that is below zero.
    except ValueError:
        raise OutsideError(Reason.BROKEN) from None
    if len(body) > most_bytes:
        return body[:most_bytes], False
    if response.length:
        raise OutsideError(Reason.BROKEN)
    return body, True
