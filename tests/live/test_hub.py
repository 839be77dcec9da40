"""The ear of a process hears as long as somebody listens, and leaves nothing behind."""

import asyncio

import pytest

from backend.asgi import application
from schema import hub as hubs
from schema.hub import conversation_topic, hub, inbox_topic, user_topic

from .client import CHANGES, INBOX_CHANGES, id_of
from .sockets import Socket, in_thread, issue, live, socket

pytestmark = pytest.mark.django_db(transaction=True)


async def say(body, user, group):
    await in_thread(lambda: group.participation_of(user).send(body))()


async def settle():
    """Let everything run that was cancelled, and those ends in threads."""
    for _ in range(100):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            return
        await asyncio.wait(others, timeout=0.05)


def assert_nothing_is_left():
    assert not hub()._bells
    assert not hub()._groups
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]
    # The Redis layer keeps its own task, one for each loop.
    assert not [name for name in names if name.startswith(("Hub", "Protocol", "Conversation"))]


@live
async def test_it_listens_for_as_long_as_somebody_watches(alice, group, caplog):
    ears = hub()
    for topic in (conversation_topic(group.pk), inbox_topic(alice.pk)):
        async with ears.watch(topic) as bell:
            assert await bell.rung(timeout=5), "it rings once when listening begins"
            tasks = list(ears._tasks)
            assert len(tasks) == 3
            await say("hello", alice, group)
            assert await bell.rung(timeout=5)
        await settle()

        assert all(task.done() for task in tasks)
        assert_nothing_is_left()
    assert not caplog.records


@live
async def test_a_bell_rings_for_its_own_topic_alone(alice, bob, dave, group, private):
    others = [conversation_topic(private.pk), inbox_topic(dave.pk), user_topic(alice.pk)]
    async with (
        hub().watch(conversation_topic(group.pk)) as bell,
        hub().watch(others[0]) as privates,
        hub().watch(others[1]) as daves,
        hub().watch(others[2]) as account,
    ):
        for each in (bell, privates, daves, account):
            await each.rung(timeout=0.5)
        await say("hello", alice, group)

        assert await bell.rung(timeout=5)
        for other in (privates, daves, account):
            assert not await other.rung(timeout=0.2)


@live
async def test_who_is_cancelled_at_any_moment_leaves_nothing_behind(alice, group):
    async def watch(topic):
        async with hub().watch(topic) as bell:
            while True:
                await bell.rung()

    topics = [conversation_topic(group.pk), inbox_topic(alice.pk), user_topic(alice.pk)]
    # As many turns of the loop as joining takes, and more.
    for turns in range(30):
        watching = [asyncio.create_task(watch(topic)) for topic in topics]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in watching:
            task.cancel()
        await asyncio.wait(watching)
    await settle()

    assert_nothing_is_left()


@live
async def test_streams_end_with_a_socket_that_is_gone_without_a_word(alice, bob, group):
    secrets = [await issue(user) for user in (alice, bob)]
    for gone in (lambda each: each.disconnect(timeout=3), cancel):
        opened = []
        for secret in secrets:
            one = Socket(application, "/graphql", subprotocols=["graphql-transport-ws"])
            await one.connect(timeout=3)
            await one.init({"authorization": f"Bearer {secret}"})
            variables = {"id": id_of(group), "after": 0}
            await one.subscribe(CHANGES, id="changes", variables=variables)
            await one.subscribe(INBOX_CHANGES, id="inbox")
            assert (await one.hear())["id"] == "changes"
            opened.append(one)
        assert sum(map(len, hub()._bells.values())) == 6, "two streams and a guard for each"

        for one in opened:
            await gone(one)
        await settle()

        assert_nothing_is_left()


async def cancel(one):
    one.future.cancel()
    await asyncio.wait([one.future])


@live
async def test_a_stream_that_ends_itself_leaves_nothing_behind(alice, dave, group):
    async with socket(app=application) as daves:
        await daves.init({"authorization": f"Bearer {await issue(dave)}"})
        variables = {"id": id_of(group)}
        answers = await daves.ask(CHANGES, variables=variables)
        assert answers[-1]["type"] == "complete"
        assert [topic.kind for topic in hub()._bells] == ["user"]
    await settle()

    assert_nothing_is_left()


@live
async def test_it_listens_again_to_a_layer_that_went_away(alice, group, monkeypatch, caplog):
    monkeypatch.setattr(hubs, "RETRY_SECONDS", 0.05)
    ears, receive, failures = hub(), hub()._layer.receive, [OSError("the layer is gone")] * 2

    async def fail_at_first(channel):
        if failures:
            raise failures.pop()
        return await receive(channel)

    monkeypatch.setattr(ears._layer, "receive", fail_at_first)
    async with ears.watch(conversation_topic(group.pk)) as bell:
        while failures:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        assert await bell.rung(timeout=5), "meanwhile anything may have happened"
        await say("hello", alice, group)
        assert await bell.rung(timeout=5)

    assert len(caplog.records) == 2
