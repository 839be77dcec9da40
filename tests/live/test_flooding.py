"""What a client sends, and does not read, takes little memory."""

import asyncio
import gc
import json
import re
import shlex
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from schema.consumer import GraphQLConsumer
from schema.execution import Schema
from schema.transport.protocol import GraphQLTransportWSHandler

from .sockets import Query, Subscription, live, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

#: The longest id.
MOST = 128
KEPT = "kept by nobody"
COUNT = "subscription { count(to: 1, pause: 60) }"


@live
async def test_an_operation_has_a_short_id(alice):
    """Each answer repeats it, and not every server knows whether they are read."""
    async with signed_in(alice) as alices:
        await alices.subscribe("{ me }", id="x" * MOST)
        assert (await alices.hear())["id"] == "x" * MOST
        assert (await alices.hear())["type"] == "complete"
        await alices.subscribe("{ me }", id="x" * (MOST + 1))
        assert await alices.hear() == 4400


@live
async def test_errors_count_as_sent(alice):
    """A client that is told only of errors, and reads none of them, is asked if it is there."""
    async with signed_in(alice) as alices:
        heard = 0
        # Each is one error, of some hundred bytes.
        for _each in range(100):
            await alices.subscribe("{", id="x" * MOST)
            heard += len(json.dumps(error := await alices.hear()))
            assert error["type"] == "error"
        protocols = (each for each in gc.get_objects() if type(each) is GraphQLTransportWSHandler)
        counted = [each._flow._since_ping for each in protocols]
        assert max(counted) > 0.9 * heard


@live
async def test_frames_are_taken_as_fast_as_a_server_reads_them():
    """Else a flood waits in the server, uncounted, where it has no bound."""
    waiting: asyncio.Queue = asyncio.Queue()
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [],
        "query_string": b"",
        "subprotocols": ["graphql-transport-ws"],
    }
    app = GraphQLConsumer.as_asgi(schema=Schema(Query, subscription=Subscription))
    waiting.put_nowait({"type": "websocket.connect"})
    running = asyncio.create_task(app(scope, waiting.get, send))
    async with asyncio.timeout(5):
        while not sent:
            await asyncio.sleep(0.01)

    for _each in range(300):
        waiting.put_nowait({"type": "websocket.receive", "text": '{"type":"ping"}'})
    for _turn in range(400):
        await asyncio.sleep(0)

    assert waiting.empty()
    # It is no reason to close: as many are answered.
    async with asyncio.timeout(5):
        while len(sent) < 301:
            await asyncio.sleep(0.01)
    waiting.put_nowait({"type": "websocket.disconnect", "code": 1000})
    await running
    assert {message["type"] for message in sent} == {"websocket.accept", "websocket.send"}


@live
async def test_a_stream_keeps_nothing_that_it_does_not_need(alice):
    """Variables that no operation declares may be a hundred thousand objects."""
    async with signed_in(alice) as alices:
        await alices.subscribe(COUNT, variables={"unknown": [KEPT]})
        assert (await alices.hear())["type"] == "next"
        # The next frame takes the place of the last one in the loop that reads them.
        await alices.say({"type": "ping"})
        assert await alices.hear() == {"type": "pong"}

        def kept():
            strings = (each for each in gc.get_objects() if type(each) is list and each)
            return [each for each in strings if type(each[0]) is str and each[0] == KEPT]

        gc.collect()
        assert not kept()


@pytest.mark.parametrize("name", ["daphne", "uvicorn"])
@live
async def test_no_server_takes_compressed_frames(name, start_server):
    """A few bytes could be many frames, which are counted when they are in memory."""
    server = start_server(name, uvicorn_options() if name == "uvicorn" else None)
    async with connect(server.ws_url, subprotocols=["graphql-transport-ws"]) as found:
        assert "permessage-deflate" in found.request.headers["Sec-WebSocket-Extensions"]
        assert "Sec-WebSocket-Extensions" not in found.response.headers


def uvicorn_options():
    """Those that the documentation gives."""
    text = Path("docs/operating.md").read_text(encoding="utf-8")
    command = re.search(r"^uvicorn backend.asgi:application (.*?[^\\])$", text, re.M | re.S)
    return shlex.split(command[1].replace("\\\n", " "))
