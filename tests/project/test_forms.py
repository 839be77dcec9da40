"""No body is parsed on the event loop, whatever it says it is."""

import subprocess
import sys

PARSED = """
import backend.asgi
from daphne import http_protocol
from twisted.web.test.requesthelper import DummyChannel

class Server:
    def protocol_connected(self, protocol): pass

channel = DummyChannel()
channel.factory = type("Factory", (), {"server": Server()})
request = http_protocol.WebRequest(channel)
request.process = lambda: print(request.args, request.content.read())
request.requestHeaders.setRawHeaders(b"content-type", [b"application/x-www-form-urlencoded"])
request.gotLength(3)
request.handleContentChunk(b"a=1")
request.requestReceived(b"POST", b"/graphql", b"HTTP/1.1")
"""


def test_daphne_leaves_forms_to_django():
    environment = {"DEBUG": "1", "PYTHONPATH": ".", "DATABASE_URL": "sqlite:///:memory:"}
    found = subprocess.run(
        [sys.executable, "-c", PARSED], env=environment, capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "{} b'a=1'"
