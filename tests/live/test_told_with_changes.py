"""What a change brings along for clients that keep pages and a badge."""

from contextlib import AsyncExitStack

import pytest

from talk.models import Conversation

from ..conftest import person
from .client import id_of
from .sockets import in_thread, live, signed_in, talk

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
    ((change,),) = [(await socket.hear())["payload"]["data"].values()]
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
        assert await socket.receive_nothing(0.5)
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
        assert await sockets[0].receive_nothing(0.5)
        executions.clear()
        await in_thread(place.send)("Soup?")
        heard = [(await change_of(socket))["conversation"]["name"] for socket in sockets]

    first = ["Bob, Carol, P0", "Alice, Carol, P0", "Alice, Bob, P0"]
    assert heard == first + ["Alice, Bob, Carol"] * 6
    # One for each of the first three, and one for all others.
    assert len(executions) == 4
