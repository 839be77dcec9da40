"""What happens is heard at once by those whom it concerns, and by nobody else."""

import time

import pytest

from talk.moderation import remove_message

from .client import front_end, id_of
from .sockets import in_thread, live

pytestmark = pytest.mark.django_db(transaction=True)

#: Seconds within which something is heard at once, also on a busy machine.
AT_ONCE = 2


@live
async def test_a_message_sent_over_http_is_heard_at_once(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with bobs.changes(group, after=1) as stream:
            # What runs first is imported and compiled.
            await alices.say("warm-up", group)
            await stream.next()
            took = []
            for number in range(10):
                await alices.say(f"hello {number}", group)
                answered = time.monotonic()
                change = await stream.next()
                took.append(time.monotonic() - answered)
                assert change["message"]["body"] == f"hello {number}"

    assert max(took) < AT_ONCE, took


@live
async def test_what_is_heard_says_what_happened(daphne, alice, bob, carol, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with bobs.changes(group, after=1) as stream:
            await alices.say("hello", group)
            await alices.do("renameConversation", conversationId=id_of(group), title="Dinner")
            await alices.do(
                "removeParticipant", conversationId=id_of(group), participant=id_of(carol)
            )
            await bobs.do("markRead", conversationId=id_of(group))

            changes = await stream.take(4)

    assert [(change["revision"], change["kind"]) for change in changes] == [
        (2, "MESSAGE_SENT"),
        (3, "CONVERSATION_RENAMED"),
        (4, "PARTICIPANT_REMOVED"),
        (5, "CONVERSATION_READ"),
    ]
    assert [change["actor"]["username"] for change in changes] == ["alice", "alice", "alice", "bob"]
    assert changes[0]["message"] == {"number": 1, "body": "hello"}
    assert changes[2]["participation"] == {"status": "REMOVED", "user": {"username": "carol"}}


@live
async def test_without_a_cursor_a_stream_begins_now(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        await alices.say("before", group)
        async with bobs.changes(group) as stream:
            # It isn't said when a stream has begun, so this is said until it's heard.
            for number in range(2, 50):
                await alices.say(f"message {number}", group)
                if not stream.heard.empty():
                    break

            changes = await stream.until(number + 1)

    revisions = [change["revision"] for change in changes]
    assert revisions[0] > 2
    assert revisions == list(range(revisions[0], number + 2))


@live
async def test_streams_on_one_socket_do_not_mix_nor_silence_each_other(
    daphne, alice, bob, group, private
):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        async with bobs.changes(private, after=1) as privately:
            async with bobs.changes(group, after=1) as together:
                for word in ("one", "two"):
                    await alices.say(f"private {word}", private)
                    await alices.say(f"group {word}", group)

                assert bodies(await together.take(2)) == ["group one", "group two"]
                assert bodies(await privately.take(2)) == ["private one", "private two"]

            await alices.say("after the end", group)
            await alices.say("still here", private)
            assert bodies(await privately.take(1)) == ["still here"]
            assert await together.is_silent()
            assert await privately.is_silent()


@live
async def test_the_same_conversation_can_be_heard_twice_on_one_socket(daphne, alice, group):
    async with front_end(daphne, alice) as alices:
        async with alices.changes(group, after=1) as first:
            async with alices.changes(group, after=1) as second:
                await alices.say("hello", group)
                assert bodies([await first.next(), await second.next()]) == ["hello", "hello"]

            await alices.say("again", group)
            assert bodies([await first.next()]) == ["again"]


def bodies(changes):
    return [change["message"]["body"] for change in changes]


def strip(messages):
    return [{key: message[key] for key in message if key != "id"} for message in messages]


@live
async def test_what_a_moderator_removes_is_told_of(start_server, alice, bob, erin, group):
    server = await in_thread(start_server)(RECONCILE_SECONDS="0.5")
    message = await in_thread((await in_thread(group.participation_of)(bob)).send)("rude")
    async with front_end(server, alice) as alices, alices.changes(group, after=2) as stream:
        await in_thread(remove_message)(message, erin, "Rude.")
        change = await stream.next()

    assert (change["kind"], change["message"]["body"]) == ("MESSAGE_REMOVED", "")
    assert change["message"]["number"] == message.number
