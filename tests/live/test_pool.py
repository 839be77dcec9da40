"""The check of pooled connections: a round trip only where the server sent something."""

import select

import pytest
from django.db import connection, connections
from psycopg import OperationalError, connect

from backend import pool
from talk import availability

from ..trips import trips_of_driver

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dropped(monkeypatch):
    """A list that grows when connections are dropped."""
    drops = []
    monkeypatch.setattr(pool, "drop_connections", lambda: drops.append(True))
    return drops


@pytest.fixture
def pooled():
    connection.ensure_connection()
    info = connection.connection.info
    with connect(info.dsn, password=info.password, autocommit=True) as found:
        yield found


def terminate(driver):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [driver.info.backend_pid])


def test_a_quiet_connection_is_handed_out_without_a_round_trip(dropped, pooled):
    with trips_of_driver(pooled) as sent:
        pool.check_connection(pooled)

    assert sent == []
    assert dropped == []


@pytest.mark.parametrize("sees", [True, False])
def test_a_closed_connection_is_found_and_all_others_are_dropped(
    dropped, pooled, sees, monkeypatch
):
    """Also on systems that can't see whether a socket is quiet."""
    if not sees:
        monkeypatch.delattr(pool.select, "poll")
    terminate(pooled)

    with pytest.raises(OperationalError):
        pool.check_connection(pooled)
    assert dropped == [True]


def test_a_connection_that_was_told_something_is_asked(dropped, pooled):
    """The server sends a setting that changed, and the connection is as good as before."""
    pooled.execute("LISTEN something")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY something")
    select.select([pooled], [], [], 10)

    readable, _writable, _failed = select.select([pooled.fileno()], [], [], 5)
    assert readable, "the server has sent it, for this test to mean anything"

    with trips_of_driver(pooled) as asked:
        pool.check_connection(pooled)
    assert asked
    assert dropped == []


def test_connections_are_dropped_once_a_second(monkeypatch):
    drained, times = [], [100.0, 100.5, 102.0]

    class Pool:
        def drain(self):
            drained.append(True)

    monkeypatch.setattr(type(connections["default"]), "pool", Pool())
    monkeypatch.setattr(type(connections["default"]), "close", lambda self: None)
    monkeypatch.setattr(availability, "_dropped_at", float("-inf"))
    monkeypatch.setattr(availability.time, "monotonic", lambda: times.pop(0))

    while times:
        availability.drop_connections()
    assert drained == [True, True]
