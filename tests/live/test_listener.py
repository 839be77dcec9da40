"""A listener notices that the channel layer is away, and joins its groups when it is back."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import pytest

from schema.live import listener

from .sockets import live

CHANNEL = "the channel"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(listener, "ECHO_SECONDS", 0.02)
    monkeypatch.setattr(listener, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(listener, "LAYER_TIMEOUT", 0.1)


class Layer:
    """A channel layer with one channel, which breaks as a test wants."""

    def __init__(self):
        self.groups = set()
        self.messages = asyncio.Queue()
        #: The method that fails, and how often it still does.
        self.failing, self.failures = "", 0
        #: Whether it drops messages without an error, as the Redis layer does in an outage.
        self.loses_messages = False
        self.channels = itertools.count()

    def _fail(self, method):
        if method == self.failing and self.failures:
            self.failures -= 1
            raise ConnectionError

    async def new_channel(self, prefix):
        self._fail("new_channel")
        return f"{CHANNEL} {next(self.channels)}"

    async def group_add(self, group, channel):
        self._fail("group_add")
        self.groups.add(group)

    async def group_discard(self, group, channel):
        self._fail("group_discard")
        self.groups.discard(group)

    async def send(self, channel, message):
        assert channel == f"{CHANNEL} 0"
        if not self.loses_messages:
            await self.messages.put(message)

    async def receive(self, channel):
        message = await self.messages.get()
        self._fail("receive")
        return message


class Heard(listener.Listener):
    """A listener, and what it has passed on."""

    def __init__(self):
        self.received, self.gaps = [], 0
        super().__init__(self._take, self._count_gap)

    def _take(self, message):
        if message.get("broken"):
            raise KeyError
        self.received.append(message["text"])

    def _count_gap(self):
        self.gaps += 1


@asynccontextmanager
async def listening(monkeypatch, *, to=None):
    """A started listener to a layer that works, or `to` another one."""
    layer = to or Layer()
    monkeypatch.setattr(listener, "get_channel_layer", lambda: layer)
    found = Heard()
    found.start()
    try:
        await until(lambda: not found.is_disconnected)
        yield layer, found
    finally:
        found.stop()


async def until(is_so):
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.005)


@live
async def test_a_layer_that_loses_messages_is_noticed_and_joined_anew(monkeypatch, caplog):
    async with listening(monkeypatch) as (layer, found):
        await found.join(["left meanwhile", "kept"])
        layer.loses_messages = True
        await until(lambda: found.is_disconnected)
        await found.leave(["left meanwhile"])
        await found.join(["joined meanwhile"])
        assert layer.groups == {"left meanwhile", "kept"}
        gaps = found.gaps

        layer.loses_messages = False
        await until(lambda: not found.is_disconnected)

        assert layer.groups == {"kept", "joined meanwhile"}
        assert found.gaps > gaps, "messages may have been lost"
    assert "no echo comes" in caplog.text
    assert "The channel layer is back" in caplog.text


@pytest.mark.parametrize("method", ["group_add", "group_discard"])
@live
async def test_a_group_that_the_layer_did_not_take_is_taken_when_it_is_back(monkeypatch, method):
    async with listening(monkeypatch) as (layer, found):
        await found.join(["before"])
        layer.failing, layer.failures = method, 1

        await found.join(["after"])
        await found.leave(["before"])
        assert found.is_disconnected
        await until(lambda: not found.is_disconnected)

        assert layer.groups == {"after"}


@live
async def test_a_listener_that_receives_an_error_listens_again(monkeypatch, caplog):
    async with listening(monkeypatch) as (layer, found):
        gaps = found.gaps
        layer.failing, layer.failures = "receive", 1
        await until(lambda: found.gaps > gaps)

        await layer.messages.put({"text": "hello"})
        await until(lambda: found.received)

        assert found.received == ["hello"]
    assert "listening failed" in caplog.text


@live
async def test_a_layer_that_is_away_at_the_start_is_listened_to_later(monkeypatch):
    layer = Layer()
    layer.failing, layer.failures = "new_channel", 3

    async with listening(monkeypatch, to=layer) as (_layer, found):
        await layer.messages.put({"text": "hello"})
        await until(lambda: found.received)


@live
async def test_a_message_that_is_not_understood_does_not_keep_the_next_one_away(
    monkeypatch, caplog
):
    async with listening(monkeypatch) as (layer, found):
        await layer.messages.put({"broken": True})
        await layer.messages.put({"text": "hello"})
        await until(lambda: found.received)

        assert not found.is_disconnected
    assert "A wake-up was not understood" in caplog.text


@live
async def test_without_a_channel_layer_nothing_is_listened_to(monkeypatch):
    monkeypatch.setattr(listener, "get_channel_layer", lambda: None)
    found = Heard()

    found.start()
    await found.join(["a group"])
    await found.leave(["a group"])

    assert found.is_disconnected, "changes are found by comparing"
    found.stop()
