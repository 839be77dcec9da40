"""The viewer's inbox as it moves: whatever moves it, from wherever the client was."""

import asyncio

import pytest
from django.http import HttpRequest

from schema.authentication import Identity
from schema.authentication.context import Context
from schema.live import changes
from schema.transport import credentials
from schema.types.inbox_cursor import EPOCH, InboxCursor
from talk.models import Block, Message

from ..conftest import person
from .client import CHANGES, INBOX_CHANGES, front_end, id_of
from .sockets import begun, in_thread, inbox_begun, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)


async def state_after(stream, **wanted):
    """What the stream says of a participation once it is as wanted."""
    while True:
        change = await stream.next()
        found = change["participation"] | change["participation"]["conversation"]
        if all(found[name] == value for name, value in wanted.items()):
            return change


@live
async def test_every_way_to_move_an_inbox_is_heard(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        cursor = (await bobs.inbox())["changesCursor"]
        async with bobs.inbox_changes(cursor) as stream:
            await alices.say("hello", group)
            await state_after(stream, lastNumber=1, unreadCount=1)
            # On another device of his.
            await bobs.do("markRead", conversationId=id_of(group))
            await state_after(stream, lastReadNumber=1, unreadCount=0)
            await alices.do("renameConversation", conversationId=id_of(group), title="Dinner")
            await state_after(stream, title="Dinner")
            await alices.do("updateConversation", conversationId=id_of(group), data={"a": 1})
            await state_after(stream, data={"a": 1})
            await bobs.do("leaveConversation", conversationId=id_of(group))
            await state_after(stream, status="LEFT")
            await alices.say("not for Bob", group)
            assert await stream.is_silent()


@live
async def test_what_the_project_says_is_heard(alice, group):
    async with signed_in(alice, app=talk) as alices:
        variables = {"id": id_of(group), "after": 1}
        await alices.subscribe(CHANGES, id="changes", variables=variables)
        await alices.subscribe(INBOX_CHANGES, id="inbox")
        await begun(1)
        await inbox_begun(alice)
        await in_thread(group.announce)("We move.")
        heard = {}
        while len(heard) < 2:
            message = await alices.hear()
            (heard[message["id"]],) = message["payload"]["data"].values()

    change, place = heard["changes"], heard["inbox"]["participation"]
    assert (change["kind"], change["message"]["body"]) == ("MESSAGE_SENT", "We move.")
    assert (change["actor"], change["participation"]) == (None, None)
    assert (place["unreadCount"], place["conversation"]["lastNumber"]) == (1, 1)


@live
async def test_only_who_marks_a_conversation_as_unread_hears_of_it(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        cursor = (await alices.inbox())["changesCursor"]
        bobs_cursor = (await bobs.inbox())["changesCursor"]
        async with (
            alices.inbox_changes(cursor) as own,
            bobs.changes(group, after=1) as others,
            bobs.inbox_changes(bobs_cursor) as others_inbox,
        ):
            for mutation in ("markUnread", "markRead"):
                await alices.do(mutation, conversationId=id_of(group))
                change = await own.next()
                assert change["participation"]["conversation"]["id"] == id_of(group)
            assert await others.is_silent()
            assert await others_inbox.is_silent()


@live
async def test_what_earlier_versions_told_of_it_is_told_as_read(daphne, alice, bob, group):
    # Rows that are there are neither changed nor left out.
    place = await in_thread(group.participation_of)(alice)
    await in_thread(group.events.create)(
        revision=2, kind="conversation_marked_unread", participation=place
    )
    await in_thread(type(group).objects.filter(pk=group.pk).update)(revision=2)
    await in_thread(place.send)("hello")
    for user in (alice, bob):
        async with front_end(daphne, user) as found, found.changes(group, after=1) as stream:
            kinds = [change["kind"] for change in await stream.until(3)]
            assert kinds == ["CONVERSATION_READ", "MESSAGE_SENT"]


@live
async def test_a_new_conversation_appears_by_itself(daphne, alice, bob):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        cursor = (await bobs.inbox())["changesCursor"]
        async with bobs.inbox_changes(cursor) as stream:
            await alices.do("sendMessage", body="hello", to=[id_of(bob)])
            change = await state_after(stream, lastNumber=1)

    assert change["participation"]["conversation"]["latestMessage"] == {"body": "hello"}


@live
async def test_what_the_query_has_seen_does_not_come_again(daphne, alice, bob, group, private):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        await alices.say("seen", group)
        cursor = (await bobs.inbox())["changesCursor"]
        await alices.say("news", private)

        async with bobs.inbox_changes(cursor) as stream:
            change = await stream.next()
            assert change["participation"]["conversation"]["id"] == id_of(private)
            assert await stream.is_silent()


@live
async def test_a_client_that_comes_back_misses_no_conversation(
    daphne, alice, bob, carol, group, private
):
    said, seen = 40, {}

    async def talk(front, conversation):
        for number in range(said):
            await front.say(f"message {number}", conversation)

    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        cursor = (await bobs.inbox())["changesCursor"]
        talking = asyncio.gather(talk(alices, group), talk(alices, private))
        while list(seen.values()) != [said, said]:
            async with bobs.inbox_changes(cursor) as stream:
                for _ in range(3):
                    change = await stream.next()
                    cursor = change["cursor"]
                    conversation = change["participation"]["conversation"]
                    last = seen.get(conversation["id"], 0)
                    assert conversation["lastNumber"] > last, "a state that was seen came again"
                    seen[conversation["id"]] = conversation["lastNumber"]
                    if list(seen.values()) == [said, said]:
                        break
        await talking

    assert seen == {id_of(group): said, id_of(private): said}


@live
async def test_a_block_is_told_with_the_conversations_that_it_changes(
    alice, bob, group, monkeypatch
):
    """Also if the credentials, with which blocks are looked up, were checked just before."""
    monkeypatch.setattr(credentials, "REST_SECONDS", 60.0)
    query = (
        "subscription { inboxChanges { blocksVersion"
        " participation { conversation { others(first: 10) { id blocked } } } } }"
    )
    async with signed_in(alice, talk) as alices:
        await alices.subscribe(query)
        await inbox_begun(alice)

        told, versions = [], []
        for change in (Block.objects.block, Block.objects.unblock, Block.objects.block):
            await in_thread(change)(alice, bob)
            heard = (await alices.hear())["payload"]["data"]["inboxChanges"]
            others = heard["participation"]["conversation"]["others"]
            told.append({each["id"]: each["blocked"] for each in others}[id_of(bob)])
            versions.append(heard["blocksVersion"])

    assert told == [True, False, True]
    assert versions[0] == versions[2] != versions[1]


@live
async def test_a_stream_keeps_few_conversations_with_long_messages(alice):
    """It keeps what it reads for as long as its client takes."""

    def talk_with_many():
        for number in range(20):
            Message.send_to_users("😀" * 10_000, alice, [person(f"friend{number}")])
        context = Context(HttpRequest(), Identity(alice))
        return changes.read_inbox(context, InboxCursor(EPOCH), changes.INBOX_PAGE)

    told, more = await in_thread(talk_with_many)()
    assert 0 < len(told) < 10
    assert more

    async with signed_in(alice, talk) as alices:
        await alices.subscribe(
            "subscription ($after: String) {"
            " inboxChanges(after: $after) { participation { conversation { id } } } }",
            variables={"after": InboxCursor(EPOCH).encode()},
        )
        heard = [await alices.hear() for _number in range(20)]

    shown = {change["payload"]["data"]["inboxChanges"]["participation"]["conversation"]["id"]
             for change in heard}  # fmt: skip
    assert len(shown) == 20
