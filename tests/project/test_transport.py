"""What production tells browsers of TLS, and of itself."""

import json
import re
import shlex
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from ..plain import answer_in
from .markdown import ROOT
from .processes import running, succeed

#: As the image starts it.
IMAGE = json.loads(re.search(r"^CMD (.+)$", (ROOT / "Dockerfile").read_text(), re.M)[1])
SERVER = ("-m", *("{port}" if each == "8000" else each for each in IMAGE))
TLS = {"X-Forwarded-Proto": "https", "Host": "talk.example"}
ASKED = {"query": "{ __typename }"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One with the settings of production, but for its database."""
    folder = tmp_path_factory.mktemp("production")
    environment = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "talk.example"}
    environment |= {"DATABASE_URL": f"sqlite:///{folder / 'talk.sqlite3'}"}
    succeed("manage.py", "migrate", "--verbosity", "0", **environment)
    with running(folder, *SERVER, **environment) as found:
        yield found


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_browsers_are_to_use_tls_for_a_year(server, method):
    response = httpx.request(method, f"{server.url}/graphql", json=ASKED, headers=TLS)

    assert response.status_code == {"POST": 200, "GET": 405}[method]
    assert response.headers["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_what_comes_without_is_sent_there(server):
    response = httpx.get(f"{server.url}/graphql", headers={"Host": "talk.example"})

    assert response.status_code == 301
    assert response.headers["Location"] == "https://talk.example/graphql"


def test_no_browser_is_shown_graphiql(server):
    response = httpx.get(f"{server.url}/graphql", headers=TLS | {"Accept": "text/html"})

    assert response.status_code == 405
    assert "data" not in response.json()


def test_the_admin_is_found_without_the_slash_at_the_end(server):
    response = httpx.get(f"{server.url}/admin", headers=TLS)

    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/"


def test_nobody_is_told_which_server_it_is(server):
    answer = httpx.post(f"{server.url}/graphql", json=ASKED, headers=TLS)

    assert answer_in(answer) == {"data": {"__typename": "Query"}}
    assert "Server" not in answer.headers
    assert b"\r\nserver:" not in handshake(server.url).lower()


def handshake(url):
    """The answer to the handshake of a WebSocket."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connected:
        connected.sendall(
            b"GET /graphql HTTP/1.1\r\nHost: talk.example\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )
        answer = connected.recv(4096)
    assert b" 101 " in answer
    return answer


def test_the_readme_starts_it_as_the_image_does():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("\\\n", "")
    (command,) = re.findall(r"^daphne .+$", readme, re.M)

    assert shlex.split(command) == IMAGE
