"""What a proxy, or whoever starts processes, asks: does it live, can it serve?"""

import signal
import socket
import time

import httpx
import pytest

from backend import health as backend_health

from .processes import running, succeed

SERVER = ("-m", "daphne", "-p", "{port}", "backend.asgi:application")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The URL of a database that has its tables."""
    url = f"sqlite:///{tmp_path_factory.mktemp('health') / 'health.sqlite3'}"
    succeed("manage.py", "migrate", "--verbosity", "0", DEBUG=1, DATABASE_URL=url)
    return url


@pytest.fixture
def silent():
    """The address of something that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def health(server):
    """That it lives, and what it says of being ready, and with which status."""
    live = httpx.get(f"{server.url}/healthz")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    begun = time.monotonic()
    ready = httpx.get(f"{server.url}/readyz", timeout=30)
    assert time.monotonic() - begun < 8
    return ready.status_code, ready.json()


def assert_health(server, code, /, **said):
    """That it is so. It is asked on: a busy machine may need more than its one second."""
    for _attempt in range(10):
        if health(server) == (code, said):
            return
        time.sleep(0.2)
    assert health(server) == (code, said)


def test_all_is_well_until_it_is_told_to_stop(tmp_path, database):
    with running(tmp_path, *SERVER, DEBUG=1, DATABASE_URL=database) as server:
        assert_health(server, 200, status="ok")

        assert server.stop(signal.SIGTERM) == 0


def test_without_tables_nothing_can_be_served(tmp_path):
    empty = f"sqlite:///{tmp_path / 'empty.sqlite3'}"

    with running(tmp_path, *SERVER, DEBUG=1, DATABASE_URL=empty) as server:
        assert_health(server, 503, status="down", database="migrations are missing")


def test_a_database_that_does_not_answer_is_not_waited_for(tmp_path, silent):
    url = f"postgres://talk@{silent}/talk"

    with running(tmp_path, *SERVER, DEBUG=1, DATABASE_URL=url) as server:
        assert_health(server, 503, status="down", database="no answer")
        assert_health(server, 503, status="down", database="no answer")


def test_without_the_channel_layer_requests_are_served(tmp_path, database, silent):
    url = f"redis://{silent}/0"

    with running(tmp_path, *SERVER, DEBUG=1, DATABASE_URL=database, REDIS_URL=url) as server:
        assert_health(server, 200, status="degraded", channel_layer="no answer")


def test_the_database_is_asked_once_a_second_however_many_want_to_know(client, monkeypatch):
    asked = []
    monkeypatch.setattr(backend_health, "_ask_database", lambda: asked.append("again"))
    monkeypatch.setattr(backend_health, "_fresh_until", 0.0)

    assert [client.get("/readyz").status_code for _time in range(3)] == [200] * 3
    assert len(asked) == 1
    monkeypatch.setattr(backend_health, "_fresh_until", 0.0)
    client.get("/readyz")
    assert len(asked) == 2


def test_a_layer_that_is_away_is_named_and_its_address_is_not(tmp_path, database):
    url = "redis://user:secret@127.0.0.1:1/0"

    with running(tmp_path, *SERVER, DEBUG=1, DATABASE_URL=database, REDIS_URL=url) as server:
        assert_health(server, 200, status="degraded", channel_layer="ConnectionError")


def test_who_asks_from_inside_needs_neither_name_nor_tls(tmp_path, database):
    production = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "talk.example"}

    with running(tmp_path, *SERVER, DATABASE_URL=database, **production) as server:
        assert_health(server, 200, status="ok")
        assert httpx.get(f"{server.url}/graphql").status_code in {301, 400}
