"""When the server is told to stop, open connections end before it does."""

import asyncio
import signal
import threading

import pytest

from schema.transport import open_connections as module
from schema.transport.open_connections import OpenConnections, open_connections

from .sockets import live


class Connection:
    """A connection that goes when it is told to, or does not, or fails to."""

    kind = "websocket"

    def __init__(self, goes=True, error=None):
        self.goes, self.error, self.was_told = goes, error, False

    def check_client(self):
        pass

    async def go_away(self):
        self.was_told = True
        if self.error:
            raise self.error
        if self.goes:
            open_connections().discard(self)


@pytest.fixture
def stopped():
    """The signals that reach the server."""
    received = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    yield received
    signal.signal(signal.SIGTERM, before)


@live
async def test_a_signal_to_stop_reaches_the_server_when_the_connections_have_ended(stopped):
    connections = open_connections()
    present = [Connection(), Connection()]
    for each in present:
        connections.add(each)

    signal.raise_signal(signal.SIGTERM)
    assert not stopped
    async with asyncio.timeout(5):
        while not stopped:
            await asyncio.sleep(0.01)

    assert all(each.was_told for each in present)
    assert connections.draining, "new connections are refused"
    assert stopped == [signal.SIGTERM]


@live
async def test_a_connection_that_does_not_end_holds_up_the_server_for_a_limited_time(
    stopped, monkeypatch
):
    monkeypatch.setattr(module, "DRAIN_SECONDS", 0.1)
    connections = open_connections()
    staying = [Connection(goes=False), Connection(error=OSError())]
    ending = Connection()
    for each in (*staying, ending):
        connections.add(each)

    async with asyncio.timeout(5):
        await connections.drain()

    assert ending.was_told
    for each in staying:
        assert each.was_told
        connections.discard(each)


@live
async def test_the_servers_own_handler_is_back_when_no_connection_is_open(stopped):
    handler = signal.getsignal(signal.SIGTERM)
    connection = Connection()

    open_connections().add(connection)
    assert signal.getsignal(signal.SIGTERM) != handler
    open_connections().discard(connection)

    assert signal.getsignal(signal.SIGTERM) is handler


@live
async def test_a_handler_that_another_library_set_meanwhile_stays(stopped):
    connection = Connection()
    open_connections().add(connection)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

    open_connections().discard(connection)

    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_connections_of_another_thread_than_the_main_one_are_counted_without_a_handler(stopped):
    handler = signal.getsignal(signal.SIGTERM)
    kept = []

    async def connect():
        connections = OpenConnections()
        connection = Connection()
        connections.add(connection)
        kept.append(signal.getsignal(signal.SIGTERM))
        connections.discard(connection)

    thread = threading.Thread(target=lambda: asyncio.run(connect()))
    thread.start()
    thread.join()

    assert kept == [handler]
