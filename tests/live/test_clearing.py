"""Live, members who cleared a conversation are told of no message before that; the others share."""

import pytest

from talk.models.participation import ParticipationQuerySet

from .sockets import in_thread, live, signed_in, talk
from .test_sharing import ask, hear, listeners, settle

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "kind message { number body } messageEdge { node { number } }"
REPLIED = "message { number root replyTo { body } replyCount }"
NOTHING = {"message": None, "messageEdge": None}


@pytest.fixture
def questions(monkeypatch):
    """How often it was asked who cleared a conversation."""
    asked = []
    find = ParticipationQuerySet.clearers_of

    def noted(self, conversations):
        asked.append(conversations)
        return find(self, conversations)

    monkeypatch.setattr(ParticipationQuerySet, "clearers_of", noted)
    return asked


async def place_of(user, group):
    return await in_thread(group.participation_of)(user)


@live
async def test_a_change_of_what_was_cleared_names_no_message(
    alice,
    bob,
    carol,
    group,
    executions,
):
    place, bobs_place = await place_of(alice, group), await place_of(bob, group)
    message = await in_thread(place.send)("one")
    await in_thread(bobs_place.clear)()
    async with listeners((alice, bob, carol), group, SAID) as (alices, bobs, carols):
        executions.clear()
        await in_thread(place.edit)(message, "two")

        told = {"kind": "MESSAGE_EDITED", "message": {"number": 1, "body": "two"}}
        told["messageEdge"] = {"node": {"number": 1}}
        assert await hear(alices) == await hear(carols) == [told]
        assert await hear(bobs) == [{"kind": "MESSAGE_EDITED", **NOTHING}]
        assert len(executions) == 2, "those who see the same share"

    # After a pause, too.
    async with listeners((bob,), group, SAID, after=1) as (bobs,):
        kinds = ["MESSAGE_SENT", "MESSAGE_EDITED"]
        assert await hear(bobs, 2) == [{"kind": kind, **NOTHING} for kind in kinds]


@live
async def test_who_clears_while_they_listen_hears_no_more_of_what_was(alice, bob, group):
    place, bobs_place = await place_of(alice, group), await place_of(bob, group)
    message = await in_thread(place.send)("one")
    async with listeners((bob,), group, SAID) as (bobs,):
        await in_thread(place.edit)(message, "two")
        assert (await hear(bobs))[0]["message"] == {"number": 1, "body": "two"}
        await in_thread(bobs_place.clear)()
        await in_thread(place.edit)(message, "three")
        assert await hear(bobs) == [{"kind": "MESSAGE_EDITED", **NOTHING}]
        await in_thread(place.send)("four")
        assert (await hear(bobs))[0]["message"] == {"number": 2, "body": "four"}


@live
async def test_a_message_that_replies_to_nothing_takes_no_question(
    alice,
    bob,
    carol,
    group,
    executions,
    questions,
):
    place, bobs_place = await place_of(alice, group), await place_of(bob, group)
    await in_thread(place.send)("one")
    await in_thread(bobs_place.clear)()
    async with listeners((alice, bob, carol), group, f"{SAID} {REPLIED}") as sockets:
        executions.clear()
        questions.clear()
        await in_thread(place.send)("two")

        heard = [await hear(socket) for socket in sockets]
    assert heard[0] == heard[1] == heard[2]
    assert heard[0][0]["message"]["replyTo"] is None
    assert len(executions) == 1
    assert questions == []


@live
async def test_a_reply_is_shared_by_who_sees_what_it_replies_to(
    alice,
    bob,
    carol,
    dave,
    group,
    executions,
    questions,
):
    place = await place_of(alice, group)
    await in_thread(place.invite)([dave])
    message = await in_thread(place.send)("one")
    for person in bob, carol:
        await in_thread((await place_of(person, group)).clear)()
    people = (alice, bob, carol, dave)
    async with listeners(people, group, REPLIED) as sockets:
        executions.clear()
        questions.clear()
        await in_thread(place.send)("two", reply_to=message.number)

        heard = [(await hear(socket))[0]["message"] for socket in sockets]

    quotes = [None if each["replyTo"] is None else each["replyTo"]["body"] for each in heard]
    assert quotes == ["one", None, None, "one"]
    assert {each["root"] for each in heard} == {message.number}
    assert len(executions) == 2
    assert len(questions) == 1, "it is asked once for all"


@live
async def test_a_page_of_a_live_answer_begins_where_each_viewer_sees(
    alice,
    bob,
    carol,
    group,
    executions,
):
    place = await place_of(alice, group)
    bounds = {}
    for person in bob, carol:
        await in_thread(place.send)("said")
        bounds[person] = await place_of(person, group)
        await in_thread(bounds[person].clear)()
    fields = "conversation { latestMessage { number } "
    fields += "messages { edges { node { number } } pageInfo { hasPreviousPage } } }"
    async with listeners((alice, bob, carol), group, fields) as sockets:
        await in_thread(bounds[bob].mark_unread)()
        await in_thread(bounds[bob].read)()

        heard = [(await hear(socket))[0]["conversation"] for socket in sockets]

    numbers = [[edge["node"]["number"] for edge in each["messages"]["edges"]] for each in heard]
    assert numbers == [[1, 2], [2], []]
    assert [each["messages"]["pageInfo"]["hasPreviousPage"] for each in heard] == [False] * 3
    assert [each["latestMessage"] for each in heard] == [{"number": 2}, {"number": 2}, None]


@live
async def test_other_devices_hear_that_somebody_cleared(alice, bob, group):
    place, bobs_place = await place_of(alice, group), await place_of(bob, group)
    await in_thread(place.send)("one")
    await in_thread(bobs_place.archive)()
    await in_thread(lambda: bobs_place.save_draft("two", 1, base=0))()
    query = "subscription { inboxChanges { unreadTotal participation { firstVisibleNumber "
    query += "unreadCount archivedAt lastActivityAt draft { body replyTo } "
    query += "conversation { latestMessage { body } } } } }"
    async with signed_in(bob, talk) as bobs, signed_in(alice, talk) as alices:
        for socket in bobs, alices:
            await socket.subscribe(query)
        await settle()
        before = await place_of(bob, group)
        await in_thread(bobs_place.clear)()
        payload = (await bobs.hear())["payload"]["data"]["inboxChanges"]
        assert await alices.receive_nothing(0.3)

    assert payload["unreadTotal"] == 0
    assert payload["participation"] == {
        "firstVisibleNumber": 2,
        "unreadCount": 0,
        # It stays where it is in the inbox, or in the archive.
        "archivedAt": before.archived_at.isoformat(),
        "lastActivityAt": before.last_activity_at.isoformat(),
        # What one writes is no part of what was said.
        "draft": {"body": "two", "replyTo": None},
        "conversation": {"latestMessage": None},
    }


@live
async def test_who_left_hears_of_no_reply_after_that(alice, bob, group):
    place, bobs_place = await place_of(alice, group), await place_of(bob, group)
    message = await in_thread(place.send)("one")
    revision = await in_thread(lambda: type(group).objects.get(pk=group.pk).revision)()
    await in_thread(place.send)("two", reply_to=message.number)
    await in_thread(bobs_place.leave)()
    await in_thread(place.send)("three", reply_to=message.number)

    fields = "message { number replyTo { replyCount replies { edges { node { body } } } } }"
    async with signed_in(bob, talk) as bobs:
        await ask(bobs, group, fields, after=revision)
        (change,) = await hear(bobs)

    quote = change["message"]["replyTo"]
    assert quote["replyCount"] == 1
    assert [edge["node"]["body"] for edge in quote["replies"]["edges"]] == ["two"]
