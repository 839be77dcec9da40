"""A client that reads slowly is waited for, costs little meanwhile, and holds up nobody."""

import asyncio

import pytest

from schema.live import feeds
from schema.transport import backpressure as flow
from schema.transport import open_connections as connections
from schema.transport import protocol
from schema.transport.open_connections import open_connections

from .client import CHANGES, id_of
from .sockets import answer_to, in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)


@live
async def test_a_client_that_answers_no_ping_is_waited_for(monkeypatch, alice, bob, group):
    monkeypatch.setattr(flow, "WINDOW", 4_000)
    monkeypatch.setattr(feeds, "BACKLOG", 3)
    said = 40
    place = await in_thread(group.participation_of)(alice)

    async with signed_in(alice, talk) as slow, signed_in(bob, talk) as quick:
        for each in (slow, quick):
            await each.subscribe(CHANGES, variables={"id": id_of(group), "after": 1})
        await asyncio.sleep(0.1)
        for number in range(said):
            await in_thread(place.send)(f"{number} " + "x" * 200)
        heard = await listen(quick, said, pong=True)
        unread = await listen(slow, said, pong=False)
        assert 0 < len(unread) < said / 2, "it gets no more than its window"

        await slow.say({"type": "pong"})
        await slow.say({"type": "pong"})
        caught_up = unread + await listen(slow, said - len(unread), pong=True)

    assert heard == caught_up == list(range(2, said + 2))


@live
async def test_a_client_that_never_answers_is_closed(monkeypatch, alice, group):
    monkeypatch.setattr(connections, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(protocol, "PING_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "PONG_SECONDS", 0.2)

    async with signed_in(alice, talk) as alices:
        assert await alices.hear() == {"type": "ping"}
        assert await alices.hear() == 4504


@live
async def test_a_client_that_answers_is_kept_while_something_runs(monkeypatch, alice, group):
    monkeypatch.setattr(connections, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(protocol, "PING_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "PONG_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "IDLE_SECONDS", 0.3)

    async with signed_in(alice, talk) as alices:
        await alices.subscribe(CHANGES, variables={"id": id_of(group)})
        for _ in range(5):
            assert await alices.hear() == {"type": "ping"}
            await alices.say({"type": "pong"})
        await alices.say({"type": "complete", "id": "1"})
        while (heard := await alices.hear()) == {"type": "ping"}:
            await alices.say({"type": "pong"})

    assert heard == 1000, "and then it is idle"


@live
async def test_one_user_has_so_many_sockets_and_no_more(settings, alice, bob):
    settings.TALK = {**settings.TALK, "MAX_USER_SOCKETS": 2}

    async with signed_in(alice), signed_in(alice), signed_in(bob), signed_in(alice) as third:
        assert await third.hear() == 4429
    async with signed_in(alice), signed_in(alice) as another:
        assert answer_to((await another.ask("{ me }"))[0]) == {"data": {"me": "alice"}}
    assert not open_connections()._users
    assert not open_connections()._counts


async def listen(socket, most, pong):
    """The revisions that are heard, at most so many, until nothing comes."""
    revisions = []
    while len(revisions) < most:
        # A client that answers gets all of them, on a busy machine too.
        if await socket.receive_nothing(timeout=10 if pong else 0.5):
            break
        message = await socket.hear()
        if message["type"] == "ping":
            if pong:
                await socket.say({"type": "pong"})
        else:
            revisions.append(message["payload"]["data"]["conversationChanges"]["revision"])
    return revisions


@live
async def test_many_that_wait_for_room_take_it_one_by_one(monkeypatch):
    monkeypatch.setattr(flow, "WINDOW", 100)
    sent = []

    async def send(text):
        sent.append(text)

    client = flow.FlowControl(send)
    sending = [asyncio.create_task(client.send("é" * 50)) for _ in range(5)]
    for answers in range(5):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert sent == ["é" * 50, flow.PING] * (answers + 1)
        client.pong()
    await asyncio.gather(*sending)


@live
async def test_a_pong_that_answers_no_ping_acknowledges_nothing(monkeypatch):
    monkeypatch.setattr(flow, "WINDOW", 10)
    sent = []

    async def send(text):
        sent.append(text)

    client = flow.FlowControl(send)
    client.pong()
    await client.send("x" * 20)
    waiting = asyncio.create_task(client.send("y"))
    await asyncio.sleep(0.01)
    assert sent == ["x" * 20, flow.PING]

    client.pong()
    await waiting
    assert sent[-1] == "y"
