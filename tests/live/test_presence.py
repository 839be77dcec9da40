"""Who is there is shown to those who share a conversation with them, if they want it shown."""

import time
from contextlib import asynccontextmanager

import pytest
from django.conf import settings

from schema.live import presence
from schema.live.hub import hub
from talk import wakeups
from talk.models import Block
from talk.privacy import erase

from .client import front_end, id_of
from .sockets import code_of, in_thread, live, signed_in, talk

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

PRESENCE = """subscription ($users: [ID!]!, $visible: Boolean! = false) {
    presence(users: $users, visible: $visible) { users { username } } }"""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(presence, "QUIET_SECONDS", 0.05)


@asynccontextmanager
async def watching(user, *people):
    async with signed_in(user, app=talk) as found:
        await found.subscribe(PRESENCE, variables={"users": [id_of(each) for each in people]})
        yield found


@asynccontextmanager
async def visible(user):
    """A socket of somebody who is shown, and watches nobody."""
    async with signed_in(user, app=talk) as found:
        await found.subscribe(PRESENCE, variables={"users": [], "visible": True})
        assert await shown(found) == []
        yield found


async def shown(socket):
    message = await socket.hear()
    return [user["username"] for user in message["payload"]["data"]["presence"]["users"]]


@live
async def test_who_is_there_is_shown_to_who_comes_and_taken_out_when_they_go(alice, bob, group):
    async with visible(bob):
        async with watching(alice, bob) as alices:
            assert await shown(alices) == ["bob"]
    async with watching(alice, bob) as alices:
        assert await shown(alices) == []
        async with visible(bob):
            assert await shown(alices) == ["bob"]
        assert await shown(alices) == []


@live
async def test_nobody_is_shown_who_did_not_ask_for_it(alice, bob, group):
    async with watching(bob, alice), watching(alice, bob) as alices:
        assert await shown(alices) == []
        assert await alices.receive_nothing(0.5)


@live
async def test_nobody_is_shown_to_who_shares_no_conversation(alice, bob, dave, group):
    place = await in_thread(group.participation_of)(bob)
    await in_thread(place.leave)()
    async with visible(bob), visible(dave), watching(alice, bob, dave) as alices:
        assert await shown(alices) == []
        assert await alices.receive_nothing(0.5)


@live
async def test_who_comes_to_share_none_is_shown_no_more(alice, bob, group, monkeypatch):
    monkeypatch.setattr(presence, "CHECK_SECONDS", 0.3)
    place = await in_thread(group.participation_of)(bob)
    async with visible(bob), watching(alice, bob) as alices:
        assert await shown(alices) == ["bob"]
        await in_thread(place.leave)()
        assert await shown(alices) == []


@pytest.mark.parametrize("act", ["leave", "remove", "block", "erase"])
@live
async def test_it_ends_with_what_permits_it(alice, bob, group, act):
    acts = {
        "leave": lambda: group.participation_of(alice).leave(),
        "remove": lambda: group.participation_of(bob).remove(),
        "block": lambda: Block.objects.block(bob, alice),
        "erase": lambda: erase(bob, "He asked for it."),
    }
    async with visible(bob), watching(alice, bob) as alices:
        assert await shown(alices) == ["bob"]
        # The first look at the database is over, and the next one is far away.
        assert await alices.receive_nothing(0.3)
        await in_thread(acts[act])()
        assert await shown(alices) == []


@live
async def test_who_is_there_twice_is_there_until_the_last_goes(alice, bob, group):
    async with watching(alice, bob) as alices:
        assert await shown(alices) == []
        async with visible(bob):
            assert await shown(alices) == ["bob"]
            async with visible(bob):
                pass
            # And at another process, which says so for itself.
            await say_there(bob, "another", 30)
            await say_there(bob, "another", 0)
            assert await alices.receive_nothing(0.5)
        assert await shown(alices) == []


@live
async def test_who_is_at_a_process_that_died_is_taken_out_by_the_time(alice, bob, group):
    async with watching(alice, bob) as alices:
        assert await shown(alices) == []
        await say_there(bob, "another", 0.5)
        assert await shown(alices) == ["bob"]
        assert await shown(alices) == []


@live
async def test_however_many_ask_it_is_told_once_in_a_while(alice, bob, group, monkeypatch):
    monkeypatch.setattr(presence, "QUIET_SECONDS", 1.0)
    told = []
    say = wakeups.send

    async def counted(name, content):
        told.extend(["indicator"] if "indicator" in content else [])
        await say(name, content)

    async with visible(bob):
        monkeypatch.setattr(wakeups, "send", counted)
        begun = time.monotonic()
        for _ in range(5):
            async with watching(alice, bob) as alices:
                while await shown(alices) != ["bob"]:
                    pass
        took = time.monotonic() - begun
    assert 1 <= len(told) <= took + 2


@live
async def test_a_stream_shows_at_most_a_hundred_people(alice, bob):
    async with signed_in(alice, app=talk) as alices:
        await alices.subscribe(PRESENCE, variables={"users": [id_of(bob)] * 101})
        assert code_of(await alices.hear()) == "TOO_MANY_PARTICIPANTS"
        await alices.subscribe(PRESENCE, id="2", variables={"users": ["nonsense"]})
        await alices.hear()
        assert code_of(await alices.hear()) == "INVALID_ID"


@live
async def test_nothing_is_kept_of_it(alice, bob, group):
    async with visible(bob), watching(alice, bob) as alices:
        assert await shown(alices) == ["bob"]
    assert not hub().indicators._until
    assert not presence._heartbeats()._tasks


async def say_there(user, process, seconds):
    indicator = ["presence", str(user.pk), process, seconds]
    await wakeups.send(wakeups.presence_group(user.pk), {"indicator": indicator})


@pytest.mark.skipif(not settings.REDIS_URL, reason="many processes need REDIS_URL")
@live
async def test_it_is_shown_at_every_process(start_server, alice, bob, group):
    here = await in_thread(start_server)()
    there = await in_thread(start_server)()
    async with front_end(here, alice) as alices, front_end(there, bob) as bobs:
        async with bobs.subscribe(PRESENCE, users=[], visible=True) as his:
            assert await his.next() == {"users": []}
            async with alices.subscribe(PRESENCE, users=[id_of(bob)]) as stream:
                while await stream.next() != {"users": [{"username": "bob"}]}:
                    pass
                await bobs.socket.close()
                assert await stream.next() == {"users": []}


@live
async def test_nobody_is_shown_to_whom_they_blocked(alice, bob, carol, group):
    await in_thread(Block.objects.block)(bob, alice)
    async with visible(bob), visible(carol), watching(alice, bob, carol) as alices:
        assert await shown(alices) == ["carol"]
        assert await alices.receive_nothing(0.5)
