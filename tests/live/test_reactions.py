"""Reactions arrive live, as a fresh page shows them, and are executed once for many."""

import pytest

from schema.live import sharing
from talk.models import Block, Message

from .client import id_of
from .sockets import in_thread, live, signed_in, talk
from .test_sharing import ask, hear, listeners, settle, wait_for_blocks

pytestmark = pytest.mark.django_db(transaction=True)

REACTIONS = "reactions { emoji count viewerReacted users { username } }"
CHANGED = (
    f"kind revision participation {{ user {{ username }} }} message {{ revision {REACTIONS} }}"
)


@pytest.fixture
def said(alice, group):
    """Alice's message. The revision is 2."""
    return group.participation_of(alice).send("Hello")


@in_thread
def react(user, message, emoji="👍", verb="react"):
    conversation = type(message.conversation).objects.get(pk=message.conversation_id)
    place = conversation.participation_of(user)
    getattr(place, verb)(Message.objects.get(pk=message.pk), emoji)


def shown(change):
    return [
        (
            each["emoji"],
            each["count"],
            each["viewerReacted"],
            [user["username"] for user in each["users"]],
        )
        for each in change["message"]["reactions"]
    ]


@live
async def test_a_change_brings_all_reactions_of_the_message_as_they_are(alice, bob, group, said):
    async with listeners((alice,), group, CHANGED) as (alices,):
        await react(bob, said)
        await react(alice, said, "❤")
        await react(bob, said, verb="unreact")
        heard = await hear(alices, 3)

    assert [each["kind"] for each in heard] == ["MESSAGE_REACTED"] * 3
    assert [each["participation"]["user"]["username"] for each in heard] == ["bob", "alice", "bob"]
    assert [each["revision"] for each in heard] == [3, 4, 5]
    assert shown(heard[-1]) == [("❤", 1, True, ["alice"])]


@live
async def test_it_is_executed_once_for_all_who_reacted_alike(
    alice, bob, carol, group, said, executions
):
    """With two hundred streams."""
    people = (alice, bob, carol, alice, bob)
    async with listeners(people, group, CHANGED) as sockets:
        for number in range(2, 41):
            for socket in sockets:
                await ask(socket, group, CHANGED, after=1, id=str(number))
                # What was said before: then the stream runs.
                await hear(socket)
        await settle()
        executions.clear()

        await react(bob, said)
        heard = [await hear(socket, 40) for socket in sockets]

    assert len(executions) == 2
    for person, changes in zip(people, heard, strict=True):
        for change in changes:
            assert shown(change) == [("👍", 1, person == bob, ["bob"])]


@live
async def test_each_combination_of_own_reactions_is_executed_once(
    alice, bob, carol, group, said, executions
):
    for user, emoji in ((alice, "👍"), (bob, "👍"), (bob, "❤")):
        await react(user, said, emoji)
    async with listeners((alice, bob, carol) * 3, group, CHANGED) as sockets:
        executions.clear()
        await react(bob, said, "🎉")
        heard = [shown(*await hear(socket)) for socket in sockets]

    assert len(executions) == 3
    own = [tuple(mine for _emoji, _count, mine, _users in reactions) for reactions in heard]
    assert own == [(True, False, False), (True, True, True), (False, False, False)] * 3


@live
async def test_more_combinations_than_are_kept_are_right_all_the_same(
    alice, bob, group, said, executions, monkeypatch
):
    """Viewers like those whose results are kept share these still.

    Whose it is depends on who comes first. The others are as many in either case.
    """
    monkeypatch.setattr(sharing, "MOST_VARIANTS", 1)
    await react(bob, said, "❤")
    async with listeners((alice,) * 5 + (bob,) * 5, group, CHANGED) as sockets:
        executions.clear()
        await react(bob, said)
        heard = [shown(*await hear(socket)) for socket in sockets]

    own = [{each[0]: each[2] for each in reactions}["👍"] for reactions in heard]
    assert own == [False] * 5 + [True] * 5
    assert len(executions) == 1 + 5


@live
async def test_who_is_blocked_is_counted_and_not_named_to_the_blocker_alone(
    alice, bob, carol, group, said
):
    async with listeners((alice, carol), group, CHANGED) as (alices, carols):
        await in_thread(Block.objects.block)(alice, bob)
        await wait_for_blocks(alices)
        await react(bob, said)
        heard = [shown(*await hear(socket)) for socket in (alices, carols)]

    assert heard == [[("👍", 1, False, [])], [("👍", 1, False, ["bob"])]]


@live
async def test_who_left_catches_up_with_the_reactions_from_before(alice, bob, carol, group, said):
    place = await in_thread(group.participation_of)(bob)
    await react(carol, said)
    await react(bob, said)
    await in_thread(place.leave)()
    await react(alice, said)
    await react(carol, said, "❤")

    async with signed_in(bob, talk) as bobs, signed_in(alice, talk) as alices:
        await ask(bobs, group, CHANGED, after=1)
        await ask(alices, group, CHANGED, after=1)
        bob_heard, alice_heard = await hear(bobs, 3), await hear(alices, 6)

    assert [shown(each) for each in bob_heard] == [[("👍", 2, True, ["carol", "bob"])]] * 3
    last = [("👍", 3, True, ["carol", "bob", "alice"]), ("❤", 1, False, ["carol"])]
    assert shown(alice_heard[-1]) == last


@live
async def test_an_inbox_says_nothing_of_it(alice, bob, group, said):
    async with signed_in(alice, talk) as alices:
        await alices.subscribe("subscription { inboxChanges { cursor } }")
        await settle()
        await react(bob, said)
        await react(bob, said, verb="unreact")

        assert await alices.receive_nothing(timeout=0.5)


@live
async def test_a_page_and_a_copy_that_took_all_changes_are_the_same(
    gql, alice, bob, carol, group, said
):
    page = f"""query ($id: ID!) {{ conversation(id: $id) {{
        messages {{ edges {{ node {{ revision {REACTIONS} }} }} }} }} }}"""
    async with listeners((bob,), group, CHANGED) as (bobs,):
        for user, emoji, verb in (
            (alice, "👍", "react"),
            (bob, "❤", "react"),
            (carol, "👍", "react"),
            (alice, "👍", "unreact"),
            (bob, "👍", "react"),
        ):
            await react(user, said, emoji, verb)
        *_before, last = await hear(bobs, 5)
    fresh = await in_thread(lambda: gql(bob)(page, id=id_of(group)))()

    ((edge,),) = [fresh["data"]["conversation"]["messages"]["edges"]]
    assert edge["node"] == last["message"]
