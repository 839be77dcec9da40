"""The protocol `graphql-transport-ws`, and what becomes of those who break it."""

import asyncio

import pytest
from channels.testing import WebsocketCommunicator

from schema import consumer
from schema.asgi import application as full_application

from .sockets import Socket, application, live, signed_in, socket

pytestmark = pytest.mark.django_db(transaction=True)

DEEP = "[" * 30_000


@live
async def test_a_ping_is_answered():
    async with socket() as strangers:
        await strangers.say({"type": "ping", "payload": {"any": 1}})

        assert await strangers.hear() == {"type": "pong"}


@pytest.mark.parametrize(
    "frame",
    [
        " ",
        "1",
        '"connection_init"',
        "null",
        "true",
        "[]",
        "{",
        "{}",
        DEEP,
        '{"type": 1}',
        '{"type": null}',
        '{"type": []}',
        '{"type": "nonsense"}',
        '{"type": "ping", "payload": ' + DEEP,
        '{"type": "ping", "payload": 1}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "connection_init", "payload": "x"}',
        '{"type": "connection_init", "payload": {"n": ' + "9" * 5_000 + "}}",
        '{"type": "connection_init", "payload": {"n": NaN}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": [1]}',
        '{"type": "complete", "id": {}}',
        '{"type": "complete", "id": null}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ me }"}}',
        '{"type": "subscribe", "id": {}, "payload": {"query": "{ me }"}}',
        '{"type": "subscribe", "payload": {"query": "{ me }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ me }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": "{ me }"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ me }", "variables": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ me }", "operationName": []}}',
    ],
    ids=lambda frame: frame[:60],
)
@pytest.mark.parametrize("initialised", [False, True], ids=["before", "after"])
def test_what_is_no_message_closes_the_socket(frame, initialised):
    @live
    async def scenario():
        async with socket() as strangers:
            if initialised:
                await strangers.init()
            await strangers.say(frame)
            assert await strangers.hear() == 4400

    scenario()


@live
async def test_binary_frames_close_the_socket():
    async with socket() as strangers:
        await strangers.send_to(bytes_data=b'{"type": "ping"}')

        assert await strangers.hear() == 4400


@live
async def test_a_frame_has_at_most_64_kilobytes():
    async with socket() as strangers:
        await strangers.say('{"type": "ping"}'.ljust(64 * 1024))
        assert await strangers.hear() == {"type": "pong"}

        await strangers.say('{"type": "ping", "payload": {"é": "' + "é" * 33_000 + '"}}')
        assert await strangers.hear() == 4413


@live
async def test_frames_do_not_pile_up(monkeypatch):
    # Given a socket whose sign-in takes its time
    waiting = asyncio.Event()

    async def slowly(*args):
        await waiting.wait()

    monkeypatch.setattr(consumer, "_authenticate_first", slowly)
    async with socket() as strangers:
        await strangers.say({"type": "connection_init"})
        await asyncio.sleep(0.05)

        # When more comes in than can be waiting
        for _frame in range(consumer.MAX_QUEUED + 1):
            await strangers.say({"type": "ping"})

        # Then it's closed, and nothing that waited is done any more
        assert await strangers.hear() == 4429
        waiting.set()
        assert await strangers.receive_nothing()


@live
async def test_frames_do_not_come_too_fast(monkeypatch):
    monkeypatch.setattr(consumer, "MAX_FRAMES", 10)
    async with socket() as strangers:
        for _frame in range(10):
            await strangers.say({"type": "ping"})
            assert await strangers.hear() == {"type": "pong"}

        await strangers.say({"type": "ping"})
        assert await strangers.hear() == 4429


@live
async def test_after_a_bad_frame_nothing_is_done(alice):
    async with signed_in(alice) as alices:
        await alices.say("[]")
        await alices.subscribe("{ me }")

        assert await alices.hear() == 4400
        assert await alices.receive_nothing()


def test_whoever_does_not_initialise_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(consumer, "INIT_TIMEOUT", consumer.timedelta(seconds=0.05))

    @live
    async def scenario():
        async with socket() as strangers:
            assert await strangers.hear() == 4408

    scenario()


def test_whoever_does_not_close_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(consumer, "CLOSING_SECONDS", 0.05)

    @live
    async def scenario():
        strangers = Socket(application, "/graphql", subprotocols=["graphql-transport-ws"])
        await strangers.connect()
        await strangers.say("[]")
        assert await strangers.hear() == 4400
        # No `websocket.disconnect` comes.
        await strangers.wait(timeout=1)

    scenario()


@live
async def test_to_initialise_twice_is_an_error():
    async with socket() as strangers:
        assert await strangers.init() == {"type": "connection_ack"}

        assert await strangers.init() == 4429


@live
async def test_nothing_is_executed_before_initialising():
    async with socket() as strangers:
        await strangers.subscribe("{ __typename }")

        assert await strangers.hear() == 4401


@live
async def test_an_id_names_one_operation_at_a_time(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe("subscription { count(pause: 60) }")
        await alices.hear()
        await alices.subscribe("{ me }")

        assert await alices.hear() == 4409


@live
async def test_only_the_current_protocol_is_spoken():
    async with socket(protocols=["graphql-ws"]) as strangers:
        assert await strangers.hear() == 4406


@pytest.mark.parametrize(
    ("headers", "welcome"),
    [
        ({}, True),
        ({"host": "testserver"}, True),
        ({"host": "testserver", "origin": "http://testserver"}, True),
        ({"host": "testserver", "origin": "https://app.example"}, True),
        ({"host": "testserver", "origin": "https://app.example:443"}, True),
        ({"host": "testserver:443", "origin": "https://testserver"}, True),
        (
            {"host": "testserver", "origin": "https://elsewhere", "sec-fetch-site": "same-origin"},
            True,
        ),
        ({"host": "testserver", "origin": "https://evil.example"}, False),
        (
            {"host": "testserver", "origin": "https://evil.example", "sec-fetch-site": "same-site"},
            False,
        ),
        ({"host": "testserver", "origin": "http://app.example"}, False),
        ({"host": "testserver", "origin": "https://app.example:8443"}, False),
        ({"host": "testserver", "origin": "https://testserver:99999"}, False),
        ({"host": "testserver", "origin": "https://["}, False),
        ({"host": "testserver", "origin": ""}, False),
        ({"host": "testserver", "origin": "null"}, False),
        ({"host": "testserver", "origin": "http://testserver.evil.example"}, False),
        ({"host": "evil.example", "origin": "http://evil.example"}, False),
        ({"host": "evil.example"}, False),
    ],
)
def test_pages_of_other_origins_are_turned_away(settings, headers, welcome):
    settings.TALK = {**settings.TALK, "ALLOWED_ORIGINS": ["https://app.example"]}
    settings.ALLOWED_HOSTS = ["testserver"]

    @live
    async def scenario():
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        found = Socket(
            application, "/graphql", headers=encoded, subprotocols=["graphql-transport-ws"]
        )
        accepted, _code = await found.connect()
        assert accepted is welcome
        await found.disconnect()

    scenario()


@live
async def test_only_graphql_has_sockets():
    for path in ("/", "/graphql/more", "/other"):
        found = WebsocketCommunicator(full_application(None), path)
        accepted, _code = await found.connect()
        assert not accepted
