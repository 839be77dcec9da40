"""Wake-ups may be lost, or the channel layer may be away: comparing finds the changes."""

import asyncio

import pytest
from channels.db import database_sync_to_async
from django.conf import settings

from schema.live.hub import hub
from schema.live.topics import conversation_topic, inbox_topic, user_topic
from talk import wakeups

from .client import front_end
from .sockets import live

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

in_thread = database_sync_to_async
needs_redis = pytest.mark.skipif(not settings.REDIS_URL, reason="many processes need REDIS_URL")


@live
async def test_a_lost_wake_up_is_a_delay_and_no_loss(start_server, alice, bob, group):
    # A layer that nobody but the server is on: what is written here wakes nobody there.
    server = await in_thread(start_server)(REDIS_URL="", RECONCILE_SECONDS="0.5")
    place = await in_thread(group.participation_of)(alice)
    async with front_end(server, bob) as bobs:
        cursor = (await bobs.inbox())["changesCursor"]
        async with bobs.changes(group, after=1) as stream, bobs.inbox_changes(cursor) as inbox:
            await asyncio.sleep(0.2)
            await in_thread(place.send)("unheard")

            assert (await stream.next())["message"]["body"] == "unheard"
            assert (await inbox.next())["participation"]["unreadCount"] == 1


@needs_redis
@live
async def test_what_is_said_at_one_process_is_heard_at_the_other(start_server, alice, bob, group):
    here = await in_thread(start_server)(RECONCILE_SECONDS="3600")
    there = await in_thread(start_server)(RECONCILE_SECONDS="3600")
    async with front_end(here, alice) as alices, front_end(there, bob) as bobs:
        cursor = (await bobs.inbox())["changesCursor"]
        async with bobs.changes(group, after=1) as stream, bobs.inbox_changes(cursor) as inbox:
            await alices.say("warm-up", group)
            await stream.next()
            await inbox.next()
            for number in range(20):
                await alices.say(f"message {number}", group)
            # By the wake-up: the next comparison is in an hour.
            changes = await stream.until(22)
            while (await inbox.next())["participation"]["conversation"]["lastNumber"] < 21:
                pass

    assert [change["revision"] for change in changes] == list(range(3, 23))


@live
async def test_the_hub_listens_for_as_long_as_somebody_watches(alice, group):
    found = hub()
    for topic in (conversation_topic(group.pk), inbox_topic(alice.pk)):
        async with found.watch(topic) as wakeup:
            place = await in_thread(group.participation_of)(alice)
            assert await wakeup.wait(timeout=5), "it wakes once when listening begins"
            await in_thread(place.send)("hello")
            assert await wakeup.wait(timeout=5)
    tasks = list(found._tasks)

    assert not found._wakeups
    assert not found.listener._groups
    assert not tasks


@live
async def test_a_stream_that_is_cancelled_leaves_nothing_behind(group):
    async def watch():
        async with hub().watch(conversation_topic(group.pk)) as wakeup:
            while True:
                await wakeup.wait()

    watching = [asyncio.create_task(watch()) for _ in range(20)]
    await asyncio.sleep(0.05)
    for task in watching:
        task.cancel()
    await asyncio.wait(watching)

    assert not hub()._wakeups
    assert not hub().listener._groups


@live
async def test_a_change_of_an_inbox_alone_wakes_who_watches_the_inbox(alice):
    async with (
        hub().watch(inbox_topic(alice.pk)) as inbox,
        hub().watch(user_topic(alice.pk)) as user,
    ):
        await inbox.wait(timeout=5)
        await user.wait(timeout=5)
        await in_thread(wakeups.wake_inbox)(alice.pk)

        assert await inbox.wait(timeout=5)
        assert not await user.wait(timeout=0.1)
