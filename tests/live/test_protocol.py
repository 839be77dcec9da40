"""The protocol `graphql-transport-ws`, and what becomes of those who break it."""

import asyncio
import gc
import json
import threading

import pytest
from channels.testing import WebsocketCommunicator

from schema import consumer
from schema.asgi import application as full_application

from .sockets import Socket, application, code_of, issue, live, running, signed_in, socket

pytestmark = pytest.mark.django_db(transaction=True)

DEEP = "[" * 30_000


@pytest.fixture
def alice(django_user_model):
    return django_user_model.objects.create_user("alice")


@live
async def test_a_query_is_answered_and_completed(alice):
    async with signed_in(alice) as alices:
        answers = await alices.ask("{ me }", id="first")

    assert answers == [
        {"id": "first", "type": "next", "payload": {"data": {"me": "alice"}}},
        {"id": "first", "type": "complete"},
    ]


@live
async def test_a_subscription_streams_and_completes(alice):
    async with signed_in(alice) as alices:
        answers = await alices.ask("subscription { count(to: 2) }")

    assert [answer.get("payload") for answer in answers] == [
        {"data": {"count": 0}},
        {"data": {"count": 1}},
        None,
    ]


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

    monkeypatch.setattr(consumer, "_look", slowly)
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
        ({"host": "testserver", "origin": "https://evil.example"}, False),
        ({"host": "testserver", "origin": "null"}, False),
        ({"host": "testserver", "origin": "http://testserver.evil.example"}, False),
        ({"host": "evil.example", "origin": "http://evil.example"}, False),
        ({"host": "evil.example"}, False),
    ],
)
def test_pages_of_other_origins_are_turned_away(settings, headers, welcome):
    settings.TALK = {"ALLOWED_ORIGINS": ["https://app.example"]}

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


@pytest.mark.parametrize(
    ("query", "rest", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("", {}, "BAD_REQUEST"),
        ("{" * 5_000, {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { me }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ me }", {"operationName": "Other"}, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nonsense }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A { count }", {"operationName": "B"}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { twice(number: $n) }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (
            "query ($n: Int!) { twice(number: $n) }",
            {"variables": {"n": "x"}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription ($n: Int!) { count(to: $n) }",
            {"variables": {"n": {}}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
def test_a_bad_document_is_answered_and_the_socket_goes_on(alice, query, rest, code):
    @live
    async def scenario():
        async with signed_in(alice) as alices:
            (answer,) = await alices.ask(query, **rest)
            assert (answer["type"], answer["id"], code_of(answer)) == ("error", "1", code)

            assert (await alices.ask("{ me }"))[0]["type"] == "next"

    scenario()


@live
async def test_strangers_get_nothing_but_the_socket():
    async with socket() as strangers:
        assert await strangers.init() == {"type": "connection_ack"}

        for query in ("{ me }", "subscription { count }", "subscription { ...F }", "{ nonsense }"):
            (answer,) = await strangers.ask(query)
            assert (answer["type"], code_of(answer)) == ("error", "UNAUTHENTICATED")
        assert (await strangers.ask("{ __typename }"))[0]["type"] == "next"


@pytest.mark.parametrize(
    ("end", "code", "retryable"),
    [
        ("refused", "NOT_A_PARTICIPANT", False),
        ("resync", "RESYNC_REQUIRED", False),
        ("down", "UNAVAILABLE", True),
        ("crash", "INTERNAL", False),
    ],
)
def test_a_stream_that_fails_says_why_and_no_more(alice, end, code, retryable, caplog):
    @live
    async def scenario():
        async with signed_in(alice) as alices:
            *_numbers, last, complete = await alices.ask(f'subscription {{ count(end: "{end}") }}')
            assert complete["type"] == "complete"
            assert code_of(last) == code
            assert last["payload"]["errors"][0]["extensions"]["retryable"] is retryable
            assert "detail" not in json.dumps(last)

    scenario()
    logged = [record for record in caplog.records if record.name.startswith("schema")]
    assert bool(logged) is (end in {"crash", "down"})


@live
async def test_a_query_that_crashes_is_masked(alice, caplog):
    async with signed_in(alice) as alices:
        answer, complete = await alices.ask("{ crash me }")

    assert answer["payload"]["data"] == {"crash": None, "me": "alice"}
    (error,) = answer["payload"]["errors"]
    assert error["message"] == "Something went wrong."
    assert error["extensions"]["id"] in caplog.text
    assert "an internal detail" in caplog.text
    assert complete["type"] == "complete"


@live
async def test_slow_queries_do_not_wait_for_each_other(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe("{ slow(seconds: 1) }", id="slow")
        await alices.subscribe("{ me }", id="quick")

        assert (await alices.hear())["id"] == "quick"
        await alices.hear()
        assert (await alices.hear())["id"] == "slow"


@live
async def test_a_socket_runs_at_most_100_operations(alice):
    async with signed_in(alice) as alices:
        for number in range(100):
            await alices.subscribe("subscription { count(to: 1, pause: 60) }", id=str(number))
            await alices.hear()

        await alices.subscribe("{ me }", id="one more")

        answer = await alices.hear()
        assert (answer["id"], code_of(answer)) == ("one more", "TOO_MANY_OPERATIONS")
        await alices.say({"type": "complete", "id": "7"})
        assert (await alices.ask("{ me }", id="7"))[0]["type"] == "next"


@live
async def test_a_completed_stream_ends(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe("subscription { count(pause: 60) }")
        await alices.hear()
        assert running

        await alices.say({"type": "complete", "id": "1"})
        await asyncio.sleep(0.05)

        assert not running
        assert await alices.receive_nothing()


@live
async def test_streams_end_with_a_server_that_cancels(alice):
    secret = await issue(alice)
    alices = Socket(application, "/graphql", subprotocols=["graphql-transport-ws"])
    await alices.connect()
    await alices.init({"authorization": f"Bearer {secret}"})
    await alices.subscribe("subscription { count(pause: 60) }")
    await alices.hear()
    assert running

    alices.future.cancel()
    await asyncio.wait([alices.future])

    assert not running
    gc.collect()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    assert threading.active_count() < 50
