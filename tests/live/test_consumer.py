"""A WebSocket whose server or client fails: what is logged, and what the client is told."""

import asyncio

import pytest

from schema import consumer
from schema.transport.protocol import GraphQLTransportWSHandler

from .sockets import application, code_of, live, running, signed_in, socket

pytestmark = pytest.mark.django_db(transaction=True)


def failing(fails, error):
    """The application at a server that raises `error` when it sends what `fails` chooses."""

    async def app(scope, receive, send):
        async def send_or_fail(message):
            if fails(message):
                raise error
            await send(message)

        await application(scope, receive, send_or_fail)

    return app


@live
async def test_an_answer_that_the_server_cannot_send_is_an_error_of_its_operation(bob):
    def is_long(message):
        return '"twice":4' in message.get("text", "")

    app = failing(is_long, consumer.PayloadExceededError())
    async with signed_in(bob, app=app) as bobs:
        (answer, complete) = await bobs.ask("{ twice(number: 2) }")
        (other, _complete) = await bobs.ask("{ twice(number: 3) }", id="2")

    assert code_of(answer) == "LIMIT_EXCEEDED"
    assert answer["payload"]["data"] is None
    assert complete["type"] == "complete"
    assert other["payload"]["data"] == {"twice": 6}, "the socket stays open"


@pytest.mark.parametrize("error", [OSError(), RuntimeError()])
@live
async def test_a_client_that_is_gone_ends_its_subscriptions_without_a_word_in_the_log(
    bob, error, caplog
):
    def is_second(message):
        return '"count":1' in message.get("text", "")

    async with signed_in(bob, app=failing(is_second, error)) as bobs:
        await bobs.subscribe("subscription { count(to: 99) }")
        await bobs.hear()
        async with asyncio.timeout(5):
            while running:
                await asyncio.sleep(0.01)

    assert not [record for record in caplog.records if record.levelname != "DEBUG"]


@live
async def test_an_error_of_the_protocol_closes_the_socket_and_is_logged(monkeypatch, caplog):
    def fail(self, message):
        raise ZeroDivisionError

    monkeypatch.setattr(GraphQLTransportWSHandler, "handle_message", fail)
    async with socket() as found:
        assert await found.init() == 4500

    assert "A GraphQL WebSocket failed" in caplog.text


@live
async def test_an_error_after_a_close_sends_no_second_close(monkeypatch, caplog):
    async def close_and_fail(self, message):
        await self.websocket.close(4400, "First")
        raise ZeroDivisionError

    monkeypatch.setattr(GraphQLTransportWSHandler, "handle_message", close_and_fail)
    async with socket() as found:
        assert await found.init() == 4400
        assert await found.receive_nothing(timeout=0.1)

    assert "A GraphQL WebSocket failed" in caplog.text


@live
async def test_frames_after_a_close_are_not_read(bob):
    async with signed_in(bob) as bobs:
        await bobs.send_to(bytes_data=b"not text")
        assert await bobs.hear() == 4400
        await bobs.say("not JSON")
        await bobs.send_to(bytes_data=b"not text either")

        assert await bobs.receive_nothing(timeout=0.1), "the first close frame is the only one"


@live
async def test_a_timeout_of_the_server_is_not_taken_for_the_end_of_a_socket():
    async def receive():
        raise TimeoutError("from the server")

    scope = {"type": "websocket", "path": "/graphql", "headers": []}
    with pytest.raises(TimeoutError, match="from the server"):
        await application(scope, receive, None)
