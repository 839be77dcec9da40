"""How much comes in at once is what the options say."""

import asyncio

import pytest

from schema import handler

from .sockets import Socket, application, code_of, live, signed_in, socket

pytestmark = pytest.mark.django_db(transaction=True)

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

    asyncio.run(handler._read(receive))

    assert read == 12


def test_a_type_of_content_that_django_does_not_read_is_a_bad_request():
    path = {"path": "/graphql", "query_string": b"", "method": "POST", "type": "http"}
    scope = {**path, "headers": [(b"content-type", b"application/json" + b";a=1" * 3_000)]}
    sent = []

    async def receive():
        return {"type": "http.request", "body": BODY}

    async def send(message):
        sent.append(message)

    asyncio.run(handler.Handler(1)(scope, receive, send))

    assert sent[0]["status"] == 400


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
