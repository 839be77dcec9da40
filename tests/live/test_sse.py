"""Subscriptions over plain HTTP, as server-sent events."""

import asyncio
import json
import signal
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import httpx
import pytest
from channels.db import database_sync_to_async

from schema.transport import sse
from talk.models import AccessToken

from ..plain import NO_CERTIFICATES, answer_in
from .client import CHANGES, front_end, id_of
from .sockets import issue, live

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async
PATIENCE = 10


class Events:
    """The events of one response, as they come."""

    def __init__(self, response):
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self):
        """The name of the next event, and what it says; or None at the end."""
        name = data = None
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line.startswith("event:"):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    data = json.loads(line.removeprefix("data: "))
                elif not line and name:
                    return name, data
        return None

    async def change(self):
        name, result = await self.next()
        assert name == "next"
        return result["data"]["conversationChanges"]


@asynccontextmanager
async def listening(server, user, query=CHANGES, **variables):
    headers = {"authorization": f"Bearer {await issue(user)}", "accept": "text/event-stream"}
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(timeout=PATIENCE, verify=NO_CERTIFICATES) as http,
        http.stream("POST", server.http_url, json=body, headers=headers) as response,
    ):
        events = Events(response)
        async with aclosing(events._lines):
            yield events


@live
async def test_a_stream_resumes_and_goes_on_live(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices:
        await alices.say("before", group)
        async with listening(daphne, bob, id=id_of(group), after=1) as events:
            assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
            before = await events.change()
            await alices.say("after", group)
            after = await events.change()

    assert [before["message"]["body"], after["message"]["body"]] == ["before", "after"]
    assert [before["revision"], after["revision"]] == [2, 3]


@live
async def test_a_stream_that_ends_says_why(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices:
        async with listening(daphne, bob, id=id_of(group), after=1) as events:
            await alices.do(
                "removeParticipant", conversationId=id_of(group), participant=id_of(bob)
            )
            assert (await events.change())["kind"] == "PARTICIPANT_REMOVED"
            name, result = await events.next()
            assert name == "next"
            assert result["errors"][0]["extensions"]["code"] == "NOT_A_PARTICIPANT"
            assert (await events.next())[0].startswith("complete")
            assert await events.next() is None


@live
async def test_a_stream_ends_with_its_token(daphne, bob, group):
    async with listening(daphne, bob, id=id_of(group), after=0) as events:
        await events.change()
        await in_thread(lambda: AccessToken.objects.get(user=bob).revoke())()
        _name, result = await events.next()

        assert result["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@live
async def test_what_is_no_stream_is_answered_as_ever(daphne, bob, group):
    async with listening(daphne, bob, query="{ viewer { username } }") as answer:
        await answer.response.aread()
        assert answer_in(answer.response) == {"data": {"viewer": {"username": "bob"}}}
    async with listening(daphne, bob, query="subscription { nonsense }") as events:
        _name, result = await events.next()
        assert result["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert (await events.next())[0].startswith("complete")


@pytest.mark.postgresql
@live
async def test_who_listens_holds_no_connection_to_the_database(start_server, alice, bob, group):
    server = await in_thread(start_server)(DATABASE_POOL_SIZE="2")
    async with AsyncExitStack() as stack, front_end(server, alice) as alices:
        streams = [
            await stack.enter_async_context(listening(server, bob, id=id_of(group), after=1))
            for _ in range(5)
        ]
        await alices.say("hello", group)

        assert [(await each.change())["revision"] for each in streams] == [2] * 5


@live
async def test_a_server_that_stops_lets_go_of_its_listeners(start_server, bob, group):
    server = await in_thread(start_server)()
    async with listening(server, bob, id=id_of(group), after=0) as events:
        await events.change()
        server.process.send_signal(signal.SIGTERM)
        assert await events.next() is None, "without a word: the client comes back"
    assert await in_thread(server.process.wait)(10) == 0


def test_no_character_of_a_message_ends_a_line():
    said = json.dumps({"body": "a\nb\r\x85\u2028\u2029é😀"}, ensure_ascii=False)

    told = sse.next_event(said)

    assert "é😀" in told
    assert len(told.splitlines()) == 3
    assert json.loads(told.splitlines()[1].removeprefix("data: ")) == json.loads(said)
