"""Who begins a request and does not go on is not waited for."""

import socket
import time

import pytest

from .processes import running, succeed

HEAD = "POST /graphql HTTP/1.1\r\nHost: localhost\r\n"
HALVES = {
    "nothing": "",
    "half a head": HEAD,
    "half a body": f"{HEAD}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{",
    "half a handshake": "GET /graphql HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
}
# There is no option for it, and nobody is to wait for a minute here.
DAPHNE = """
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory

begin = HTTPFactory.__init__


def begin_impatient(self, *args):
    begin(self, *args)
    self.timeOut = 1


HTTPFactory.__init__ = begin_impatient
CommandLineInterface.entrypoint()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("impatient")
    environment = {"DEBUG": 1, "DATABASE_URL": f"sqlite:///{folder / 'talk.sqlite3'}"}
    command = ("-c", DAPHNE, "-v", "0", "-p", "{port}", "backend.asgi:application")
    with running(folder, *command, **environment) as found:
        yield found


@pytest.mark.parametrize("half", HALVES)
def test_half_a_request_is_cut(server, half):
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(HALVES[half].encode())

        assert client.recv(1) == b""
    assert 0.5 < time.monotonic() - begun < 5


def test_daphne_waits_for_a_minute():
    program = "from daphne.http_protocol import HTTPFactory; print(HTTPFactory(None).timeOut)"

    assert succeed("-c", program) == "60\n"
