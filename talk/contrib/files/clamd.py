"""Scans files with ClamAV: `TALK["SCANNER"] = "talk.contrib.files.clamd.scan"`.

It speaks to the daemon `clamd` at `TALK["CLAMD"]`: a host and a port, such as `clamav:3310`, or
`unix:` and the path of a socket. The daemon's `StreamMaxLength` must be as large as the largest
upload, since it is not certain that a larger file gets an answer.
"""

import socket
from contextlib import ExitStack, suppress
from typing import IO, Final

from talk.conf import conf

#: For each step: to connect, to send a piece, to wait for the result.
SECONDS: Final = 60
_piece_bytes = 65_536
_most_answer_bytes = 4_096
_answers = "stream: "


class ScannerFailed(Exception):
    """The scanner did not say whether the file is harmless."""


def scan(file: IO[bytes]) -> str | None:
    """What `clamd` found in the file; None if nothing. Raises if it doesn't say."""
    with _connected(conf.CLAMD) as connection:
        # If it takes no more, its answer says why.
        with suppress(BrokenPipeError):
            _send(connection, file)
        answer = _answer(connection)
    if answer == f"{_answers}OK":
        return None
    if answer.startswith(_answers) and answer.endswith(" FOUND"):
        return answer.removeprefix(_answers).removesuffix(" FOUND")
    if "size limit exceeded" in answer:
        return "It is larger than the scanner accepts."
    raise ScannerFailed(answer or "The scanner did not answer.")


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        with ExitStack() as stack:
            connection = stack.enter_context(socket.socket(socket.AF_UNIX))
            connection.settimeout(SECONDS)
            connection.connect(address.removeprefix("unix:"))
            stack.pop_all()
            return connection
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), SECONDS)


def _send(connection: socket.socket, file: IO[bytes]) -> None:
    connection.sendall(b"zINSTREAM\0")
    while piece := file.read(_piece_bytes):
        connection.sendall(len(piece).to_bytes(4, "big") + piece)
    connection.sendall(bytes(4))


def _answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _most_answer_bytes:
        piece = connection.recv(_most_answer_bytes)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode(errors="replace")
