"""Who types is shown to the others for as long as it is so, and stored nowhere."""

from contextlib import asynccontextmanager

import pytest
from django.conf import settings
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest

from schema.authentication import Identity
from schema.authentication.context import Context
from schema.live import streams, typing_indicator, typists
from schema.live.hub import hub
from talk import wakeups
from talk.models import Block
from talk.privacy import erase

from .client import front_end, id_of
from .sockets import code_of, in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

TYPING = "subscription ($id: ID!) { typing(conversationId: $id) { users { username } } }"
SET_TYPING = """mutation ($id: ID!, $typing: Boolean! = true) {
    setTyping(input: {conversationId: $id, typing: $typing}) {
        ... on SetTypingPayload { typing } ... on Refusal { code } } }"""


@pytest.fixture(autouse=True)
def nobody_has_typed(monkeypatch):
    monkeypatch.setattr(typing_indicator, "_permits", {})


@asynccontextmanager
async def watching(user, conversation):
    """A socket of somebody who sees that nobody types."""
    async with signed_in(user, app=talk) as found:
        await found.subscribe(TYPING, id="typing", variables={"id": id_of(conversation)})
        assert await shown(found) == []
        yield found


async def shown(socket):
    """Who is shown as typing next."""
    message = await socket.hear()
    return [user["username"] for user in message["payload"]["data"]["typing"]["users"]]


async def type_in(socket, conversation, typing=True):
    variables = {"id": id_of(conversation), "typing": typing}
    (answer, _complete) = await socket.ask(SET_TYPING, variables=variables)
    return answer["payload"]["data"]["setTyping"]


@live
async def test_who_types_is_shown_to_the_others_until_they_stop(alice, bob, group):
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        assert await type_in(alices, group) == {"typing": True}
        assert await shown(bobs) == ["alice"]
        assert await type_in(alices, group, typing=False) == {"typing": False}
        assert await shown(bobs) == []


@live
async def test_nobody_is_shown_to_themselves(alice, bob, group):
    async with watching(alice, group) as alices, signed_in(alice, app=talk) as elsewhere:
        async with signed_in(bob, app=talk) as bobs:
            await type_in(elsewhere, group)
            await type_in(bobs, group)
            assert await shown(alices) == ["bob"]


@live
async def test_who_falls_silent_is_taken_out_by_the_server(alice, bob, group, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 0.5)
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == ["alice"]
        assert await shown(bobs) == []


@live
async def test_who_has_said_it_types_no_more(alice, bob, group):
    place = await in_thread(group.participation_of)(alice)
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == ["alice"]
        await in_thread(place.send)("hello")
        assert await shown(bobs) == []


@live
async def test_who_is_removed_is_shown_no_more_though_they_go_on(alice, bob, carol, group):
    place = await in_thread(group.participation_of)(alice)
    bobs_place = await in_thread(group.participation_of)(bob)
    async with watching(carol, group) as carols, signed_in(bob, app=talk) as bobs:
        await type_in(bobs, group)
        assert await shown(carols) == ["bob"]
        await in_thread(bobs_place.remove)(by=place)
        assert await shown(carols) == []
        # What his process remembers still lets him speak, but it is not shown.
        await type_in(bobs, group)
        assert await carols.receive_nothing(0.5)


@live
async def test_who_is_suspended_is_shown_no_more_though_they_go_on(bob, carol, group):
    place = await in_thread(group.participation_of)(bob)
    async with watching(carol, group) as carols, signed_in(bob, app=talk) as bobs:
        await type_in(bobs, group)
        assert await shown(carols) == ["bob"]
        await in_thread(place.suspend)()
        assert await shown(carols) == []
        await type_in(bobs, group)
        assert await carols.receive_nothing(0.5)


@live
async def test_who_is_blocked_is_shown_no_more_at_once(alice, bob, group, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 60)
    async with watching(alice, group) as alices, signed_in(bob, app=talk) as bobs:
        await type_in(bobs, group)
        assert await shown(alices) == ["bob"]
        await in_thread(Block.objects.block)(alice, bob)
        assert await shown(alices) == []
        await in_thread(Block.objects.unblock)(alice, bob)
        assert await shown(alices) == ["bob"]


@live
async def test_who_is_erased_is_shown_no_more(bob, carol, group):
    async with watching(carol, group) as carols, signed_in(bob, app=talk) as bobs:
        await type_in(bobs, group)
        assert await shown(carols) == ["bob"]
        await in_thread(transaction.atomic(erase))(bob, "He asked for it.")
        assert await shown(carols) == []


@live
async def test_the_stream_of_who_leaves_ends(alice, bob, group):
    place = await in_thread(group.participation_of)(bob)
    async with watching(bob, group) as bobs:
        await in_thread(place.leave)()
        assert code_of(await bobs.hear()) == "NOT_A_PARTICIPANT"
        assert (await bobs.hear())["type"] == "complete"


@live
async def test_only_who_takes_part_sees_and_says_who_types(alice, bob, dave, group):
    place = await in_thread(group.participation_of)(bob)
    await in_thread(place.leave)()
    for user, code in ((dave, "NOT_FOUND"), (bob, "NOT_A_PARTICIPANT")):
        async with signed_in(user, app=talk) as theirs:
            assert await type_in(theirs, group) == {"code": code}
            await theirs.subscribe(TYPING, variables={"id": id_of(group)})
            assert code_of(await theirs.hear()) == code


@live
async def test_saying_it_often_tells_it_once_and_asks_no_database(
    alice, bob, group, monkeypatch, settings
):
    # The timer that compares revisions asks the database, too, if this takes long.
    settings.TALK = {**settings.TALK, "RECONCILE_SECONDS": 100}
    told, asked = [], []
    say, execute = wakeups.send, CursorWrapper.execute

    async def counted(*args):
        told.append(args)
        await say(*args)

    def noted(self, *args):
        asked.extend(args[:1])
        return execute(self, *args)

    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == ["alice"]
        monkeypatch.setattr(wakeups, "send", counted)
        monkeypatch.setattr(CursorWrapper, "execute", noted)
        for _ in range(10):
            await type_in(alices, group)
        assert not told
        monkeypatch.setattr(typing_indicator, "QUIET_SECONDS", 0.0)
        for _ in range(10):
            await type_in(alices, group, typing=True)
            await type_in(alices, group, typing=False)
        assert len(told) == 20
        while await shown(bobs):
            pass

    # Sockets look at their credentials, and whom they blocked, whatever is said on them.
    looks = [each for each in asked if "talk_accesstoken" in each]
    blocks = [each for each in asked if "talk_block" in each]
    assert [each for each in asked if each not in (*looks, *blocks)] == []
    assert len(blocks) <= len(looks)


@live
async def test_all_who_see_the_same_are_answered_by_one_execution(alice, bob, group, monkeypatch):
    executed = []
    execute = streams.Stream.execute
    monkeypatch.setattr(
        streams,
        "_execute_in_thread",
        in_thread(lambda *args: executed.append(args) or execute(*args)),
    )
    async with (
        watching(bob, group) as one,
        watching(bob, group) as two,
        watching(bob, group) as three,
        signed_in(alice, app=talk) as alices,
    ):
        executed.clear()
        await type_in(alices, group)
        for each in (one, two, three):
            assert await shown(each) == ["alice"]

    assert len(executed) == 1


@live
async def test_who_comes_sees_at_once_what_is_known_here(alice, bob, carol, group):
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == ["alice"]
        async with signed_in(carol, app=talk) as carols:
            await carols.subscribe(TYPING, variables={"id": id_of(group)})
            assert await shown(carols) == ["alice"]


@live
async def test_nothing_is_kept_of_it(alice, bob, group):
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == ["alice"]
    assert not hub().indicators._until
    assert not typists.conversations().typists


@pytest.mark.skipif(not settings.REDIS_URL, reason="many processes need REDIS_URL")
@live
async def test_it_is_shown_at_every_process(start_server, alice, bob, group):
    here = await in_thread(start_server)()
    there = await in_thread(start_server)()
    async with front_end(here, alice) as alices, front_end(there, bob) as bobs:
        async with bobs.subscribe(TYPING, id=id_of(group)) as stream:
            assert await stream.next() == {"users": []}
            await alices.do("setTyping", conversationId=id_of(group))
            assert await stream.next() == {"users": [{"username": "alice"}]}
            await alices.say("hello", group)
            assert await stream.next() == {"users": []}


@live
async def test_nobody_is_shown_to_who_blocked_them(alice, bob, carol, group):
    await in_thread(Block.objects.block)(alice, bob)
    async with watching(alice, group) as alices, signed_in(bob, app=talk) as bobs:
        async with signed_in(carol, app=talk) as carols:
            await type_in(bobs, group)
            await type_in(carols, group)
            assert await shown(alices) == ["carol"]


def test_permits_that_have_expired_are_dropped_when_there_are_many(monkeypatch):
    monkeypatch.setattr(typing_indicator, "MOST_PERMITS", 3)
    permits = typing_indicator._permits
    for person, until in enumerate([10.0, 30.0, 10.0]):
        permits[person, 1] = typing_indicator.Permit(until)

    typing_indicator._drop_old(now=20.0)

    assert list(permits) == [(1, 1)]


def test_all_permits_are_dropped_when_too_many_people_type(monkeypatch):
    """Each of these people is checked once more. The memory for permits has a limit."""
    monkeypatch.setattr(typing_indicator, "MOST_PERMITS", 3)
    permits = typing_indicator._permits
    for person in range(3):
        permits[person, 1] = typing_indicator.Permit(until=30.0)

    typing_indicator._drop_old(now=20.0)

    assert not permits


async def no_changes():
    return
    yield


@live
async def test_a_stream_that_begins_knows_who_left_although_another_is_behind(alice, bob, group):
    """The other one has not heard of it, and skips it after the next change of this one."""
    place = await in_thread(group.participation_of)(alice)
    context = Context(HttpRequest(), Identity(bob))
    await in_thread(context.look_up_blocks)()
    async with typists.conversations().watch(group.pk) as watched:
        hub().indicators.show(watched.topic, str(alice.pk), 60)
        assert (await watched.shown_to(context)).users == [alice]
        await in_thread(place.leave)()

        await watched.follow(no_changes())

        assert (await watched.shown_to(context)).users == []
