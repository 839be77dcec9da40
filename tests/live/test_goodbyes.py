"""Clients that go without a word are no errors of the server, whichever server it is."""

import asyncio
import json
import re
import socket
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect

from .client import CHANGES, INBOX_CHANGES, front_end, id_of
from .conftest import launch
from .sockets import issue, live

pytestmark = pytest.mark.django_db(transaction=True)

#: How often all that clients do when they go is done.
ROUNDS = 2


@pytest.fixture(params=["daphne", "uvicorn"])
def logging_server(request, tmp_path, transactional_db):
    """A server, and the file that it logs to."""
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = launch(request.param, log=output, LOG_LEVEL="INFO")
        yield server, log
        server.stop()


#: Of a WebSocket, without a code, masked with zeros.
CLOSE_FRAME = b"\x88\x80\x00\x00\x00\x00"


async def leave_socket(server, messages, after):
    """Send some messages, and go in each of the ways in which clients go."""
    for way in ("close", "end of file", "abort", "close without reading"):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.setblocking(False)
            found = await connect(
                server.ws_url, subprotocols=["graphql-transport-ws"], sock=connection
            )
            with suppress(Exception):
                if way == "close without reading":
                    found.transport.pause_reading()
                for message in messages:
                    await found.send(json.dumps(message))
                await asyncio.sleep(after)
                if way == "close":
                    await found.close()
                elif way == "end of file":
                    found.transport.close()
                elif way == "close without reading":
                    found.transport.write(CLOSE_FRAME)
                    await asyncio.sleep(0.2)
            found.transport.abort()


async def leave_request(server, secret, body, accept, after):
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    text = json.dumps(body).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nAccept: {accept}\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    writer.write(head.encode() + text)
    await writer.drain()
    await asyncio.sleep(after)
    writer.transport.abort()


def subscribe(key, query, **variables):
    return {"id": key, "type": "subscribe", "payload": {"query": query, "variables": variables}}


@live
async def scenario(server, alice, bob, group):
    secret = await issue(bob)
    init = {"type": "connection_init", "payload": {"authorization": f"Bearer {secret}"}}
    changes = subscribe("1", CHANGES, id=id_of(group), after=0)
    inbox = subscribe("2", INBOX_CHANGES)
    page = (
        f'{{ conversation(id: "{id_of(group)}") {{ messages {{ edges {{ node {{ body }} }} }} }} }}'
    )
    queries = [subscribe(str(number), page) for number in range(3, 10)]
    async with front_end(server, alice) as alices:
        for number in range(ROUNDS):
            leaving = []
            for after in (0, 0.001, 0.01, 0.03, 0.1):
                leaving += [
                    leave_socket(server, [], after),
                    leave_socket(server, [init], after),
                    leave_socket(server, [init, *queries], after),
                    leave_socket(server, [init, changes, inbox], after),
                    leave_socket(server, [init, changes, *queries], after),
                    leave_request(server, secret, {"query": page}, "application/json", after),
                    leave_request(server, secret, changes["payload"], "text/event-stream", after),
                ]
            saying = [alices.say(f"{number} {part}" + "x" * 5_000, group) for part in range(5)]
            await asyncio.gather(*leaving, *saying)
    await asyncio.sleep(1)


def test_who_goes_without_a_word_leaves_no_error_in_the_log(logging_server, alice, bob, group):
    server, log = logging_server

    scenario(server, alice, bob, group)
    server.stop()

    text = log.read_text()
    errors = [line for line in text.splitlines() if re.search(r"ERROR|Traceback|CRITICAL", line)]
    assert not errors, text[-5_000:]
