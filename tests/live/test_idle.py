"""Many people who only listen cost little."""

import asyncio
import base64
import json
import os
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from talk.conf import Conf
from talk.models import AccessToken, Conversation

from .client import id_of
from .sockets import in_thread, live

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc"),
]

SOCKETS = 2_000
#: One of so many listens; the others are only there.
LISTENER = 10
#: Sockets that are being opened at any time.
AT_ONCE = 20
CHANGES = """subscription ($id: ID!, $after: Int) {
    conversationChanges(id: $id, after: $after) { revision message { body } } }"""
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
)
TEXT, PING, PONG = 0x1, 0x9, 0xA


class Line(asyncio.Protocol):
    """A client of WebSocket that costs next to nothing: short frames, and no checks."""

    def __init__(self, bearer, subscription=None):
        self.first_words = [{"type": "connection_init", "payload": {"authorization": bearer}}]
        if subscription:
            self.first_words.append({"id": "1", "type": "subscribe", "payload": subscription})
        self.revision = 1
        self.is_there = False
        self.moved = asyncio.Event()
        self.lost = False
        self._received = b""
        self._open = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(HANDSHAKE.encode())

    def connection_lost(self, error):
        self.lost = True
        self.moved.set()

    def data_received(self, data):
        self._received += data
        if not self._open and b"\r\n\r\n" in self._received:
            head, self._received = self._received.split(b"\r\n\r\n", 1)
            assert b" 101 " in head, head
            self._open = True
            self._say(self.first_words[0])
        while self._open and (frame := self._frame()):
            self._hear(*frame)

    def _frame(self):
        """The next frame that is complete."""
        received = self._received
        start = 4 if len(received) > 1 and received[1] == 126 else 2
        if len(received) < start:
            return None
        length = int.from_bytes(received[2:4]) if start == 4 else received[1]
        if len(received) < start + length:
            return None
        self._received = received[start + length :]
        return received[0] & 0xF, received[start : start + length]

    def _hear(self, opcode, payload):
        if opcode == PING:
            self._send(PONG, payload)
        elif opcode == TEXT:
            message = json.loads(payload)
            match message["type"]:
                case "connection_ack":
                    for message in self.first_words[1:]:
                        self._say(message)
                    self.is_there = True
                    self.moved.set()
                case "ping":
                    self._say({"type": "pong"})
                case "next":
                    data = message["payload"]["data"]
                    self.revision = data["conversationChanges"]["revision"]
                    self.moved.set()

    def _say(self, message):
        self._send(TEXT, json.dumps(message).encode())

    def _send(self, opcode, payload):
        # A mask of zeros leaves the payload as it is.
        length = bytes([0x80 | len(payload)])
        if len(payload) > 125:
            length = bytes([0x80 | 126]) + len(payload).to_bytes(2)
        self.transport.write(bytes([0x80 | opcode]) + length + bytes(4) + payload)

    async def reach(self, revision):
        """Wait until it is there and, if it listens, was told of a revision, or lost."""
        while not ((self.is_there and self.revision >= revision) or self.lost):
            self.moved.clear()
            await self.moved.wait()


@live
async def test_two_thousand_idle_sockets_hold_and_hear(start_server, capsys):
    server = await in_thread(start_server)(RECONCILE_SECONDS="3600")
    users, bearers, group = await in_thread(people)()
    place = await in_thread(group.participation_of)(users[0])
    subscription = {"query": CHANGES, "variables": {"id": id_of(group), "after": 1}}
    few = asyncio.Semaphore(AT_ONCE)
    loop = asyncio.get_running_loop()
    before = kilobytes(server.process)

    async def listen(number):
        def line():
            bearer = bearers[number // Conf.MAX_USER_SOCKETS]
            return Line(bearer, None if number % LISTENER else subscription)

        async with few:
            _transport, found = await loop.create_connection(line, "127.0.0.1", server.port)
            await found.reach(1)
            return found

    lines = await asyncio.gather(*map(listen, range(SOCKETS)))
    try:
        await in_thread(place.send)("Is anybody there?")
        async with asyncio.timeout(60):
            await asyncio.gather(*(line.reach(2) for line in lines[::LISTENER]))
        each = (kilobytes(server.process) - before) / SOCKETS
        with capsys.disabled():
            print(f"\n  {SOCKETS} idle sockets: {each:.0f} kB each")  # noqa: T201
        heard = [line.revision for line in lines[::LISTENER]]
        lost = [line for line in lines if line.lost]
    finally:
        for line in lines:
            line.transport.abort()
        await asyncio.sleep(0)

    assert not lost
    assert heard == [2] * (SOCKETS // LISTENER)
    assert each < 75


def people():
    """As many as may have so many sockets, the bearer of each, and a group of them."""
    users = [
        get_user_model().objects.create(username=f"listener{number}")
        for number in range(SOCKETS // Conf.MAX_USER_SOCKETS)
    ]
    bearers = [f"Bearer {AccessToken.objects.issue(user, 'a test')[1]}" for user in users]
    return users, bearers, Conversation.objects.start_group(users[0], users[1:], "Crowd")


def kilobytes(process):
    """The memory that a process has."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * 4
