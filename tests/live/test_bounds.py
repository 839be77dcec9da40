"""How much comes in at once is what the options say."""

import asyncio

import django
import pytest
from django.http import HttpRequest

from schema import schema
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.live.stream_limit import counted_stream, running_streams
from schema.transport import handler, sse

from .client import INBOX_CHANGES
from .sockets import Socket, answer_to, application, code_of, live, signed_in, socket, talk

pytestmark = pytest.mark.django_db(transaction=True)

#: Django 6.1 is the first that reads no header of more than 10,000 characters.
bounded = pytest.mark.skipif(django.VERSION < (6, 1), reason="this Django reads any header")
BODY = b'{"query": "{ __typename }"}'


@pytest.fixture
def bound(settings):
    def bound(**options):
        settings.TALK = {**settings.TALK, **options}

    return bound


def test_a_request_is_as_long_as_the_option_says(client, bound):
    bound(MAX_REQUEST_SIZE=len(BODY))

    def status(body):
        return client.post("/graphql", body, content_type="application/json").status_code

    assert status(BODY) == 200
    assert status(BODY + b" ") == 413


def test_no_more_of_a_request_is_read_than_that(bound):
    bound(MAX_REQUEST_SIZE=10)
    read = 0

    async def receive():
        nonlocal read
        read += 4
        return {"type": "http.request", "body": b"1234", "more_body": True}

    asyncio.run(handler._read_body(receive))

    assert read == 12


@bounded
def test_a_type_of_content_that_django_does_not_read_is_a_bad_request():
    path = {"path": "/graphql", "query_string": b"", "method": "POST", "type": "http"}
    scope = {**path, "headers": [(b"content-type", b"application/json" + b";a=1" * 3_000)]}
    sent = []

    async def receive():
        return {"type": "http.request", "body": BODY}

    async def send(message):
        sent.append(message)

    asyncio.run(handler.ThreadedHandler(1)(scope, receive, send))

    assert sent[0]["status"] == 400


@bounded
@live
async def test_a_handshake_with_such_a_type_is_refused():
    long = (b"content-type", b"text/plain" + b";a=1" * 3_000)
    found = Socket(application, "/graphql", headers=[long], subprotocols=["graphql-transport-ws"])

    assert await found.connect(timeout=3) == (False, 1000)


@live
async def test_a_frame_is_as_long_as_the_option_says(bound):
    bound(MAX_FRAME_SIZE=20)
    async with socket() as strangers:
        await strangers.say('{"type": "ping"}'.ljust(20))
        assert await strangers.hear() == {"type": "pong"}
        await strangers.say('{"type": "ping"}'.ljust(21))
        assert await strangers.hear() == 4413


@live
async def test_a_socket_runs_as_many_operations_as_the_option_says(alice, bound):
    bound(MAX_OPERATIONS=1)
    async with signed_in(alice) as alices:
        await alices.subscribe("subscription { count(to: 1, pause: 60) }")
        await alices.hear()
        (refused,) = await alices.ask("{ me }", id="2")
        assert code_of(refused) == "TOO_MANY_OPERATIONS"


@live
async def test_a_user_runs_as_many_streams_as_the_option_says(alice, bob, bound):
    bound(MAX_USER_STREAMS=3)
    async with signed_in(alice, talk) as one, signed_in(alice, talk) as another:
        await one.subscribe(INBOX_CHANGES, id="1")
        await one.subscribe(INBOX_CHANGES, id="2")
        await running(2)
        async with signed_in(bob, talk) as bobs:
            await bobs.subscribe(INBOX_CHANGES)
            await running(3)
            await another.subscribe(INBOX_CHANGES, id="3")
            await running(4)
            (refused,) = await another.ask(INBOX_CHANGES, id="4")
            assert code_of(refused) == "TOO_MANY_OPERATIONS"
            refused_event = await first_event(alice, INBOX_CHANGES)
            assert "TOO_MANY_OPERATIONS" in refused_event
            (answered, _complete) = await another.ask("{ viewer { username } }", id="5")
            assert answer_to(answered) == {"data": {"viewer": {"username": "alice"}}}

        await one.say({"type": "complete", "id": "1"})
        await running(2)
        assert await first_event(alice, INBOX_CHANGES) == sse.KEEP_ALIVE, "it begins"
    await running(0)
    assert not running_streams()


async def running(number):
    """Wait until so many streams run."""
    async with asyncio.timeout(3):
        while running_streams().total() != number:
            await asyncio.sleep(0.01)


async def first_event(user, query):
    context = Context(HttpRequest(), Identity(user))
    events = aiter(sse.respond(schema, schema.operation(Request(query), context), {}))
    try:
        return (await anext(events)).decode()
    finally:
        await events.aclose()


@live
async def test_subscriptions_from_an_unknown_address_are_not_counted(bound):
    """The server may listen on a socket file, and its proxy may name no client."""
    bound(MAX_ADDRESS_SOCKETS=1)
    context = Context(HttpRequest())
    operation = schema.operation(Request(INBOX_CHANGES), context)

    async with counted_stream(operation), counted_stream(operation):
        assert not running_streams()
