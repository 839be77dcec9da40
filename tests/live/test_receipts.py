"""Who read how far is told live, executed once for all who may know the same."""

import pytest

from talk.models import Block

from .sockets import in_thread, live
from .test_sharing import ask, hear, listeners, settle

pytestmark = pytest.mark.django_db(transaction=True)

READ = """kind revision actor { username }
    participation { user { username } lastReadNumber joinedAtNumber readPrivately }"""
SEEN = "kind message { number seenCount seenBy(first: 5) { edges { node { user { username } } } } }"


@pytest.fixture
def said(carol, group):
    """Carol's message. The revision is 2."""
    return group.participation_of(carol).send("Hello")


@in_thread
def act(user, group, verb, *args):
    getattr(group.participation_of(user), verb)(*args)


@in_thread
def read(user, group, **how):
    group.participation_of(user).read(**how)


def told(change):
    """Whose reading a change tells of, and how far they read; None if it does not say."""
    place = change["participation"]
    assert change["kind"] == "CONVERSATION_READ"
    assert (place is None) == (change["actor"] is None)
    return place and (place["user"]["username"], place["lastReadNumber"])


def seen(change):
    message = change["message"]
    names = [edge["node"]["user"]["username"] for edge in message["seenBy"]["edges"]]
    return message["seenCount"], names


@live
async def test_a_reading_is_told_to_all_and_executed_once_for_the_others(
    alice, bob, carol, group, said, executions
):
    """With two hundred streams. Who reads is told whether they do it privately."""
    people = (alice, bob, carol, alice, carol)
    async with listeners(people, group, READ) as sockets:
        for number in range(2, 41):
            for socket in sockets:
                await ask(socket, group, READ, after=1, id=str(number))
                # What was said before: then the stream runs.
                await hear(socket)
        await settle()
        executions.clear()

        await read(bob, group)
        heard = [change for socket in sockets for change in await hear(socket, 40)]

    assert len(heard) == 200
    assert {told(change) for change in heard} == {("bob", 1)}
    private = {change["participation"]["readPrivately"] for change in heard}
    assert private == {None, False}
    assert len(executions) == 2


@live
async def test_who_reads_privately_or_is_blocked_is_not_told_whose_it_is(
    alice, bob, carol, group, said, executions
):
    await read(alice, group, privately=True)
    async with listeners((alice, bob, carol), group, READ) as (alices, bobs, carols):
        executions.clear()
        await read(bob, group)
        assert [told(*await hear(each)) for each in (alices, bobs, carols)] == [
            None,
            ("bob", 1),
            ("bob", 1),
        ]
        assert len(executions) == 3
        await in_thread(Block.objects.block)(bob, carol)
        await act(alice, group, "send", "More")
        await hear(alices), await hear(bobs), await hear(carols)
        await read(bob, group)
        assert told(*await hear(carols)) is None
        assert told(*await hear(bobs)) == ("bob", 2)


@live
async def test_no_stream_of_another_hears_of_private_reading(alice, bob, carol, group, said):
    async with listeners((alice, bob, carol), group, READ) as sockets:
        await read(bob, group, privately=True)
        for socket in sockets:
            assert await socket.receive_nothing(0.3)


@live
async def test_no_stream_hears_of_reading_in_a_large_group(
    alice, bob, carol, group, said, settings
):
    settings.TALK = {**settings.TALK, "RECEIPTS_UP_TO": 2}
    async with listeners((alice, carol), group, READ) as sockets:
        await read(bob, group)
        for socket in sockets:
            assert await socket.receive_nothing(0.3)


@live
async def test_who_has_seen_a_message_comes_with_its_changes_once_for_all(
    alice, bob, carol, group, said, executions
):
    await read(bob, group)
    await read(alice, group)
    async with listeners((alice, bob, carol, carol), group, SEEN) as sockets:
        executions.clear()
        await act(alice, group, "react", said, "👍")
        heard = [seen(*await hear(socket)) for socket in sockets]

    assert heard == [(2, ["alice", "bob"])] * 4
    # Whom each of them blocked is asked, and all answer alike.
    assert len(executions) == 1


@live
async def test_each_is_told_of_those_whom_they_may_know_of(
    alice, bob, carol, dave, group, said, executions
):
    await read(bob, group)
    await read(alice, group)
    await in_thread(Block.objects.block)(bob, carol)
    await act(alice, group, "invite", [dave])
    await read(dave, group, privately=True)
    async with listeners((alice, carol, dave), group, SEEN) as sockets:
        await act(alice, group, "react", said, "👍")
        heard = [seen(*await hear(socket)) for socket in sockets]

    assert heard == [(2, ["alice", "bob"]), (1, ["alice"]), (None, [])]
