"""Who asks the same of an event gets one answer, unless it depends on who asks."""

import asyncio
import gc
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from schema import threads
from schema.live import sharing, streams
from talk.models import Block, Conversation, Event

from ..client.documents import documents
from ..domain.acting import picture
from .client import id_of
from .sockets import begun, code_of, in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "revision message { number body sender { username } conversation { id title lastNumber } }"
ASKS = "subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) { %s } }"


async def hear(socket, count=1):
    """The next changes."""
    answers = [(await socket.hear())["payload"] for _ in range(count)]
    assert not any("errors" in answer for answer in answers), answers
    return [answer["data"]["conversationChanges"] for answer in answers]


async def ask(socket, group, fields, after=None, id="1"):
    variables = {"id": id_of(group), "after": after}
    await socket.subscribe(ASKS % fields, id=id, variables=variables)


@asynccontextmanager
async def listeners(users, group, fields, after=None):
    """A socket of each of these, who all hear the same."""
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(signed_in(user, talk)) for user in users]
        for socket in sockets:
            await ask(socket, group, fields, after)
        await begun(len(sockets))
        await settle()
        yield sockets


async def settle():
    await asyncio.sleep(0.2)


@live
async def test_one_event_is_executed_once_for_all_who_ask_the_same(
    alice, bob, carol, group, executions
):
    place = await in_thread(group.participation_of)(alice)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(signed_in(user, talk))
            for user in (alice, bob, carol)
            for _ in range(4)
        ]
        for number, socket in enumerate(sockets):
            # From different cursors: by now they have all read the same.
            await ask(socket, group, SAID, after=number % 2)
            await hear(socket, 1 - number % 2)
        await settle()
        executions.clear()

        await in_thread(place.send)("one")
        await in_thread(place.send)("two")
        heard = [await hear(socket, 2) for socket in sockets]

    assert executions == [2, 3]
    assert all(each == heard[0] for each in heard)
    assert [change["message"]["body"] for change in heard[0]] == ["one", "two"]


@live
async def test_what_hangs_on_the_conversation_is_executed_once_too(
    alice, bob, carol, group, executions
):
    place = await in_thread(group.participation_of)(alice)
    page = (
        "conversation { title messages(last: 1) { edges { node { body sender { username } } } } }"
    )
    async with listeners((alice, bob, carol), group, page) as (alices, bobs, carols):
        executions.clear()
        await in_thread(place.send)("one")

        heard = await hear(alices)
        assert heard == await hear(bobs) == await hear(carols)
    ((edge,),) = [change["conversation"]["messages"]["edges"] for change in heard]
    assert edge["node"] == {"body": "one", "sender": {"username": "alice"}}
    assert len(executions) == 1


@live
async def test_other_documents_and_variables_are_other_questions(alice, bob, group, executions):
    place = await in_thread(group.participation_of)(alice)
    asks = "subscription ($id: ID!, $more: Boolean!) { conversationChanges(id: $id) { revision "
    asks += "message @include(if: $more) { number } } }"
    async with signed_in(alice, talk) as alices, signed_in(bob, talk) as bobs:
        for key, socket, more in (("1", alices, True), ("2", alices, False), ("3", bobs, True)):
            variables = {"id": id_of(group), "more": more}
            await socket.subscribe(asks, id=key, variables=variables)
        await settle()
        executions.clear()
        await in_thread(place.send)("one")
        more, less = sorted(await hear(alices, 2), key=len, reverse=True)

        assert await hear(bobs) == [more] == [{"revision": 2, "message": {"number": 1}}]
    assert less == {"revision": 2}
    assert len(executions) == 2


@live
async def test_the_client_id_is_for_its_sender_and_shared_among_the_others(
    alice, bob, carol, group, executions
):
    place = await in_thread(group.participation_of)(alice)
    client_id = "5c7e4a3e-7d0f-4c64-9b44-94cb5a1d0f3a"
    fields = "message { clientId }"
    async with listeners((alice, bob, carol), group, fields) as (alices, bobs, carols):
        executions.clear()
        await in_thread(place.send)("mine", client_id=client_id)

        assert await hear(alices) == [{"message": {"clientId": client_id}}]
        assert await hear(bobs) == await hear(carols) == [{"message": {"clientId": None}}]
    assert len(executions) == 2


@live
async def test_what_is_personal_is_told_to_each_their_own(alice, bob, carol, group, caplog):
    place = await in_thread(group.participation_of)(alice)
    fields = "conversation { viewerParticipation { unreadCount user { username } } }"
    async with listeners((alice, bob, carol), group, fields) as sockets:
        await in_thread(place.send)("one")
        heard = [
            change["conversation"]["viewerParticipation"]
            for socket in sockets
            for change in await hear(socket)
        ]

    assert heard == [
        {"unreadCount": 0, "user": {"username": "alice"}},
        {"unreadCount": 1, "user": {"username": "bob"}},
        {"unreadCount": 1, "user": {"username": "carol"}},
    ]
    assert "A plan failed" not in caplog.text


@live
@pytest.mark.parametrize("first_unread", ["true", "false"])
async def test_the_first_unread_message_is_that_of_each_viewer(
    alice, bob, carol, group, first_unread
):
    """Each value of `firstUnread` selects the same page."""
    place = await in_thread(group.participation_of)(alice)
    one, two, three = [await in_thread(place.send)(text) for text in ("one", "two", "three")]
    for reader, message in ((bob, two), (carol, one)):
        own = await in_thread(group.participation_of)(reader)
        await in_thread(own.read)(message.number)
    around = f"messages(around: {{firstUnread: {first_unread}}}, first: 1)"
    fields = f"conversation {{ {around} {{ edges {{ node {{ body }} }} }} }}"
    async with listeners((bob, carol), group, fields) as (bobs, carols):
        await in_thread(place.send)("four")
        heard = [(await hear(socket))[0]["conversation"]["messages"] for socket in (bobs, carols)]

    bodies = [page["edges"][0]["node"]["body"] for page in heard]
    assert bodies == [three.body, two.body]


@live
@pytest.mark.parametrize(
    "page", ["messages(first: 9) { edges { node {", "pins(first: 9) { edges { node { message {"]
)
async def test_each_kind_of_viewer_gets_a_page_by_the_same_number_of_queries(
    alice, bob, group, page, monkeypatch
):
    """The page is read once for all of them, and what hangs on its messages once for each kind."""
    execute, counts = streams.Stream.execute, []

    def counted(stream, event, context):
        with CaptureQueriesContext(connection) as queries:
            result = execute(stream, event, context)
        counts.append(len(queries))
        return result

    monkeypatch.setattr(streams, "_execute_in_thread", threads.live.to_async(counted))
    monkeypatch.setattr(streams.Stream, "execute", counted)
    place = await in_thread(group.participation_of)(alice)
    fields = f"conversation {{ {page} viewerSaved reactions {{ emoji }} {'}' * page.count('{')} }}"

    async def cost(messages):
        for number in range(messages):
            message = await in_thread(place.send)(str(number))
            await in_thread(place.pin_message)(message)
        # Bob's result is another one than Alice's.
        await in_thread((await in_thread(group.participation_of)(bob)).save_message)(message)
        async with listeners(
            (alice, bob), group, fields, after=place.conversation.revision - 1
        ) as sockets:
            # The last change, after which the streams are live.
            await asyncio.gather(*map(hear, sockets))
            counts.clear()
            await in_thread(place.rename)(f"After {messages}")
            await asyncio.gather(*map(hear, sockets))
        assert len(counts) == 2
        return list(counts)

    few, more = await cost(1), await cost(5)
    assert few == more
    assert few[1] < few[0]


@live
async def test_who_is_removed_sees_nothing_of_what_followed_at_once(alice, bob, carol, group):
    fields = "kind conversation { title lastNumber latestMessage { body kind } } message { number }"
    place = await in_thread(group.participation_of)(alice)
    bobs_place = await in_thread(group.participation_of)(bob)

    @transaction.atomic
    def all_at_once():
        place.send("before")
        bobs_place.remove(place)
        place.send("a secret")
        place.rename("Without Bob")

    async with listeners((bob, carol), group, fields) as (bobs, carols):
        await in_thread(all_at_once)()
        before, removed = await hear(bobs, 2)
        last = await bobs.hear()
        carols_changes = await hear(carols, 4)

    assert [before["kind"], removed["kind"]] == ["MESSAGE_SENT", "PARTICIPANT_REMOVED"]
    seen = {"title": "Lunch", "lastNumber": 2, "latestMessage": {"body": "", "kind": "REMOVED"}}
    assert before["conversation"] == removed["conversation"] == seen
    assert last["payload"]["errors"][0]["extensions"]["code"] == "NOT_A_PARTICIPANT"
    assert {change["conversation"]["title"] for change in carols_changes} == {"Without Bob"}


DESCRIBED = "kind message { id } conversation { description avatar data key }"
ALL = {"description": "We sing.", "avatar": "https://example.com/a.png", "data": {"a": [1]}}


@live
async def test_what_describes_a_group_is_the_same_for_all(alice, bob, carol, group, executions):
    place = await in_thread(group.participation_of)(alice)
    async with listeners((alice, bob, carol), group, DESCRIBED) as sockets:
        executions.clear()
        await in_thread(place.describe)(**ALL)
        changes = [each for socket in sockets for each in await hear(socket)]

    (change,) = [each for number, each in enumerate(changes) if each not in changes[:number]]
    assert (change["kind"], change["message"]) == ("CONVERSATION_CHANGED", None)
    assert change["conversation"] == ALL | {"key": None}
    assert len(executions) == 1


@live
async def test_a_picture_that_is_a_file_is_the_same_for_all(alice, bob, group, executions):
    place, file = await in_thread(group.participation_of)(alice), await in_thread(picture)(alice)
    async with listeners((alice, bob), group, "conversation { avatar }") as sockets:
        executions.clear()
        await in_thread(place.describe)(avatar_file=file)
        (one,), (other,) = [await hear(socket) for socket in sockets]

    assert one == other
    assert one["conversation"]["avatar"].startswith("/talk/files/")
    assert len(executions) == 1


@live
async def test_who_is_removed_sees_no_description_of_what_followed_at_once(
    alice, bob, carol, group
):
    place = await in_thread(group.participation_of)(alice)
    bobs_place = await in_thread(group.participation_of)(bob)

    @transaction.atomic
    def all_at_once():
        place.describe(**ALL)
        bobs_place.remove(place)
        place.describe(description="Without Bob")

    async with listeners((bob, carol), group, DESCRIBED) as (bobs, carols):
        await in_thread(all_at_once)()
        described, removed = await hear(bobs, 2)
        last = await bobs.hear()
        carols_changes = await hear(carols, 3)

    assert [described["kind"], removed["kind"]] == ["CONVERSATION_CHANGED", "PARTICIPANT_REMOVED"]
    nothing = {"description": "", "avatar": None, "data": {}, "key": None}
    assert described["conversation"] == removed["conversation"] == nothing
    assert last["payload"]["errors"][0]["extensions"]["code"] == "NOT_A_PARTICIPANT"
    seen = ALL | {"description": "Without Bob", "key": None}
    assert [change["conversation"] for change in carols_changes] == [seen] * 3


@live
async def test_who_blocked_the_sender_is_answered_apart(alice, bob, carol, group, executions):
    place = await in_thread(group.participation_of)(alice)
    block = in_thread(Block.objects.block)
    async with listeners((alice, bob, carol), group, SAID, after=1) as sockets:
        await block(bob, alice)
        await wait_for_blocks(sockets[1])
        executions.clear()

        await in_thread(place.send)("hello")
        said = [(await hear(socket))[0]["message"]["body"] for socket in sockets]

    assert said == ["hello", "", "hello"]
    assert executions == [2, 2]


async def wait_for_blocks(socket):
    """Until the socket knows of a block, which a wake-up announces."""
    query = "{ blockedUsers { edges { node { blocked } } } }"
    for attempt in range(100):
        (answer, _complete) = await socket.ask(query, id=f"asked {attempt}")
        (edge,) = answer["payload"]["data"]["blockedUsers"]["edges"]
        if edge["node"]["blocked"]:
            return
        await settle()
    raise AssertionError("it was not told")


@live
async def test_what_is_kept_for_others_is_bounded():
    """The event may wait for a slow reader, and its answers wait with it."""
    answers = sharing.SharedResults()

    async def execute(_context):
        return "x" * 50_000

    for question in range(10):
        stream = SimpleNamespace(selection=question, context=None)
        assert len(await answers.get(stream, execute)) == 50_000

    kept = [answer for known in answers._known.values() for _onlooker, answer in known]
    assert 0 < sum(map(len, kept)) <= sharing.MOST_KEPT


@live
async def test_what_is_kept_is_shared_also_when_there_is_no_room_for_more():
    """Otherwise one viewer who gets another long result would make all execute for themselves."""
    answers, executed = sharing.SharedResults(), []

    async def heard_by(viewer):
        async def execute(context):
            executed.append(viewer)
            return ("own" if context.is_viewer(1) else "other") + " " * 100_000

        context = SimpleNamespace(is_viewer=lambda user_pk: user_pk == viewer)
        stream = SimpleNamespace(selection="reactions", context=context)
        return (await answers.get(stream, execute)).strip()

    heard = [await heard_by(viewer) for viewer in (2, 1, 3, 1, 2)]

    assert heard == ["other", "own", "other", "own", "other"]
    assert executed == [2, 1, 1]


@live
async def test_an_idle_subscription_keeps_no_event_that_it_has_delivered(alice, bob, group):
    participation = await in_thread(group.participation_of)(alice)
    body = "a text that nothing else has " * 10
    async with listeners((bob,), group, SAID, after=1) as (bobs,):
        for number in range(2):
            await in_thread(participation.send)(f"{body} {number}")
            assert (await hear(bobs))[0]["message"]["body"] == f"{body} {number}"
        await settle()
        gc.collect()
        events = [each for each in gc.get_objects() if type(each) is Event]
        kept = [each for each in events if each.revision in {2, 3}]

    assert not kept


def test_a_result_that_needs_any_other_value_of_the_context_is_not_shared():
    context = SimpleNamespace(language="en", is_viewer=lambda pk: pk == 1)

    recording = sharing.RecordingContext(context)
    assert recording.is_viewer(1)
    assert not recording.is_personal
    assert recording.language == "en"
    assert recording.is_personal

    recording = sharing.RecordingContext({"language": "en"})
    assert recording["language"] == "en"
    assert recording.is_personal


@live
async def test_changes_after_a_negative_revision_are_refused(alice, group):
    async with signed_in(alice, talk) as alices:
        await ask(alices, group, "revision", after=-1)

        assert code_of(await alices.hear()) == "INVALID_CURSOR"


@live
async def test_the_client_of_many_viewers_costs_what_that_of_a_few_costs(
    alice, bob, carol, dave, erin, executions
):
    group = await in_thread(Conversation.objects.start_group)(
        alice, [bob, carol, dave, erin], "Lunch"
    )
    admin, member = [await in_thread(group.participation_of)(each) for each in (alice, bob)]
    document = documents()["documents"]["conversationChanges"]
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(signed_in(user, talk))
            for user in (alice, bob, carol, dave, erin)
            for _ in range(4)
        ]
        for socket in sockets:
            await socket.subscribe(document, id="1", variables={"id": id_of(group), "after": 0})
            await hear(socket)
        await settle()

        async def cost(change, *given, **named):
            executions.clear()
            answer = await in_thread(change)(*given, **named)
            for socket in sockets:
                await hear(socket)
            return len(executions), answer

        # The sender, and all others.
        sent, message = await cost(admin.send, "one")
        # The sender, the admin, who may remove the message, and all others.
        said, _ = await cost(member.send, "two", reply_to=message.number)
        mentioned, _ = await cost(admin.send, "three", mentions=[bob.pk])
        reacted, _ = await cost(member.react, message, "👍")
        # The reader, who is told whether it was private, and all others.
        read, _ = await cost(member.read)

    assert [sent, said, mentioned, reacted, read] == [2, 3, 3, 3, 2]
