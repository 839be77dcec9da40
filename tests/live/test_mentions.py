"""Mentions live: each is told whether they are mentioned, and most share one answer."""

import pytest

from schema.types.inbox_cursor import InboxCursor
from talk.models import Block

from .client import id_of
from .sockets import in_thread, live, signed_in, talk
from .test_sharing import hear, listeners, wait_for_blocks

pytestmark = pytest.mark.django_db(transaction=True)

MENTIONS = "kind message { mentions { username } mentionsAll mentionsViewer }"
INBOX = """subscription ($after: String) { inboxChanges(after: $after) { cursor
    participation { unreadMentionCount conversation { id } } } }"""


async def viewers(sockets):
    """Whether the next change mentions each of them."""
    return [(await hear(socket))[0]["message"]["mentionsViewer"] for socket in sockets]


@live
async def test_all_who_are_mentioned_alike_share_one_answer(
    alice, bob, carol, dave, erin, group, executions
):
    await in_thread(group.add_participants)([dave, erin])
    place = await in_thread(group.participation_of)(alice)
    async with listeners((alice, bob, carol, dave, erin), group, MENTIONS) as sockets:
        executions.clear()
        await in_thread(place.send)("Look!", mentions=[bob, carol])

        changes = [(await hear(socket))[0]["message"] for socket in sockets]

    assert [each["mentionsViewer"] for each in changes] == [False, True, True, False, False]
    names = [{"username": "bob"}, {"username": "carol"}]
    assert all(each["mentions"] == names for each in changes)
    assert len(executions) == 2, "one for the mentioned, one for all others"


@live
async def test_a_message_to_everybody_is_executed_for_its_sender_and_for_the_others(
    alice, bob, carol, group, executions
):
    place = await in_thread(group.participation_of)(alice)
    async with listeners((alice, bob, carol), group, MENTIONS) as sockets:
        executions.clear()
        await in_thread(place.send)("Look!", mention_all=True)

        assert await viewers(sockets) == [False, True, True]
    assert len(executions) == 2


@live
async def test_members_who_joined_later_are_not_among_everybody(alice, bob, dave, group):
    place = await in_thread(group.participation_of)(alice)
    message = await in_thread(place.send)("Look!", mention_all=True)
    await in_thread(group.add_participants)([dave])
    async with listeners((bob, dave), group, MENTIONS) as sockets:
        await in_thread(place.edit)(message, "Look there!")

        assert await viewers(sockets) == [True, False]


@live
async def test_a_viewer_who_blocked_the_sender_is_not_told(alice, bob, carol, group):
    place = await in_thread(group.participation_of)(alice)
    async with listeners((bob, carol), group, MENTIONS) as sockets:
        await in_thread(Block.objects.block)(bob, alice)
        await wait_for_blocks(sockets[0])
        await in_thread(place.send)("Look!", mentions=[bob, carol])

        assert await viewers(sockets) == [False, True]


@live
async def test_an_edit_tells_who_is_mentioned_now(alice, bob, carol, group):
    place = await in_thread(group.participation_of)(alice)
    message = await in_thread(place.send)("Look!", mentions=[bob])
    async with listeners((bob, carol), group, MENTIONS) as sockets:
        await in_thread(place.edit)(message, "Look!", mentions=[carol])
        heard = [(await hear(socket))[0] for socket in sockets]

    assert [change["kind"] for change in heard] == ["MESSAGE_EDITED"] * 2
    assert [change["message"]["mentionsViewer"] for change in heard] == [False, True]
    assert heard[0]["message"]["mentions"] == [{"username": "carol"}]


@live
async def test_the_inbox_tells_how_many_unread_messages_mention_the_viewer(
    alice, bob, carol, group
):
    """Also if an edit of an earlier message changes it, and after the messages were read."""
    place = await in_thread(group.participation_of)(alice)
    message = await in_thread(place.send)("Soup?")
    await in_thread(place.send)("At noon.")
    cursor = InboxCursor.now().encode()
    async with signed_in(bob, talk) as bobs:
        await bobs.subscribe(INBOX, id="inbox", variables={"after": cursor})

        async def hear_of(count):
            """Until the inbox tells of so many. Several changes may come as one."""
            told = None
            while told != count:
                change = (await bobs.hear())["payload"]["data"]["inboxChanges"]["participation"]
                assert change["conversation"]["id"] == id_of(group)
                told = change["unreadMentionCount"]

        await in_thread(place.send)("Look!", mentions=[bob, carol])
        await hear_of(1)
        await in_thread(place.send)("Everybody!", mention_all=True)
        await hear_of(2)
        await in_thread(place.edit)(message, "Soup, Bob?", mentions=[bob])
        await hear_of(3)
        await in_thread(place.edit)(message, "Soup?", mentions=[])
        await hear_of(2)
        own = await in_thread(group.participation_of)(bob)
        await in_thread(own.read)()
        await hear_of(0)


@live
async def test_changes_of_a_conversation_show_the_count_to_its_owner_alone(
    alice, bob, carol, group
):
    place = await in_thread(group.participation_of)(alice)
    first = await in_thread(place.send)("one", mentions=[bob])
    await in_thread(place.send)("two", mentions=[bob])
    own = await in_thread(group.participation_of)(bob)
    fields = "kind participation { user { username } unreadMentionCount }"
    async with listeners((bob, carol), group, fields) as sockets:
        await in_thread(own.read)(first.number)
        heard = [(await hear(socket))[0]["participation"] for socket in sockets]

    assert [each["unreadMentionCount"] for each in heard] == [1, None]
