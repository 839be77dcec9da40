"""Who was away gets what they missed, then what comes: each change once, and in order."""

import asyncio

import pytest
from channels.db import database_sync_to_async

from talk.models import Event, Message

from .client import REVISION, front_end, id_of
from .sockets import live

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

in_thread = database_sync_to_async


@live
async def test_nothing_is_missed_or_repeated_where_the_past_meets_what_comes(
    daphne, alice, bob, carol, group
):
    said = 80

    async def talk(front):
        for number in range(said):
            await front.say(f"message {number}", group)

    async def listen(front, after):
        async with front.changes(group, after=after) as stream:
            return await stream.until(said + 1)

    async with (
        front_end(daphne, alice) as alices,
        front_end(daphne, bob) as bobs,
        front_end(daphne, carol) as carols,
    ):
        talking = asyncio.create_task(talk(alices))
        listening = []
        # They come in one after the other, while it goes on, from wherever they were.
        for number in range(10):
            await asyncio.sleep(0.05)
            here = (await bobs.ask(REVISION, id=id_of(group)))["conversation"]["revision"]
            front, after = (bobs, here) if number % 2 else (carols, here // 2)
            listening.append((after, asyncio.create_task(listen(front, after))))
        await talking
        streams = [(after, await heard) for after, heard in listening]

    assert len({after for after, _ in streams}) > 5, "they must begin at different places"
    for after, changes in streams:
        revisions = [change["revision"] for change in changes]
        assert revisions == list(range(after + 1, said + 2))
        bodies = [change["message"]["body"] for change in changes if change["message"]]
        assert bodies == [f"message {number}" for number in range(said)][-len(bodies) :]


@live
async def test_a_client_that_comes_back_again_and_again_gets_each_change_once(
    daphne, alice, bob, group
):
    said, heard = 60, [1]

    async def talk(front):
        for number in range(said):
            await front.say(f"message {number}", group)

    async with front_end(daphne, alice) as alices:
        talking = asyncio.create_task(talk(alices))
        while heard[-1] < said + 1:
            async with front_end(daphne, bob) as bobs:
                async with bobs.changes(group, after=heard[-1]) as stream:
                    # Gone in the middle of it, without a word.
                    changes = await stream.take(min(7, said + 1 - heard[-1]))
                    heard += [change["revision"] for change in changes]
        await talking

    assert heard == list(range(1, said + 2))


def have_said(count, user, conversation):
    """As if `user` had said so much, one by one."""
    messages = Message.objects.bulk_create(
        Message(conversation=conversation, number=number, sender=user, body=f"message {number}")
        for number in range(1, count + 1)
    )
    first = conversation.revision + 1
    Event.objects.bulk_create(
        Event(
            conversation=conversation,
            revision=revision,
            kind=Event.Kind.MESSAGE_SENT,
            actor=user,
            message=message,
        )
        for revision, message in enumerate(messages, first)
    )
    conversation.last_number, conversation.revision = count, first + count - 1
    conversation.latest_message = messages[-1]
    conversation.save()


@live
async def test_more_than_one_page_of_the_past_comes_whole(daphne, alice, bob, group):
    await in_thread(have_said)(620, alice, group)

    async with front_end(daphne, bob) as bobs:
        async with bobs.changes(group, after=0) as stream:
            changes = await stream.until(621)

    assert [change["revision"] for change in changes] == list(range(1, 622))


@live
async def test_who_is_brought_back_resumes_with_what_was_said_meanwhile(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with bobs.changes(group, after=1) as stream:
            await bobs.do("leaveConversation", conversationId=id_of(group))
            assert (await stream.next())["kind"] == "PARTICIPANT_LEFT"
            assert await stream.last_word() == "NOT_A_PARTICIPANT"
        await alices.say("while he was away", group)
        await alices.do("reinstateParticipant", conversationId=id_of(group), participant=id_of(bob))

        async with bobs.changes(group, after=2) as stream:
            changes = await stream.take(2)

    assert changes[0]["message"]["body"] == "while he was away"
    assert changes[1]["kind"] == "PARTICIPANT_REINSTATED"


@live
@pytest.mark.parametrize("after", [0, 900])
async def test_a_cursor_that_the_log_cannot_go_on_from_is_told_to_resync(
    daphne, alice, bob, group, after
):
    await in_thread(Event.objects.filter(conversation=group, revision=1).delete)()

    async with front_end(daphne, bob) as bobs, bobs.changes(group, after=after) as stream:
        assert await stream.last_word() == "RESYNC_REQUIRED"
