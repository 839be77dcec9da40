"""What a change brings along for clients that keep pages and a badge."""

import pytest

from talk.models import Conversation

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
