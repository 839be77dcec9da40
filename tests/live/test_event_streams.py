"""How one event stream begins, stays open and ends, without a server around it."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from django.http import HttpRequest

from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.execution import Schema
from schema.transport import sse
from schema.transport.open_connections import open_connections
from talk.models import AccessToken

from .sockets import Query, Subscription, in_thread, issue, live, running

pytestmark = pytest.mark.django_db(transaction=True)

schema = Schema(Query, subscription=Subscription)


class Events:
    """The events of one response, read as a server reads them."""

    def __init__(self, response):
        self._events = asyncio.Queue()
        self._response = response
        self.reading = asyncio.create_task(self._read())

    async def _read(self):
        async for event in self._response:
            self._events.put_nowait(event.decode())

    async def next(self):
        async with asyncio.timeout(5):
            return await self._events.get()

    async def rest(self):
        """The events that were not read yet, when the stream has ended."""
        async with asyncio.timeout(5):
            await self.reading
        return [self._events.get_nowait() for _ in range(self._events.qsize())]


@asynccontextmanager
async def streaming(user, query):
    """The events of a subscription. In the end its client is gone."""
    bearer = f"Bearer {await issue(user)}"
    scope = {"type": "http", "path": "/graphql", "headers": [(b"authorization", bearer.encode())]}
    operation = schema.operation(Request(query), Context(HttpRequest(), Identity(user)))
    assert await in_thread(schema.answer)(operation) is None
    events = Events(sse.respond(schema, operation, scope))
    try:
        yield events
    finally:
        events.reading.cancel()
        await asyncio.wait([events.reading])


@live
async def test_a_stream_begins_at_once_and_ends_with_complete(alice):
    async with streaming(alice, "subscription { count(to: 2) }") as events:
        assert await events.rest() == [
            sse.KEEP_ALIVE,
            'event: next\ndata: {"data":{"count":0}}\n\n',
            'event: next\ndata: {"data":{"count":1}}\n\n',
            sse.COMPLETE,
        ]


@live
async def test_comments_show_that_a_stream_without_news_is_open(alice, monkeypatch):
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.05)

    async with streaming(alice, "subscription { count(to: 2, pause: 0.4) }") as events:
        heard = await events.rest()

    assert heard.count(sse.KEEP_ALIVE) > 2
    assert [event for event in heard if event.startswith("event: next")] == [
        sse.next_event('{"data":{"count":0}}'),
        sse.next_event('{"data":{"count":1}}'),
    ], "no result is lost or repeated by the comments"


@live
async def test_a_stream_that_has_sent_much_ends_so_that_the_client_connects_again(
    alice, monkeypatch
):
    monkeypatch.setattr(sse, "MAX_SENT", len('{"data":{"count":0}}') * 2)

    async with streaming(alice, "subscription { count(to: 9) }") as events:
        heard = await events.rest()

    assert heard[1:] == [sse.next_event(f'{{"data":{{"count":{n}}}}}') for n in (0, 1)]


@live
async def test_a_server_that_stops_ends_a_stream_without_complete(alice):
    async with streaming(alice, "subscription { count(to: 9, pause: 5) }") as events:
        assert await events.next() == sse.KEEP_ALIVE
        assert "count" in await events.next()
        await open_connections().drain()

        assert sse.COMPLETE not in await events.rest()


@live
async def test_a_client_that_goes_ends_its_subscription(alice):
    async with streaming(alice, "subscription { count(to: 9, pause: 5) }") as events:
        await events.next()
        await events.next()
        assert running

    assert not running
    assert not open_connections()._users


@live
async def test_a_user_with_too_many_connections_is_told_so(alice, settings):
    settings.TALK = {**settings.TALK, "MAX_USER_SOCKETS": 1}

    async with streaming(alice, "subscription { count(to: 9, pause: 5) }") as first:
        await first.next()
        async with streaming(alice, "subscription { count }") as events:
            refused, complete = await events.rest()

    assert "TOO_MANY_OPERATIONS" in refused
    assert complete == sse.COMPLETE


@live
async def test_a_stream_whose_token_is_revoked_says_so_and_ends(alice):
    async with streaming(alice, "subscription { count(to: 9, pause: 5) }") as events:
        await events.next()
        await in_thread(lambda: AccessToken.objects.get(user=alice).revoke())()
        *_results, refused, complete = await events.rest()

    assert "UNAUTHENTICATED" in refused
    assert complete == sse.COMPLETE
