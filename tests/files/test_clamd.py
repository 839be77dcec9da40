"""ClamAV's protocol, spoken with a small server that stands for its daemon."""

import socket
import threading
from contextlib import suppress
from io import BytesIO

import pytest

from talk.contrib.files import clamd
from talk.contrib.files.clamd import ScannerFailed, scan


class Daemon:
    """Reads one file from one connection, and answers."""

    def __init__(self, server):
        self.server, self.answer, self.most_bytes = server, b"stream: OK\0", 10**9
        self.command = self.received = b""
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._thread.join(10)
        self.server.close()

    def _serve(self):
        connection, _address = self.server.accept()
        with connection, connection.makefile("rb") as stream:
            self.command = stream.read(len(b"zINSTREAM\0"))
            while size := int.from_bytes(stream.read(4), "big"):
                self.received += stream.read(size)
                if len(self.received) > self.most_bytes:
                    self.answer = b"INSTREAM size limit exceeded. ERROR\0"
                    break
            # The scan may have ended before.
            with suppress(ConnectionError):
                for each in self.answer:
                    connection.sendall(bytes([each]))
                connection.shutdown(socket.SHUT_WR)
                while stream.read(65_536):
                    pass


@pytest.fixture(params=["tcp", "unix"])
def daemon(request, settings, tmp_path):
    if request.param == "tcp":
        server = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{server.getsockname()[1]}"
    else:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(tmp_path / "clamd"))
        server.listen()
        address = f"unix:{tmp_path / 'clamd'}"
    settings.TALK = settings.TALK | {"CLAMD": address}
    return Daemon(server)


@pytest.mark.parametrize("size", [0, 4, 200_000])
def test_all_bytes_are_sent(daemon, size):
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    with daemon:
        assert scan(BytesIO(body)) is None

    assert (daemon.command, daemon.received) == (b"zINSTREAM\0", body)


def test_what_was_found_is_named(daemon):
    daemon.answer = b"stream: Eicar-Test-Signature FOUND\0"
    with daemon:
        assert scan(BytesIO(b"x")) == "Eicar-Test-Signature"


def test_a_file_that_is_too_large_for_it_is_not_harmless(daemon):
    daemon.most_bytes = 70_000
    with daemon:
        assert scan(BytesIO(bytes(3_000_000))) == "It is larger than the scanner accepts."


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0", b"OK\0", b"stream: OK?\0", b"stream: Can't open file ERROR\0", b"x" * 9999],
)
def test_every_other_answer_is_none(daemon, answer):
    daemon.answer = answer
    with daemon, pytest.raises(ScannerFailed):
        scan(BytesIO(b"x"))


def test_nobody_is_there(daemon):
    daemon.server.close()
    # The socket's file stays, as after a crash.
    with pytest.raises(ConnectionRefusedError):
        scan(BytesIO(b"x"))


def test_a_daemon_that_says_nothing_is_left(daemon, monkeypatch):
    monkeypatch.setattr(clamd, "SECONDS", 0.05)
    daemon.server.listen()

    with daemon.server, pytest.raises(TimeoutError):
        scan(BytesIO(b"x"))
