"""What a change brings along for clients that keep pages and a badge."""

from contextlib import AsyncExitStack

import pytest
from django.db.backends.utils import CursorWrapper

from schema.types.inbox_cursor import InboxCursor
from talk.models import Conversation, Message
from talk.models.edit import EditQuerySet

from ..conftest import person
from .client import id_of
from .sockets import begun, in_thread, inbox_begun, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

EDGES = """subscription ($id: ID!) { conversationChanges(id: $id, after: 1) {
    message { number } messageEdge { cursor node { id number body } } } }"""
PAGE = """query ($id: ID!) { conversation(id: $id) { messages(last: 1) { edges {
    cursor node { id number body } } } } }"""
TOTALS = "subscription { inboxChanges { unreadTotal participation { unreadCount } } }"


@pytest.fixture
def group(alice, bob, carol):
    return Conversation.objects.start_group(alice, [bob, carol], "Lunch")


async def change_of(socket):
    while (told := await socket.hear())["type"] == "ping":
        await socket.say({"type": "pong"})
    (change,) = told["payload"]["data"].values()
    return change


@live
async def test_the_edge_of_a_new_message_is_that_of_a_fresh_page(gql, alice, bob, group):
    place = await in_thread(group.participation_of)(alice)
    async with signed_in(bob, talk) as socket:
        await socket.subscribe(EDGES, variables={"id": id_of(group)})
        await in_thread(place.send)("Soup?")
        sent = await change_of(socket)
        reader = await in_thread(group.participation_of)(bob)
        await in_thread(reader.read)(1)
        read = await change_of(socket)
    page = await in_thread(lambda: gql(bob)(PAGE, id=id_of(group)))()

    assert [sent["messageEdge"]] == page["data"]["conversation"]["messages"]["edges"]
    assert read == {"message": None, "messageEdge": None}


@live
async def test_a_change_of_the_inbox_has_the_total_of_all_conversations(alice, bob, group):
    other = await in_thread(Conversation.objects.between)(alice, bob)
    one = await in_thread(other.participation_of)(alice)
    place = await in_thread(group.participation_of)(alice)
    await in_thread(one.send)("hello")
    async with signed_in(bob, talk) as socket:
        await socket.subscribe(TOTALS)
        await inbox_begun(bob)
        await in_thread(place.send)("Soup?")
        sent = await change_of(socket)
        reader = await in_thread(other.participation_of)(bob)
        await in_thread(reader.read)(1)
        read = await change_of(socket)

    assert sent == {"unreadTotal": 2, "participation": {"unreadCount": 1}}
    assert read == {"unreadTotal": 1, "participation": {"unreadCount": 0}}


@live
async def test_names_of_a_conversation_are_shared_by_all_who_are_not_among_the_first(
    alice, bob, carol, executions
):
    rest = [await in_thread(person)(f"p{number}") for number in range(6)]
    talked = await in_thread(Conversation.objects.start_group)(alice, [bob, carol, *rest])
    place = await in_thread(talked.participation_of)(alice)
    names = "subscription ($id: ID!) { conversationChanges(id: $id) { conversation { name } } }"
    async with AsyncExitStack() as stack:
        people = (alice, bob, carol, *rest)
        sockets = [await stack.enter_async_context(signed_in(each, talk)) for each in people]
        for socket in sockets:
            await socket.subscribe(names, variables={"id": id_of(talked)})
        await begun(len(sockets))
        executions.clear()
        await in_thread(place.send)("Soup?")
        heard = [(await change_of(socket))["conversation"]["name"] for socket in sockets]

    first = ["Bob, Carol, P0", "Alice, Carol, P0", "Alice, Bob, P0"]
    assert heard == first + ["Alice, Bob, Carol"] * 6
    # One for each of the first three, and one for all others.
    assert len(executions) == 4


MISSED = """subscription ($id: ID!, $after: Int!) { conversationChanges(id: $id, after: $after) {
    revision message { reactions { count users { name } } mentions { name } replyCount
    replyTo { body } edits { edges { node { body } } } viewerCan } } }"""
MISSED_INBOX = """subscription ($after: String!) { inboxChanges(after: $after) {
    unreadTotal participation { unreadMentionCount conversation { name viewerCan
    latestMessage { reactions { count } } } } } }"""


@pytest.fixture
def statements(monkeypatch):
    """How many statements went to the database, in any thread."""
    counted = [0]
    execute = CursorWrapper.execute

    def counting(*args, **kwargs):
        counted[0] += 1
        return execute(*args, **kwargs)

    monkeypatch.setattr(CursorWrapper, "execute", counting)
    return counted


async def statements_for(statements, bob, changes, query, **variables):
    """The statements of a stream from its beginning until it has told so many changes."""
    async with signed_in(bob, talk) as socket:
        before = statements[0]
        await socket.subscribe(query, variables=variables)
        for _ in range(changes):
            await change_of(socket)
        assert await socket.receive_nothing(0.3), "for this test to mean anything"
    return statements[0] - before


@live
async def test_what_a_client_missed_costs_as_many_queries_for_few_changes_as_for_many(
    statements, settings, alice, bob, group
):
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": False, "RECONCILE_SECONDS": 60}

    def talk_a_lot():
        place = group.participation_of(alice)
        for number in range(1, 31):
            said = place.send(f"{number}", reply_to=number - 1 or None, mentions=[bob])
            place.react(said, "👍")
            place.edit(said, f"{number}!")

    await in_thread(talk_a_lot)()
    last = await in_thread(lambda: Conversation.objects.get(pk=group.pk).revision)()
    few = await statements_for(statements, bob, 3, MISSED, id=id_of(group), after=last - 3)
    many = await statements_for(statements, bob, 45, MISSED, id=id_of(group), after=last - 45)

    assert many == few > 5


@live
async def test_so_do_the_changes_of_an_inbox(statements, settings, alice, bob):
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": False, "RECONCILE_SECONDS": 60}

    def start(many):
        for number in range(many):
            group = Conversation.objects.start_group(alice, [bob], f"{number}")
            said = group.participation_of(alice).send("Soup?", mention_all=True)
            group.participation_of(bob).react(said, "👍")

    cursors = [InboxCursor.now().encode()]
    await in_thread(start)(2)
    few = await statements_for(statements, bob, 2, MISSED_INBOX, after=cursors[0])
    await in_thread(start)(28)
    many = await statements_for(statements, bob, 30, MISSED_INBOX, after=cursors[0])

    assert many == few > 5


@live
@pytest.mark.parametrize(("length", "read_at_once"), [(10, [10]), (10_000, [10, 1])])
async def test_long_earlier_texts_are_read_for_one_change_at_a_time(
    alice, bob, group, monkeypatch, length, read_at_once
):
    """Together they could take more memory than the process has."""

    def talk_at_length():
        place = group.participation_of(alice)
        for _ in range(10):
            said = place.send("0")
            for number in range(1, 4):
                place.edit(Message.objects.get(pk=said.pk), f"{number}" * length)
            place.edit(Message.objects.get(pk=said.pk), "short")

    await in_thread(talk_at_length)()
    read, pages_of = [], EditQuerySet.pages_of

    def noted(rows, messages, *args):
        read.append(len(messages))
        return pages_of(rows, messages, *args)

    monkeypatch.setattr(EditQuerySet, "pages_of", noted)
    async with signed_in(bob, talk) as socket:
        await socket.subscribe(MISSED, variables={"id": id_of(group), "after": 1})
        for _ in range(50):
            change = await change_of(socket)
            bodies = [each["node"]["body"] for each in change["message"]["edits"]["edges"]]
            assert bodies == ["3" * length, "2" * length, "1" * length, "0"]

    assert sorted(set(read), reverse=True) == read_at_once
