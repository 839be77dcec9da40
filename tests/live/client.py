"""A front end of somebody's: it asks over HTTP and listens on a WebSocket, at a real server."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from strawberry import relay
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ..plain import NO_CERTIFICATES
from .sockets import issue

#: Seconds within which everything here happens, or never.
PATIENCE = 10

CHANGES = """subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) {
    revision kind actor { username } message { number body }
    participation { status user { username } } conversation { title lastNumber }
} }"""
INBOX_CHANGES = """subscription ($after: String) { inboxChanges(after: $after) {
    cursor participation {
        status unreadCount lastReadNumber
        conversation { id kind title data lastNumber latestMessage { body } }
    }
} }"""
INBOX = "{ inbox { changesCursor edges { node { unreadCount conversation { id lastNumber } } } } }"
REVISION = "query ($id: ID!) { conversation(id: $id) { revision lastNumber } }"


class Refused(Exception):
    """A mutation answered with a refusal, or a stream ended with an error; its code."""


class Stream:
    """What one subscription hears."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def next(self, patience: float = PATIENCE) -> dict[str, Any]:
        """The next change. Raises `Refused` if the stream ends with an error instead."""
        message = await asyncio.wait_for(self.heard.get(), patience)
        payload = message.get("payload")
        if message["type"] == "error":
            raise Refused(payload[0]["extensions"]["code"])
        assert message["type"] == "next", message
        if "errors" in payload:
            complete = await asyncio.wait_for(self.heard.get(), PATIENCE)
            assert complete["type"] == "complete"
            raise Refused(payload["errors"][0]["extensions"]["code"])
        (change,) = payload["data"].values()
        return change

    async def take(self, number: int) -> list[dict[str, Any]]:
        return [await self.next() for _ in range(number)]

    async def until(self, revision: int) -> list[dict[str, Any]]:
        """All changes of a conversation up to a revision."""
        changes = [await self.next()]
        while changes[-1]["revision"] < revision:
            changes.append(await self.next())
        return changes

    async def last_word(self) -> str:
        """The code of the error that is all that comes, and after which nothing does."""
        try:
            change = await self.next()
        except Refused as refused:
            await self.is_silent()
            return str(refused)
        raise AssertionError(f"The stream went on: {change}")

    async def is_silent(self, seconds: float = 0.3) -> bool:
        with suppress(TimeoutError):
            message = await asyncio.wait_for(self.heard.get(), seconds)
            raise AssertionError(f"This was heard: {message}")
        return True


class FrontEnd:
    def __init__(self, address: str, http: httpx.AsyncClient, socket: ClientConnection) -> None:
        self.address = address
        self.http = http
        self.socket = socket
        self._streams: dict[str, Stream] = {}
        self._ids = itertools.count(1)

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data that answers, over HTTP."""
        answer = await self.http.post(
            self.address, json={"query": document, "variables": variables}
        )
        body = answer.json()
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    async def do(self, mutation: str, **input: Any) -> None:
        """A mutation by its name. Raises `Refused` if it is."""
        takes = f"{mutation[0].upper()}{mutation[1:]}Input"
        refusal = "{ ... on Refusal { code } }"
        document = f"mutation ($input: {takes}!) {{ {mutation}(input: $input) {refusal} }}"
        data = await self.ask(document, input=input)
        if "code" in data[mutation]:
            raise Refused(data[mutation]["code"])

    async def say(self, body: str, conversation: Any) -> None:
        await self.do("sendMessage", body=body, conversationId=id_of(conversation))

    @asynccontextmanager
    async def subscribe(self, document: str, **variables: Any) -> AsyncIterator[Stream]:
        key = str(next(self._ids))
        stream = self._streams[key] = Stream()
        payload = {"query": document, "variables": variables}
        await self._tell(id=key, type="subscribe", payload=payload)
        try:
            yield stream
        finally:
            del self._streams[key]
            with suppress(ConnectionClosed):
                await self._tell(id=key, type="complete")

    def changes(self, conversation: Any, after: int | None = None) -> Any:
        return self.subscribe(CHANGES, id=id_of(conversation), after=after)

    def inbox_changes(self, after: str | None = None) -> Any:
        return self.subscribe(INBOX_CHANGES, after=after)

    async def inbox(self) -> dict[str, Any]:
        inbox: dict[str, Any] = (await self.ask(INBOX))["inbox"]
        return inbox

    async def closed(self) -> int | None:
        """The code that the server closes the socket with."""
        await asyncio.wait_for(self.socket.wait_closed(), PATIENCE)
        return self.socket.close_code

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] == "ping":
                    await self._tell(type="pong")
                if stream := self._streams.get(message.get("id")):
                    stream.heard.put_nowait(message)

    async def _tell(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))


async def credentials(user: Any) -> dict[str, str]:
    """A header with a new token of somebody's."""
    return {"authorization": f"Bearer {await issue(user)}"}


@asynccontextmanager
async def front_end(server: Any, user: Any) -> AsyncIterator[FrontEnd]:
    """A front end that is signed in with a token of its own."""
    async with front_end_of(server, await credentials(user)) as found:
        yield found


@asynccontextmanager
async def front_end_of(server: Any, bearer: dict[str, str]) -> AsyncIterator[FrontEnd]:
    async with (
        httpx.AsyncClient(headers=bearer, timeout=PATIENCE, verify=NO_CERTIFICATES) as http,
        connect(server.ws_url, subprotocols=["graphql-transport-ws"], max_size=None) as socket,
    ):
        await socket.send(json.dumps({"type": "connection_init", "payload": bearer}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        found = FrontEnd(server.http_url, http, socket)
        listening = asyncio.create_task(found.listen())
        try:
            yield found
        finally:
            listening.cancel()
            await asyncio.wait([listening])


def id_of(node: Any) -> str:
    name = node._meta.object_name if node._meta.app_label == "talk" else "User"
    return relay.to_base64(name, node.pk)
