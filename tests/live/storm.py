"""Many people talk and listen at once, come and go, and count what they got."""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ..plain import NO_CERTIFICATES
from .client import PATIENCE, Refused, credentials, front_end_of, id_of

SAID = """fragment Said on Message {
    id number revision kind body removal editedAt edits(first: 3) { edges { node { body } } }
    reactions { emoji count viewerReacted users(first: 3) { username } } pinnedAt
}"""
LISTEN = f"""subscription ($id: ID!, $after: Int) {{ conversationChanges(id: $id, after: $after) {{
    revision kind message {{ ...Said }} participation {{ id status }}
    conversation {{ title lastNumber }}
}} }} {SAID}"""
PAGE = f"""query ($id: ID!, $after: String) {{ conversation(id: $id) {{
    messages(after: $after, first: 50) {{
        edges {{ node {{ ...Said }} }} pageInfo {{ hasNextPage endCursor }}
    }}
}} }} {SAID}"""
#: What writers do, and the message in the payload.
DO = {
    "sendMessage": "sent",
    "editMessage": "edited",
    "retractMessage": "retracted",
    "react": "reacted",
    "unreact": "unreacted",
    "pinMessage": "pinned",
    "unpinMessage": "unpinned",
}
#: What they do with messages of each other.
WITH_OTHERS = {"react", "unreact", "pinMessage", "unpinMessage"}
#: What a network, a server that dies and a database that is away look like to a client.
AWAY = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError, httpx.TransportError, EOFError)


class Away(Exception):
    """The server is there, and can't now."""


@dataclass
class Listener:
    """One person's page: what it shows, and what it got wrong."""

    user: Any
    position: int
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
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
            known = self.messages.get(message["number"])
            if not known or known["revision"] <= message["revision"]:
                self.messages[message["number"]] = message
            if message["body"] in sent_at:
                begun = max(sent_at[message["body"]], since)
                self.longest_delay = max(self.longest_delay, time.monotonic() - begun)
        if place := change["participation"]:
            self.statuses[place["id"]] = place["status"]


@dataclass
class Storm:
    """`writers` say `said` messages each at `servers`, while `listeners` come and go.

    They edit and take back some of their messages, and react to those of each other and pin them.
    """

    servers: Sequence[Any]
    conversation: Any
    writers: Sequence[Any]
    listeners: Sequence[Listener]
    said: int = 12
    size: int = 20
    pause: float = 0.1
    #: Texts that were sent or edited, and when each was first tried to be.
    sent_at: dict[str, float] = field(default_factory=dict)
    #: What each message says now, by its id. Only its author changes that.
    bodies: dict[str, str] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
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
            message = {"conversationId": id_of(self.conversation), "clientId": str(uuid.uuid4())}
            body = self._body(f"{user} {number} ")
            sent = await self._do("sendMessage", bearer, body=body, **message)
            self.bodies[sent] = body
            await self._change(sent, f"{user} {number}, changed ", bearer)
            await asyncio.sleep(random.uniform(0, 2 * self.pause))

    async def _change(self, own: str, changed: str, bearer: dict[str, str]) -> None:
        """Edit or take back an own message, or react to any or pin it."""
        chances = {"edit": 3, "retract": 1, "react": 3, "pin": 2, "nothing": 2}
        what = random.choices([*chances], [*chances.values()])[0]
        if what == "edit":
            body = self._body(changed)
            await self._do("editMessage", bearer, message=own, body=body)
            self.bodies[own] = body
        elif what == "retract":
            await self._do("retractMessage", bearer, message=own)
            self.bodies[own] = ""
        elif what == "react":
            verb, emoji = random.choice(["react", "react", "unreact"]), random.choice("👍🎉")
            await self._do(verb, bearer, message=self._any(), emoji=emoji)
        elif what == "pin":
            verb = random.choice(["pinMessage", "pinMessage", "unpinMessage"])
            await self._do(verb, bearer, message=self._any())

    def _any(self) -> str:
        """The id of a message that has words, as far as its author has told."""
        return random.choice([each for each, body in self.bodies.items() if body])

    def _body(self, text: str) -> str:
        body = text.ljust(self.size, ".")
        self.sent_at[body] = time.monotonic()
        return body

    async def _do(self, verb: str, bearer: dict[str, str], **input: str) -> str:
        """The id of the message. What has no answer is done again, in the same words."""
        name = f"{verb[0].upper()}{verb[1:]}"
        payload = f"... on {name}Payload {{ {DO[verb]} {{ id }} }} ... on Refusal {{ code }}"
        document = f"mutation ($input: {name}Input!) {{ {verb}(input: $input) {{ {payload} }} }}"
        while (answer := await self._try(document, input, bearer)) is None:
            await asyncio.sleep(0.1)
        self.done[verb] += 1
        if answer[verb].get("code") == "NOT_FOUND" and verb in WITH_OTHERS:
            # Its author was faster, and took it back.
            return input["message"]
        found: str = answer[verb][DO[verb]]["id"]
        return found

    async def _try(
        self, document: str, input: dict[str, str], bearer: dict[str, str]
    ) -> dict[str, Any] | None:
        """The data that answers, or None if there is no answer."""
        self.tries += 1
        server = random.choice(self.servers)
        body = {"query": document, "variables": {"input": input}}
        options: Any = {"headers": bearer, "timeout": PATIENCE, "verify": NO_CERTIFICATES}
        try:
            async with httpx.AsyncClient(**options) as http:
                answer = (await http.post(server.http_url, json=body)).json()
        except AWAY:
            return None
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["retryable"], answer
            return None
        data: dict[str, Any] = answer["data"]
        return data

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
            f"{name}: {dict(self.done)} in {self.tries} tries, "
            f"{sum(each.delivered for each in heard)} delivered "
            f"over {sum(each.streams for each in heard)} streams, "
            f"{sum(each.duplicated for each in heard)} duplicated, "
            f"{sum(each.skipped for each in heard)} lost, "
            f"longest delay {max(each.longest_delay for each in heard):.2f} s"
        )
