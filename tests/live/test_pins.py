"""Pins arrive live; who saved a message makes two results of it for everybody, at the most."""

import pytest

from talk.models import Message

from .client import id_of
from .sockets import in_thread, live, signed_in, talk
from .test_sharing import ask, hear, listeners, settle

pytestmark = pytest.mark.django_db(transaction=True)

CHANGED = "kind revision participation { user { username } } message { revision pinnedAt }"
SAVED = "kind message { viewerSaved }"
PINS = "kind conversation { pins { edges { node { message { number } } } } }"


@pytest.fixture
def said(bob, group):
    """Bob's message. Alice owns the group, and the revision is 2."""
    return group.participation_of(bob).send("Hello")


@in_thread
def do(verb, user, message):
    conversation = type(message.conversation).objects.get(pk=message.conversation_id)
    place = conversation.participation_of(user)
    getattr(place, verb)(Message.objects.get(pk=message.pk))


def pinned(change):
    return [edge["node"]["message"]["number"] for edge in change["conversation"]["pins"]["edges"]]


@live
async def test_each_change_tells_whether_it_is_pinned_now(alice, bob, group, said):
    async with listeners((bob,), group, CHANGED) as (bobs,):
        await do("pin_message", alice, said)
        await do("pin_message", alice, said)
        (first,) = await hear(bobs)
        await do("unpin_message", alice, said)
        (second,) = await hear(bobs)

    assert [each["kind"] for each in (first, second)] == ["MESSAGE_PINNED", "MESSAGE_UNPINNED"]
    assert [each["revision"] for each in (first, second)] == [3, 4]
    assert [each["message"]["revision"] for each in (first, second)] == [3, 4]
    assert first["message"]["pinnedAt"]
    assert second["message"]["pinnedAt"] is None
    assert first["participation"] == second["participation"] == {"user": {"username": "alice"}}


@live
async def test_it_is_executed_once_for_all(alice, bob, carol, group, said, executions):
    async with listeners((alice, bob, carol) * 4, group, f"{CHANGED} {PINS[5:]}") as sockets:
        executions.clear()
        await do("pin_message", alice, said)
        heard = [(await hear(socket))[0] for socket in sockets]

    assert len(executions) == 1
    assert all(each["message"]["pinnedAt"] and pinned(each) == [1] for each in heard)


@live
async def test_what_is_saved_is_executed_once_for_all_who_saved_alike(
    alice, bob, carol, group, said, executions
):
    """With two hundred streams."""
    await do("save_message", bob, said)
    people = (alice, bob, carol, alice, bob)
    async with listeners(people, group, SAVED) as sockets:
        for number in range(2, 41):
            for socket in sockets:
                await ask(socket, group, SAVED, after=1, id=str(number))
                # What was said before: then the stream runs.
                await hear(socket)
        await settle()
        executions.clear()

        await do("pin_message", alice, said)
        heard = [await hear(socket, 40) for socket in sockets]

    assert len(executions) == 2
    for person, changes in zip(people, heard, strict=True):
        for change in changes:
            assert change["message"] == {"viewerSaved": person == bob}


@live
async def test_what_nobody_saved_is_executed_once(alice, bob, carol, group, said, executions):
    async with listeners((alice, bob, carol) * 4, group, SAVED) as sockets:
        executions.clear()
        await do("pin_message", alice, said)
        heard = [(await hear(socket))[0] for socket in sockets]

    assert len(executions) == 1
    assert {each["message"]["viewerSaved"] for each in heard} == {False}


@live
async def test_who_cleared_the_conversation_gets_the_pins_of_later_messages(
    alice, bob, carol, group, said
):
    await do("pin_message", alice, said)
    place = await in_thread(group.participation_of)(carol)
    await in_thread(place.clear)()
    async with listeners((bob, carol), group, PINS) as sockets:
        later = await in_thread((await in_thread(group.participation_of)(bob)).send)("Later")
        await do("pin_message", alice, later)
        heard = [(await hear(socket, 2))[-1] for socket in sockets]

    assert [pinned(each) for each in heard] == [[2, 1], [2]]


@live
async def test_who_left_catches_up_with_the_pins_from_before(alice, bob, carol, group, said):
    other = await in_thread((await in_thread(group.participation_of)(alice)).send)("Other")
    for message in (said, other):
        await do("pin_message", alice, message)
    place = await in_thread(group.participation_of)(carol)
    await in_thread(place.leave)()
    await do("unpin_message", alice, said)
    await do("unpin_message", alice, other)
    await do("pin_message", alice, other)

    async with signed_in(carol, talk) as carols, signed_in(bob, talk) as bobs:
        await ask(carols, group, CHANGED, after=1)
        await ask(bobs, group, CHANGED, after=1)
        carol_heard, bob_heard = await hear(carols, 5), await hear(bobs, 8)

    assert [each["kind"] for each in carol_heard] == [
        *("MESSAGE_SENT", "MESSAGE_SENT", "MESSAGE_PINNED", "MESSAGE_PINNED"),
        "PARTICIPANT_LEFT",
    ]
    # Both were unpinned since, and one was pinned again.
    assert [each["message"]["pinnedAt"] for each in carol_heard] == [None] * 5
    assert [each["message"]["revision"] for each in carol_heard] == [4, 5, 4, 5, 6]
    assert bob_heard[-1]["message"]["pinnedAt"]


@live
async def test_an_inbox_says_nothing_of_it(alice, bob, group, said):
    async with signed_in(bob, talk) as bobs:
        await bobs.subscribe("subscription { inboxChanges { cursor } }")
        await settle()
        for verb, user in (("pin_message", alice), ("save_message", bob), ("save_message", alice)):
            await do(verb, user, said)

        assert await bobs.receive_nothing(timeout=0.5)


@live
async def test_nobody_hears_that_somebody_saved_a_message(alice, bob, group, said):
    async with listeners((alice, bob), group, SAVED) as sockets:
        await do("save_message", bob, said)
        await do("unsave_message", bob, said)

        for socket in sockets:
            assert await socket.receive_nothing(timeout=0.5)


@live
async def test_a_page_and_a_copy_that_took_all_changes_are_the_same(gql, alice, bob, group, said):
    page = """query ($id: ID!) { conversation(id: $id) {
        messages { edges { node { revision pinnedAt } } } } }"""
    async with listeners((bob,), group, CHANGED) as (bobs,):
        for verb in ("pin_message", "unpin_message", "pin_message"):
            await do(verb, alice, said)
        *_before, last = await hear(bobs, 3)
    fresh = await in_thread(lambda: gql(bob)(page, id=id_of(group)))()

    ((edge,),) = [fresh["data"]["conversation"]["messages"]["edges"]]
    assert edge["node"] == last["message"]
