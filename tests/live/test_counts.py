"""What a process counts of wake-ups, catch-ups, resyncs and its pool, and what the page shows."""

import asyncio
from types import SimpleNamespace

import pytest
from channels.layers import get_channel_layer
from django.db import connections
from django.test import RequestFactory

from schema import metrics
from schema.live.feeds import feeds
from schema.live.hub import hub
from schema.live.topics import conversation_topic
from talk import wakeups
from talk.counts import count
from talk.models import Conversation, Event

from .client import CHANGES, id_of
from .sockets import in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)


def shown(settings):
    """The samples of the page, by name with labels."""
    settings.TALK = {**settings.TALK, "METRICS_TOKEN": "a-token"}
    request = RequestFactory().get("/metrics", HTTP_AUTHORIZATION="Bearer a-token")
    lines = metrics.metrics(request).content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


async def until(is_so):
    for _attempt in range(250):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It never was so.")


async def change(group, place, *, heard):
    """A message of `place`, of which a wake-up comes only if it is `heard`."""
    if heard:
        await in_thread(place.send)("heard")
    else:
        changed = Conversation.objects.filter(pk=group.pk)
        await in_thread(changed.update)(revision=(await changed.aget()).revision + 1)


@live
@pytest.mark.parametrize("heard", [False, True])
async def test_a_change_without_a_wake_up_is_counted_as_lost(alice, group, settings, heard):
    settings.TALK = {**settings.TALK, "RECONCILE_SECONDS": 0.05}
    place = await in_thread(group.participation_of)(alice)
    before = count.totals["lost_wakeups"]
    async with hub().watch(conversation_topic(group.pk)) as wakeup:
        await until(lambda: group.pk in _compared())
        await change(group, place, heard=heard)
        assert await wakeup.wait(timeout=5)
        await asyncio.sleep(0.3)

    assert count.totals["lost_wakeups"] - before == (0 if heard else 1)
    assert shown(settings)["talk_lost_wakeups_total"] == count.totals["lost_wakeups"]


def _compared():
    """The conversations whose revisions the hub has read to compare them later."""
    (compare,) = [each for each in hub()._tasks if each.get_coro().__name__ == "_compare"]
    return compare.get_coro().cr_frame.f_locals["revisions"]


@live
async def test_a_wake_up_that_the_layer_does_not_take_is_counted(settings, monkeypatch):
    async def refuse(group, message):
        raise ConnectionError("The channel layer is away.")

    before = count.totals["unsent_wakeups"]
    monkeypatch.setattr(wakeups, "_paused_until", {})
    with monkeypatch.context() as patched:
        patched.setattr(get_channel_layer(), "group_send", refuse)
        # After the first one, the layer is not asked for a while.
        for _attempt in range(3):
            await wakeups.send("a-group", {})

    assert count.totals["unsent_wakeups"] - before == 1
    assert shown(settings)["talk_unsent_wakeups_total"] == count.totals["unsent_wakeups"]


@live
async def test_a_stream_that_reads_for_itself_again_is_counted(alice, group, settings):
    place = await in_thread(group.participation_of)(alice)
    before = count.totals["catch_ups"]
    async with feeds().read(group.pk, alice, None) as reader:
        waiting = asyncio.create_task(anext(reader))
        await until(lambda: reader.is_live)
        assert count.totals["catch_ups"] == before, "to begin is not to catch up"
        await change(group, place, heard=True)
        await asyncio.wait_for(waiting, 5)
        assert count.totals["catch_ups"] == before
        reader.catch_up()
        # While it reads for itself already, it does not begin to.
        reader.catch_up()

    assert count.totals["catch_ups"] - before == 1
    assert shown(settings)["talk_catch_ups_total"] == count.totals["catch_ups"]


@live
async def test_a_stream_that_must_begin_anew_is_counted(alice, group, settings):
    place = await in_thread(group.participation_of)(alice)
    for body in ("one", "two"):
        await in_thread(place.send)(body)
    await in_thread(Event.objects.filter(conversation=group).delete)()
    before = count.refusals["RESYNC_REQUIRED"]
    async with signed_in(alice, app=talk) as socket:
        await socket.subscribe(CHANGES, variables={"id": id_of(group), "after": 1})
        while (await socket.hear())["type"] != "complete":
            pass

    assert count.refusals["RESYNC_REQUIRED"] - before == 1
    name = 'talk_refusals_total{code="RESYNC_REQUIRED"}'
    assert shown(settings)[name] == count.refusals["RESYNC_REQUIRED"]


def test_the_pool_of_connections_is_shown(settings, monkeypatch):
    given = {"pool_size": 5, "pool_available": 2, "pool_max": 16, "requests_waiting": 4}
    pool = SimpleNamespace(get_stats=lambda: given)
    monkeypatch.setattr(metrics, "connections", {"default": SimpleNamespace(pool=pool)})
    found = shown(settings)

    states = {"used": 3, "idle": 2, "possible": 16}
    for state, number in states.items():
        assert found[f'talk_database_connections{{state="{state}"}}'] == number
    assert found["talk_database_waiting"] == 4


@pytest.mark.postgresql
def test_the_real_pool_says_what_is_shown(monkeypatch):
    original = connections["default"].settings_dict
    options = {**original.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 3}}
    pooled = type(connections["default"])({**original, "OPTIONS": options}, "counted")
    monkeypatch.setattr(metrics, "connections", {"default": pooled})
    try:
        pooled.pool.open(wait=True)
        pooled.ensure_connection()
        families = {family.name: family for family in metrics._database_pool()}
    finally:
        pooled.close()
        pooled.close_pool()

    samples = families["talk_database_connections"].samples
    found = {sample.labels["state"]: sample.value for sample in samples}
    assert (found["used"], found["possible"]) == (1, 3)
    assert families["talk_database_waiting"].samples[0].value == 0


def test_without_a_pool_nothing_is_said_of_one(settings, monkeypatch):
    monkeypatch.setattr(metrics, "connections", {"default": SimpleNamespace(pool=None)})

    assert not [name for name in shown(settings) if "database" in name]
