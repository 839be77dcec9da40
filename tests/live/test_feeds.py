"""One reading for all streams of a conversation, whatever comes in between."""

import asyncio
from contextlib import aclosing

import pytest
import strawberry
from django.db import transaction
from django.http import HttpRequest

from schema import Message, Query, Subscription, User
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.live import feeds as module
from schema.live.changes import member_events, viewer_events
from schema.live.feeds import feeds
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.models import Event
from talk.moderation import remove_message
from talk.privacy import erase

from .client import id_of
from .sockets import in_thread, live

pytestmark = pytest.mark.django_db(transaction=True)


async def settle():
    await asyncio.sleep(0.3)


async def revisions(reader, count):
    return [(await asyncio.wait_for(anext(reader), 5)).revision for _ in range(count)]


@pytest.fixture
def reads(monkeypatch):
    """The revisions after which feeds have read."""
    found = []

    async def noted(key, after, streams):
        found.append(after)
        return await member_events(key, after, streams)

    monkeypatch.setattr(module, "member_events", noted)
    return found


@live
async def test_an_event_is_read_once_however_many_follow(alice, bob, group, reads):
    place = await in_thread(group.participation_of)(alice)
    async with (
        feeds().read(group.pk, alice, 0) as one,
        feeds().read(group.pk, bob, 1) as other,
        feeds().read(group.pk, bob, None) as third,
    ):
        waiting = [asyncio.create_task(revisions(each, 1)) for each in (other, third)]
        assert await revisions(one, 1) == [1]
        last = asyncio.create_task(revisions(one, 1))
        await settle()
        reads.clear()
        await in_thread(place.send)("hello")

        assert [await each for each in (*waiting, last)] == [[2], [2], [2]]
        await settle()
    assert reads == [1]
    assert not feeds()._feeds


@live
@pytest.mark.parametrize("is_live", [True, False])
async def test_words_that_are_removed_while_they_wait_are_not_given_out(
    alice, bob, group, monkeypatch, is_live
):
    """Whether they were read for this stream, be it as the last page, or handed to it live."""
    monkeypatch.setattr(module, "FRESH_SECONDS", 0.2)
    place = await in_thread(group.participation_of)(alice)

    async def say():
        return [await in_thread(place.send)(body) for body in ("first", "second")]

    said = [] if is_live else await say()
    async with feeds().read(group.pk, bob, 1) as reader:
        first = asyncio.create_task(anext(reader))
        await settle()
        said = said or await say()
        assert (await first).event.message.body == "first"
        await settle()
        assert len(reader._queue) == 1
        await in_thread(remove_message)(said[1], None, "rude")
        await asyncio.sleep(0.3)

        second = await anext(reader)
    assert (second.event.message.number, second.event.message.body) == (said[1].number, "")


@live
async def test_a_reader_that_arrives_behind_takes_the_feed_back(
    alice, bob, group, reads, monkeypatch
):
    place = await in_thread(group.participation_of)(alice)
    late, go_on = asyncio.Event(), asyncio.Event()

    async def slow_news(viewer, *look):
        news = await viewer_events(viewer, *look)
        if viewer == bob and not late.is_set():
            # Read before the message that the feed reads meanwhile.
            late.set()
            await go_on.wait()
        return news

    monkeypatch.setattr(module, "viewer_events", slow_news)
    async with feeds().read(group.pk, alice, 1) as alices, feeds().read(group.pk, bob, 1) as bobs:
        bobs_events = asyncio.create_task(revisions(bobs, 2))
        await late.wait()
        alices_events = asyncio.create_task(revisions(alices, 2))
        await settle()
        await in_thread(place.send)("one")
        await in_thread(place.send)("two")
        assert await alices_events == [2, 3]
        go_on.set()

        assert await bobs_events == [2, 3]


@live
async def test_it_goes_back_also_while_it_reads(alice, bob, group, monkeypatch):
    place = await in_thread(group.participation_of)(alice)
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def slow_events(key, after, streams):
        news = await member_events(key, after, streams)
        if after == 2 and not go_on.is_set():
            reading.set()
            await go_on.wait()
        return news

    monkeypatch.setattr(module, "member_events", slow_events)
    async with feeds().read(group.pk, alice, 1) as alices, feeds().read(group.pk, bob, 1) as bobs:
        first = asyncio.create_task(revisions(alices, 1))
        await settle()
        await in_thread(place.send)("one")
        assert await first == [2]
        feed = feeds()._feeds[group.pk]
        feed._wakeup.wake()
        await reading.wait()
        # As if it had read before that message.
        bobs.is_live, bobs._queued, bobs._delivered = True, 1, 1
        feed.continue_from(1)
        go_on.set()

        assert await revisions(bobs, 1) == [2]


@live
async def test_who_was_erased_by_the_time_it_is_read_hears_no_more(alice, bob, group):
    place = await in_thread(group.participation_of)(alice)

    @transaction.atomic
    def all_at_once():
        erase(bob, "He asked for it.")
        place.send("a secret")

    async with feeds().read(group.pk, alice, 1) as alices, feeds().read(group.pk, bob, 1) as bobs:
        waiting = [asyncio.create_task(revisions(each, 2)) for each in (alices, bobs)]
        await settle()
        await in_thread(all_at_once)()

        assert await waiting[0] == [2, 3]
        with pytest.raises(MessagingValidationError, match=str(RefusalCode.NOT_FOUND.label)):
            await waiting[1]


@live
async def test_a_feed_that_fails_leaves_its_readers_to_themselves(alice, group, reads, monkeypatch):
    place = await in_thread(group.participation_of)(alice)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    async with feeds().read(group.pk, alice, 1) as alices:
        heard = asyncio.create_task(revisions(alices, 1))
        await settle()
        await in_thread(place.send)("one")
        assert await heard == [2]
        # What it would go on from is pruned.
        feeds()._feeds[group.pk]._revision = 0
        await in_thread(Event.objects.filter(conversation=group, revision=1).delete)()
        await in_thread(place.send)("two")
        assert await revisions(alices, 1) == [3]
        heard = asyncio.create_task(revisions(alices, 1))
        await settle()
        reads.clear()
        await in_thread(place.send)("three")

        assert await heard == [4]
        assert set(reads) == {3}, "and it reads again as before"


@live
async def test_a_stream_keeps_few_long_texts_for_a_client_that_reads_none(alice, bob, group):
    """It would keep as many as it reads, for each stream that somebody opens."""
    place = await in_thread(group.participation_of)(alice)
    for _number in range(30):
        await in_thread(place.send)("😀" * 10_000)
    async with feeds().read(group.pk, bob, 1) as reader:
        await reader.begin()
        assert 0 < len(reader._queue) < 10

        said = await asyncio.wait_for(revisions(reader, 30), 10)

    assert said == list(range(2, 32))


@live
async def test_of_long_texts_not_many_more_are_read_than_told(alice, bob, group, monkeypatch):
    place = await in_thread(group.participation_of)(alice)
    for _number in range(60):
        await in_thread(place.send)("😀" * 10_000)
    read = []

    async def noting(viewer, key, after, most):
        read.append(most)
        return await viewer_events(viewer, key, after, most)

    monkeypatch.setattr(module, "viewer_events", noting)
    async with feeds().read(group.pk, bob, 1) as reader:
        await asyncio.wait_for(revisions(reader, 60), 20)

    assert read[0] == module.FIRST_PAGE
    assert sum(read[1:]) < 3 * 60


@live
async def test_strawberry_itself_can_subscribe(alice, group):
    """A host may put the subscriptions into a schema of Strawberry's own."""
    plain = strawberry.Schema(Query, subscription=Subscription, types=[User, Message])
    asked = f'subscription {{ conversationChanges(id: "{id_of(group)}", after: 0) {{ revision }} }}'
    context = Context(HttpRequest(), Identity(alice))
    results = await plain.subscribe(asked, context_value=context)
    async with aclosing(results):
        assert (await anext(results)).data == {"conversationChanges": {"revision": 1}}
