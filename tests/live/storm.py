"""Many people talk and listen at once, come and go, and count what they got."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ..plain import NO_CERTIFICATES
from .client import PATIENCE, Refused, credentials, front_end_of, id_of

LISTEN = """subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) {
    revision kind message { number body } participation { id status }
    conversation { title lastNumber }
} }"""
SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
    ... on SendMessagePayload { sent { number } } ... on Refusal { code }
} }"""
#: What a network, a server that dies and a database that is away look like to a client.
AWAY = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError, httpx.TransportError, EOFError)


class Away(Exception):
    """The server is there, and can't now."""


@dataclass
class Listener:
    """One person's page: what it shows, and what it got wrong."""

    user: Any
    position: int
    bodies: dict[int, str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    title: str = ""
    delivered: int = 0
    duplicated: int = 0
    skipped: int = 0
    longest_delay: float = 0.0
    streams: int = 0

    def take(self, change: dict[str, Any], sent_at: dict[str, float], since: float) -> None:
        self.delivered += 1
        self.duplicated += change["revision"] <= self.position
        self.skipped += max(change["revision"] - self.position - 1, 0)
        self.position = change["revision"]
        self.title = change["conversation"]["title"]
        if message := change["message"]:
            self.bodies[message["number"]] = message["body"]
            if message["body"] in sent_at:
                begun = max(sent_at[message["body"]], since)
                self.longest_delay = max(self.longest_delay, time.monotonic() - begun)
        if place := change["participation"]:
            self.statuses[place["id"]] = place["status"]


@dataclass
class Storm:
    """`writers` say `said` messages each at `servers`, while `listeners` come and go."""

    servers: Sequence[Any]
    conversation: Any
    writers: Sequence[Any]
    listeners: Sequence[Listener]
    said: int = 12
    size: int = 20
    pause: float = 0.1
    #: Messages that were sent, and when each was first tried to be.
    sent_at: dict[str, float] = field(default_factory=dict)
    tries: int = 0
    #: The last revision, once everything has happened.
    last: int | None = None

    async def rage(self, fault: Callable[[], Awaitable[None]], last: Callable[[], Any]) -> None:
        """Let `fault` happen in the middle of it; go on until all have heard `last()`."""
        listening = [asyncio.create_task(self._listen(each)) for each in self.listeners]
        writing = [asyncio.create_task(self._write(user)) for user in self.writers]
        await asyncio.sleep(0.5)
        await fault()
        await asyncio.gather(*writing)
        self.last = await last()
        await asyncio.wait_for(asyncio.gather(*listening), 40)

    async def _write(self, user: Any) -> None:
        bearer = await credentials(user)
        for number in range(self.said):
            body = f"{user} {number} ".ljust(self.size, ".")
            message = {"body": body, "conversationId": id_of(self.conversation)}
            message["clientId"] = str(uuid.uuid4())
            self.sent_at[body] = time.monotonic()
            while not await self._say(message, bearer):
                await asyncio.sleep(0.1)
            await asyncio.sleep(random.uniform(0, 2 * self.pause))

    async def _say(self, message: dict[str, str], bearer: dict[str, str]) -> bool:
        """Whether it was sent. What has no answer is sent again, with the same client id."""
        self.tries += 1
        server = random.choice(self.servers)
        body = {"query": SEND, "variables": {"input": message}}
        options: Any = {"headers": bearer, "timeout": PATIENCE, "verify": NO_CERTIFICATES}
        try:
            async with httpx.AsyncClient(**options) as http:
                answer = (await http.post(server.http_url, json=body)).json()
        except AWAY:
            return False
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["retryable"], answer
            return False
        assert "code" not in answer["data"]["sendMessage"], answer
        return True

    async def _listen(self, listener: Listener) -> None:
        bearer = await credentials(listener.user)
        while self.last is None or listener.position < self.last:
            try:
                await self._stream(listener, bearer)
            except (*AWAY, Away, AssertionError, Refused):
                await asyncio.sleep(0.1)

    async def _stream(self, listener: Listener, bearer: dict[str, str]) -> None:
        """One connection, for as long as it pleases; it ends without a word."""
        server, patience = random.choice(self.servers), random.uniform(0.3, 2.5)
        async with front_end_of(server, bearer) as front:
            variables = {"id": id_of(self.conversation), "after": listener.position}
            async with front.subscribe(LISTEN, **variables) as stream:
                since, listener.streams = time.monotonic(), listener.streams + 1
                while (left := since + patience - time.monotonic()) > 0:
                    change = await stream.next(left)
                    listener.take(change, self.sent_at, since)
                    if listener.position == self.last:
                        return

    def report(self, name: str) -> str:
        heard = self.listeners
        return (
            f"{name}: {len(self.sent_at)} sent in {self.tries} tries, "
            f"{sum(each.delivered for each in heard)} delivered "
            f"over {sum(each.streams for each in heard)} streams, "
            f"{sum(each.duplicated for each in heard)} duplicated, "
            f"{sum(each.skipped for each in heard)} lost, "
            f"longest delay {max(each.longest_delay for each in heard):.2f} s"
        )
