"""A small schema behind the real consumer, and a socket to it on which raw frames are sent."""

import asyncio
import functools
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import strawberry
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.db import OperationalError
from django.urls import path

from schema import schema as talk_schema
from schema.authentication.context import Info
from schema.consumer import GraphQLConsumer
from schema.execution import Schema
from schema.live.feeds import feeds
from schema.live.hub import hub
from schema.live.topics import inbox_topic
from talk.exceptions import MessagingPermissionDenied, RefusalCode, ResyncRequired
from talk.models import AccessToken

from ..plain import without_request_id

#: Streams of `count` that have not ended.
running: set[int] = set()


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: Info) -> str:
        return info.context.viewer.get_username()

    @strawberry.field
    def twice(self, number: int) -> int:
        return 2 * number

    @strawberry.field
    def crash(self) -> str | None:
        raise RuntimeError("an internal detail")

    @strawberry.field
    def slow(self, seconds: float) -> bool:
        time.sleep(seconds)
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(
        self, info: Info, to: int = 3, end: str = "", pause: float = 0.01
    ) -> AsyncGenerator[int, None]:
        running.add(id(info))
        try:
            for number in range(to):
                yield number
                await asyncio.sleep(pause)
            if end:
                raise ENDS[end]
        finally:
            running.discard(id(info))


class ReadOnly(Exception):
    sqlstate = "25006"


READ_ONLY = OperationalError("an internal detail")
READ_ONLY.__cause__ = ReadOnly()
ENDS = {
    "refused": MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT),
    "resync": ResyncRequired(),
    "crash": RuntimeError("an internal detail"),
    "down": OperationalError("an internal detail"),
    "read-only": READ_ONLY,
}

application = URLRouter(
    [path("graphql", GraphQLConsumer.as_asgi(schema=Schema(Query, subscription=Subscription)))]
)
#: The real schema behind the same consumer.
talk = URLRouter([path("graphql", GraphQLConsumer.as_asgi(schema=talk_schema))])


class Socket(WebsocketCommunicator):
    # Those of Channels keep database connections open, which here are of many threads.
    send_input = ApplicationCommunicator.send_input
    receive_output = ApplicationCommunicator.receive_output

    async def say(self, message):
        await self.send_to(text_data=message if isinstance(message, str) else json.dumps(message))

    async def subscribe(self, query, id="1", **rest):
        await self.say({"id": id, "type": "subscribe", "payload": {"query": query, **rest}})

    async def hear(self, timeout=3):
        """The next message, or the code that the socket is closed with."""
        event = await self.receive_output(timeout)
        if event["type"] == "websocket.close":
            return event["code"]
        return json.loads(event["text"])

    async def ask(self, query, **rest):
        """The messages that answer one operation."""
        await self.subscribe(query, **rest)
        answers = [await self.hear()]
        while answers[-1]["type"] == "next":
            answers.append(await self.hear())
        return answers

    async def init(self, payload=None):
        given = {} if payload is None else {"payload": payload}
        await self.say({"type": "connection_init", **given})
        return await self.hear()


@asynccontextmanager
async def socket(headers=(), protocols=("graphql-transport-ws",), app=application):
    """A socket that is accepted; all that belongs to it has ended in the end."""
    found = Socket(app, "/graphql", headers=list(headers), subprotocols=list(protocols))
    accepted, protocol = await found.connect(timeout=3)
    assert accepted
    assert protocol in (None, *protocols)
    try:
        yield found
    finally:
        await found.disconnect(timeout=3)
    assert not running


@asynccontextmanager
async def signed_in(user, app=application):
    secret = await issue(user)
    async with socket(app=app) as found:
        assert await found.init({"authorization": f"Bearer {secret}"}) == {"type": "connection_ack"}
        yield found


async def issue(user):
    _token, secret = await in_thread(AccessToken.objects.issue)(user, "a test")
    return secret


def in_thread(function):
    """`function`, awaitable, in a thread that leaves no database connection behind."""
    return database_sync_to_async(function, thread_sensitive=False)


def code_of(message):
    """The code of the one error in a message of type `error`, or in the payload of a `next`."""
    payload = message["payload"]
    (error,) = payload if message["type"] == "error" else payload["errors"]
    return error["extensions"]["code"]


def answer_to(message):
    """The answer in the message `next` of a query or mutation, without the id of its request."""
    assert message["type"] == "next"
    return without_request_id(message["payload"])[0]


def live(test):
    """Run an async test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(test(*args, **kwargs))

    return run


async def begun(count):
    """Wait until so many streams of conversations are live: all that happens then is heard."""
    await _until(lambda: sum(reader.is_live for reader in _readers()) >= count)


async def inbox_begun(user):
    """Wait until a stream of this person's inbox is asleep: all that happens then is heard."""
    topic = inbox_topic(user.pk)
    await _until(lambda: any(each._waiter for each in hub()._wakeups.get(topic, ())))


def _readers():
    return [reader for feed in feeds()._feeds.values() for reader in feed.readers]


async def _until(is_so):
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.02)
