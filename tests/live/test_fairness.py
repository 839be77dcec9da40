"""How one client asks, reads or ends harms no other, and lets nobody stay who has to go."""

import asyncio
import json
import time

import pytest
from django.db import OperationalError
from django.http import HttpRequest

from schema import schema as talk_schema
from schema.authentication import AuthenticationFailed, Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.live import changes, inbox, sharing
from schema.live import feeds as feeding
from schema.live.hub import hub
from schema.live.sharing import SharedResults
from schema.live.streams import listen
from schema.live.topics import conversation_topic
from schema.transport import credentials as guard
from schema.transport.protocol import GraphQLTransportWSHandler
from schema.types.inbox_cursor import InboxCursor
from talk import wakeups
from talk.models import AccessToken

from ..api.asking import group as new_group
from .client import id_of
from .sockets import in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = "subscription { count(pause: 60) }"


@live
async def test_who_is_signed_out_can_not_stay_by_completing_meanwhile(alice, monkeypatch):
    send = GraphQLTransportWSHandler.send_message

    async def slowly(self, message):
        # While the client is told of one operation, it completes the other.
        if message["type"] == "error":
            for other in set(self.operations) - {message["id"]}:
                self.operations.pop(other)
        await send(self, message)

    monkeypatch.setattr(GraphQLTransportWSHandler, "send_message", slowly)
    async with signed_in(alice) as alices:
        for name in "abc":
            await alices.subscribe(COUNT, id=name)
            await alices.hear()
        await in_thread(lambda: AccessToken.objects.get().revoke())()

        assert (await alices.hear())["type"] == "error"
        assert await alices.hear() == 4403


@live
async def test_credentials_that_can_not_be_checked_are_checked_again_soon(alice, monkeypatch):
    monkeypatch.setattr(guard, "RECHECK_SOON_SECONDS", 0.1)
    tries = iter([None, OperationalError(), OperationalError(), OperationalError()])

    async def check():
        tried = next(tries, AuthenticationFailed("revoked"))
        if tried is not None:
            raise tried

    context = Context(HttpRequest(), Identity(alice))
    watching = asyncio.create_task(guard.wait_until_invalid(context, check))
    await asyncio.sleep(0.3)
    await in_thread(wakeups.wake_user)(alice.pk)

    await asyncio.wait_for(watching, 5)


@live
async def test_a_question_that_takes_long_is_not_answered_before_others(
    alice, bob, group, monkeypatch
):
    monkeypatch.setattr(sharing, "QUICK_SECONDS", -1.0)
    prepared = []
    prepare = SharedResults.execute_early

    def noted(self, event, stream):
        prepared.append(event.revision)
        return prepare(self, event, stream)

    monkeypatch.setattr(SharedResults, "execute_early", noted)
    place = await in_thread(group.participation_of)(alice)
    stream = f'conversationChanges(id: "{id_of(group)}", after: 1) {{ revision }}'
    async with signed_in(bob, app=talk) as bobs:
        await bobs.subscribe(f"subscription {{ {stream} }}")
        for number in range(2, 6):
            await asyncio.sleep(0.2)
            await in_thread(place.send)(f"message {number}")
            assert (await bobs.hear())["payload"]["data"]["conversationChanges"] == {
                "revision": number
            }
    # The first is answered by the stream itself, to see whether it can be.
    assert prepared == [3]


@live
async def test_few_of_all_questions_are_answered_before_others(alice, bob, group, monkeypatch):
    asked = []
    read = feeding.member_events

    async def noted(key, after, askers):
        asked.append(len(askers))
        return await read(key, after, askers)

    monkeypatch.setattr(feeding, "member_events", noted)
    place = await in_thread(group.participation_of)(alice)
    async with signed_in(bob, app=talk) as bobs:
        for number in range(8):
            stream = (
                f'conversationChanges(id: "{id_of(group)}", after: 1) {{ a{number}: revision }}'
            )
            await bobs.subscribe(f"subscription {{ {stream} }}", id=str(number))
        for _time in range(3):
            await asyncio.sleep(0.3)
            await in_thread(place.send)("hello")
            heard = [(await bobs.hear())["type"] for _stream in range(8)]
            assert heard == ["next"] * 8

    assert max(asked) == feeding.EARLY_SELECTIONS


class Viewer:
    """A stream of somebody to whom everything is answered in a way of their own."""

    selection = "the same"
    is_synchronous = False

    def __init__(self, number):
        self.number = number
        self.context = self
        self.asked = 0

    def is_viewer(self, number):
        self.asked += 1
        return number == self.number


@live
async def test_many_who_are_all_unlike_do_not_wait_for_one_another():
    viewers = [Viewer(number) for number in range(100)]
    answers = SharedResults()

    async def answer(viewer):
        async def execute(context):
            await asyncio.sleep(0.02)
            for number in range(100):
                context.is_viewer(number)
            return f"for {viewer.number}"

        return await answers.get(viewer, execute)

    begun = time.monotonic()
    answered = await asyncio.gather(*map(answer, viewers))

    assert answered == [f"for {number}" for number in range(100)]
    assert sum(viewer.asked for viewer in viewers) < 100_000
    assert time.monotonic() - begun < 1.5


@live
async def test_what_was_asked_and_how_does_not_pile_up():
    answers = SharedResults()

    async def execute(context):
        return "the same"

    for number in range(500):
        viewer = Viewer(1)
        viewer.selection = f"question {number}"
        await answers.get(viewer, execute)

    assert len(answers._known) + len(answers._personal) <= sharing.MOST_SELECTIONS


@live
async def test_who_takes_their_time_is_shown_what_is_so_by_then(alice, bob, carol, monkeypatch):
    for module in (changes, inbox):
        monkeypatch.setattr(module, "FRESH_SECONDS", 0.2)

    def prepare():
        new_group(alice, bob, title="first")
        return new_group(alice, bob, carol, title="second")

    def remove():
        second.participation_of(bob).remove(by=second.participation_of(alice))

    cursor = InboxCursor.now().encode()
    second = await in_thread(prepare)()
    query = """subscription ($after: String) { inboxChanges(after: $after) {
        participation { status conversation { title } } } }"""
    context = Context(HttpRequest(), Identity(bob))
    operation = talk_schema.operation(Request(query, {"after": cursor}), context)
    async with listen(talk_schema, operation) as stream:
        results = stream.results()
        assert "first" in await anext(results)
        await in_thread(remove)()
        await asyncio.sleep(0.3)
        shown = json.loads(await anext(results))["data"]["inboxChanges"]["participation"]
        await results.aclose()

    assert shown == {"status": "REMOVED", "conversation": {"title": "second"}}


@live
async def test_inboxes_in_which_nothing_moves_cost_one_query_for_all(
    alice, bob, carol, group, settings, monkeypatch
):
    settings.TALK = {**settings.TALK, "RECONCILE_SECONDS": 0.1}
    reads = []
    read = inbox.inbox_changes

    async def noted(*args):
        reads.append(args)
        return await read(*args)

    monkeypatch.setattr(inbox, "inbox_changes", noted)
    async with (
        signed_in(alice, app=talk) as alices,
        signed_in(bob, app=talk) as bobs,
        signed_in(carol, app=talk) as carols,
    ):
        for each in (alices, bobs, carols):
            await each.subscribe("subscription { inboxChanges { cursor } }")
        await asyncio.sleep(0.7)
        reads.clear()
        await asyncio.sleep(0.7)

    assert not reads


@live
async def test_a_message_of_another_version_does_not_stop_the_listener(group):
    async with hub().watch(conversation_topic(group.pk)) as wakeup:
        await asyncio.sleep(0.2)
        channel = hub().listener._channel
        name = wakeups.conversation_group(group.pk)
        await wakeup.wait(timeout=0.1)
        for content in ({"indicator": 1}, {"asked": 1}, {"conversation": []}):
            await wakeups.send(name, content)
        assert not await wakeup.wait(timeout=0.3)
        await wakeups.send(name, {"conversation": group.pk})

        assert await wakeup.wait(timeout=2)
        assert hub().listener._channel == channel


@live
async def test_a_group_that_is_left_during_an_outage_is_left_afterwards(group, monkeypatch):
    listener = hub().listener
    told = []
    async with hub().watch(conversation_topic(group.pk)):
        await asyncio.sleep(0.2)
        await listener.join(["talk.other"])
        listener.is_disconnected = True
        await listener.leave(["talk.other"])
        discard = listener._layer.group_discard

        async def noted(name, channel):
            told.append(name)
            await discard(name, channel)

        monkeypatch.setattr(listener._layer, "group_discard", noted)
        await listener._join_all()

        assert told == ["talk.other"]
