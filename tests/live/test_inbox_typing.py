"""Who types in the conversations of an inbox is shown in one stream, to whom may know it."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from django.conf import settings
from django.db.backends.utils import CursorWrapper

from schema.live import streams, typing_indicator, typists
from schema.live.hub import hub
from schema.live.topics import typing_topic
from talk.models import Block, Conversation

from .client import front_end, id_of
from .sockets import code_of, in_thread, live, signed_in, talk
from .test_typing import shown as shown_alone
from .test_typing import type_in
from .test_typing import watching as watching_alone

pytestmark = pytest.mark.django_db(transaction=True)

INBOX_TYPING = """subscription ($ids: [ID!]!) {
    inboxTyping(conversationIds: $ids) { conversationId users { username } } }"""


@pytest.fixture(autouse=True)
def nobody_has_typed(monkeypatch):
    monkeypatch.setattr(typing_indicator, "_permits", {})


@pytest.fixture
def dinner(alice, bob, carol):
    return Conversation.objects.start_group(alice, [bob, carol], "Dinner")


@asynccontextmanager
async def watching(user, *conversations):
    """A socket of somebody who sees who types in these conversations."""
    async with signed_in(user, app=talk) as found:
        ids = [id_of(each) for each in conversations]
        await found.subscribe(INBOX_TYPING, id="typing", variables={"ids": ids})
        await begun(conversations)
        yield found


async def begun(conversations):
    """Wait until this process listens to the signs in these conversations."""
    listener = hub().listener
    groups = {group for each in conversations for group in typing_topic(each.pk).groups()}
    while not groups <= set(listener._groups):
        await asyncio.sleep(0.01)
    while listener.is_disconnected or listener._changing.locked():
        await asyncio.sleep(0.01)
    # Then it is looked up whether the viewer takes part.
    await asyncio.sleep(0.1)


async def shown(socket):
    """The conversation of the next result, and who is shown as typing there."""
    message = await socket.hear()
    result = message["payload"]["data"]["inboxTyping"]
    return result["conversationId"], [user["username"] for user in result["users"]]


@live
async def test_who_types_is_shown_with_the_conversation(alice, bob, group, dinner):
    async with watching(bob, group, dinner) as bobs, signed_in(alice, app=talk) as alices:
        assert await bobs.receive_nothing(0.3), "nothing as long as nobody types"
        await type_in(alices, dinner)
        assert await shown(bobs) == (id_of(dinner), ["alice"])
        await type_in(alices, group)
        assert await shown(bobs) == (id_of(group), ["alice"])
        await type_in(alices, dinner, typing=False)
        assert await shown(bobs) == (id_of(dinner), [])


@live
async def test_who_falls_silent_is_taken_out_by_the_server(alice, bob, group, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 0.5)
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        for _again in range(2):
            await type_in(alices, group)
            assert await shown(bobs) == (id_of(group), ["alice"])
            assert await shown(bobs) == (id_of(group), [])
            monkeypatch.setattr(typing_indicator, "QUIET_SECONDS", 0.0)


@live
async def test_who_has_said_it_types_no_more(alice, bob, group):
    place = await in_thread(group.participation_of)(alice)
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == (id_of(group), ["alice"])
        await in_thread(place.send)("hello")
        assert await shown(bobs) == (id_of(group), [])


@live
async def test_nobody_is_shown_to_themselves(alice, bob, group):
    async with watching(alice, group) as alices, signed_in(alice, app=talk) as elsewhere:
        async with signed_in(bob, app=talk) as bobs:
            await type_in(elsewhere, group)
            await type_in(bobs, group)
            assert await shown(alices) == (id_of(group), ["bob"])


@live
async def test_leaving_ends_the_signs_of_that_conversation_alone(
    alice, bob, group, dinner, monkeypatch
):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 60)
    monkeypatch.setattr(typing_indicator, "QUIET_SECONDS", 0.0)
    place = await in_thread(group.participation_of)(bob)
    async with watching(bob, group, dinner) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == (id_of(group), ["alice"])
        await in_thread(place.leave)()
        assert await shown(bobs) == (id_of(group), [])
        await type_in(alices, group, typing=False)
        await type_in(alices, group)
        assert await bobs.receive_nothing(0.5)
        await type_in(alices, dinner)
        assert await shown(bobs) == (id_of(dinner), ["alice"])


@live
async def test_who_left_while_nobody_typed_is_shown_nothing(alice, bob, group):
    place = await in_thread(group.participation_of)(bob)
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await in_thread(place.leave)()
        await type_in(alices, group)
        assert await bobs.receive_nothing(0.5)


@live
async def test_who_is_taken_in_again_is_shown_it_at_once(alice, bob, group, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 60)
    place = await in_thread(group.participation_of)(bob)
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await in_thread(place.leave)()
        await type_in(alices, group)
        assert await bobs.receive_nothing(0.5)
        await in_thread(place.reinstate)()
        assert await shown(bobs) == (id_of(group), ["alice"])


@live
async def test_who_is_removed_is_shown_no_more_though_they_go_on(alice, bob, carol, group):
    place = await in_thread(group.participation_of)(alice)
    bobs_place = await in_thread(group.participation_of)(bob)
    async with watching(carol, group) as carols, signed_in(bob, app=talk) as bobs:
        await type_in(bobs, group)
        assert await shown(carols) == (id_of(group), ["bob"])
        await in_thread(bobs_place.remove)(by=place)
        assert await shown(carols) == (id_of(group), [])
        await type_in(bobs, group)
        assert await carols.receive_nothing(0.5)


@live
async def test_who_is_suspended_sees_and_is_not_seen(alice, bob, carol, group, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 60)
    place = await in_thread(group.participation_of)(bob)
    async with watching(carol, group) as carols, watching(bob, group) as bobs:
        async with signed_in(bob, app=talk) as other, signed_in(alice, app=talk) as alices:
            await type_in(other, group)
            assert await shown(carols) == (id_of(group), ["bob"])
            await in_thread(place.suspend)()
            assert await shown(carols) == (id_of(group), [])
            await type_in(alices, group)
            assert await shown(bobs) == await shown(carols) == (id_of(group), ["alice"])


@live
async def test_who_is_blocked_is_shown_no_more_at_once(alice, bob, group, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 60)
    async with watching(alice, group) as alices, signed_in(bob, app=talk) as bobs:
        await type_in(bobs, group)
        assert await shown(alices) == (id_of(group), ["bob"])
        await in_thread(Block.objects.block)(alice, bob)
        assert await shown(alices) == (id_of(group), [])
        await in_thread(Block.objects.unblock)(alice, bob)
        assert await shown(alices) == (id_of(group), ["bob"])


@live
async def test_it_begins_only_where_the_viewer_takes_part_everywhere(
    alice, bob, dave, group, dinner
):
    place = await in_thread(group.participation_of)(bob)
    await in_thread(place.leave)()
    for user, code in ((dave, "NOT_FOUND"), (bob, "NOT_A_PARTICIPANT")):
        async with signed_in(user, app=talk) as theirs:
            ids = [id_of(dinner), id_of(group)]
            await theirs.subscribe(INBOX_TYPING, variables={"ids": ids})
            assert code_of(await theirs.hear()) == code


@live
async def test_it_names_at_most_fifty_conversations(bob, group):
    async with signed_in(bob, app=talk) as bobs:
        for ids, code in (
            ([id_of(group)] * 51, "TOO_MANY_CONVERSATIONS"),
            ([id_of(group), "x"], "INVALID_ID"),
        ):
            await bobs.subscribe(INBOX_TYPING, variables={"ids": ids})
            assert code_of(await bobs.hear()) == code
            assert (await bobs.hear())["type"] == "complete"


@live
async def test_a_conversation_that_is_named_twice_is_shown_once(alice, bob, group):
    async with watching(bob, group, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == (id_of(group), ["alice"])
        assert await bobs.receive_nothing(0.5)


@live
async def test_signs_in_fifty_conversations_are_all_shown_by_one_stream(alice, bob, monkeypatch):
    monkeypatch.setattr(typing_indicator, "SHOWN_SECONDS", 60)

    def start():
        begin = Conversation.objects.start_group
        return [begin(alice, [bob], f"Group {number}") for number in range(50)]

    groups = await in_thread(start)()
    async with watching(bob, *groups) as bobs:
        for each in groups:
            await in_thread(typing_indicator.show_typing)(each.pk, alice.pk, True)
        found = [await shown(bobs) for _each in groups]
        assert sorted(found) == sorted((id_of(each), ["alice"]) for each in groups)
        assert len(typists.conversations().typists) == 50
        for each in groups:
            await in_thread(typing_indicator.show_typing)(each.pk, alice.pk, False)
        assert {users == [] for _id, users in [await shown(bobs) for _each in groups]} == {True}
        await asyncio.sleep(0.3)
        assert not typists.conversations().typists, "nothing is followed where nobody types"


@live
async def test_rows_in_which_nobody_types_ask_the_database_nothing(
    alice, bob, group, dinner, monkeypatch, settings
):
    settings.TALK = {**settings.TALK, "RECONCILE_SECONDS": 100}
    asked, execute = [], CursorWrapper.execute

    def noted(self, *args):
        asked.extend(args[:1])
        return execute(self, *args)

    async with watching(bob, group, dinner):
        await asyncio.sleep(0.3)
        monkeypatch.setattr(CursorWrapper, "execute", noted)
        hub().wake(typing_topic(group.pk))
        await asyncio.sleep(0.5)
        assert asked == []


@live
async def test_all_who_see_the_same_are_answered_by_one_execution(
    alice, bob, carol, group, dinner, monkeypatch
):
    """Their lists need not be the same. Who they are is read for all of them at once."""
    executed, read = [], []
    execute, members = streams.Stream.execute, typists._read_members
    monkeypatch.setattr(
        streams,
        "_execute_in_thread",
        in_thread(lambda *args: executed.append(args) or execute(*args)),
    )
    monkeypatch.setattr(
        typists, "_members", in_thread(lambda *args: read.append(args) or members(*args))
    )
    async with (
        watching(bob, group) as one,
        watching(bob, dinner, group) as two,
        watching(carol, group) as three,
        signed_in(alice, app=talk) as alices,
    ):
        # They are at rest by then, and so all of them wake at once.
        await asyncio.sleep(0.4)
        executed.clear()
        await type_in(alices, group)
        for each in (one, two, three):
            assert await shown(each) == (id_of(group), ["alice"])

    assert len(executed) == 1
    assert len(read) <= 2


@live
async def test_nothing_is_kept_of_it(alice, bob, group):
    async with watching(bob, group) as bobs, signed_in(alice, app=talk) as alices:
        await type_in(alices, group)
        assert await shown(bobs) == (id_of(group), ["alice"])
    assert not hub().indicators._until
    assert not typists.conversations().typists


@live
async def test_beside_a_stream_of_the_conversation_both_are_told(alice, bob, carol, group):
    place = await in_thread(group.participation_of)(alice)
    async with watching(bob, group) as bobs, watching_alone(carol, group) as carols:
        async with signed_in(alice, app=talk) as alices:
            await type_in(alices, group)
            assert await shown(bobs) == (id_of(group), ["alice"])
            assert await shown_alone(carols) == ["alice"]
            await in_thread(place.suspend)()
            assert await shown(bobs) == (id_of(group), [])
            assert await shown_alone(carols) == []


@pytest.mark.skipif(not settings.REDIS_URL, reason="many processes need REDIS_URL")
@live
async def test_it_is_shown_at_every_process_also_after_a_cut(
    start_server, alice, bob, group, dinner
):
    here = await in_thread(start_server)()
    there = await in_thread(start_server)()
    ids = [id_of(group), id_of(dinner)]
    async with front_end(here, alice) as alices:
        for _connection in range(2):
            async with (
                front_end(there, bob) as bobs,
                bobs.subscribe(INBOX_TYPING, ids=ids) as stream,
            ):
                told = asyncio.create_task(stream.next())
                while not told.done():
                    await alices.do("setTyping", conversationId=id_of(dinner))
                    await asyncio.wait([told], timeout=1.1)
                assert told.result() == {
                    "conversationId": id_of(dinner),
                    "users": [{"username": "alice"}],
                }
                await alices.say("hello", dinner)
                assert await stream.next() == {"conversationId": id_of(dinner), "users": []}
