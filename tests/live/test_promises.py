"""What the viewer may do is told live as by a query, and executed once for all who may do alike."""

from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from talk.models import Block, Conversation, Participation

from ..conftest import person
from .client import id_of
from .sockets import begun, in_thread, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = """subscription ($id: ID!) { conversationChanges(id: $id) {
    conversation { viewerCan } message { id viewerCan } } }"""
QUERY = (
    """query ($id: ID!) { conversation(id: $id) { viewerCan latestMessage { id viewerCan } } }"""
)


@asynccontextmanager
async def listeners(people, conversation):
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(signed_in(each, talk)) for each in people]
        for socket in sockets:
            await socket.subscribe(CHANGES, variables={"id": id_of(conversation)})
        await begun(len(sockets))
        yield sockets


async def told(socket):
    (change,) = (await socket.hear())["payload"]["data"].values()
    return change["conversation"]["viewerCan"], change["message"] and change["message"]["viewerCan"]


def queried(gql, user, conversation):
    found = gql(user)(QUERY, id=id_of(conversation))["data"]["conversation"]
    return found["viewerCan"], found["latestMessage"]["viewerCan"]


@pytest.fixture
def crowd(alice, bob, carol, dave, erin):
    """A group of the owner Alice, the admin Bob, members, and of Dave, who is suspended."""
    rest = [person(f"p{number}") for number in range(12)]
    group = Conversation.objects.start_group(alice, [bob, carol, dave, erin, *rest])
    owner = group.participation_of(alice)
    group.participation_of(bob).change_role(Participation.Role.ADMIN, by=owner)
    group.participation_of(rest[0]).change_role(Participation.Role.ADMIN, by=owner)
    group.participation_of(dave).suspend()
    return group, [alice, bob, carol, dave, erin, *rest]


@live
@pytest.mark.parametrize("sender", [0, 1, 2])
async def test_each_member_is_told_live_what_a_query_tells(gql, crowd, executions, sender):
    group, people = crowd
    place = await in_thread(group.participation_of)(people[sender])
    async with listeners(people, group) as sockets:
        executions.clear()
        await in_thread(place.send)("Soup?")
        heard = [await told(socket) for socket in sockets]

    assert heard == [await in_thread(queried)(gql, each, group) for each in people]
    # For the sender, owners, admins, members, and who is suspended.
    assert len(executions) <= 5


@live
async def test_who_is_suspended_may_only_save_and_take_back_their_own(gql, crowd):
    group, people = crowd
    dave = await in_thread(group.participation_of)(people[3])
    await in_thread(dave.restore)()
    await in_thread(dave.send)("Soup?")
    message = await in_thread(lambda: group.messages.last())()
    alice = await in_thread(group.participation_of)(people[0])
    async with listeners(people[:4], group) as sockets:
        await in_thread(dave.suspend)()
        await in_thread(alice.react)(message, "👍")
        for socket in sockets:
            await socket.hear()
        heard = [await told(socket) for socket in sockets]

    assert heard[3] == (["LEAVE"], ["SAVE", "RETRACT"])
    assert heard == [await in_thread(queried)(gql, each, group) for each in people[:4]]


@live
async def test_in_private_who_is_blocked_is_promised_less(gql, alice, bob):
    between = await in_thread(Conversation.objects.between)(alice, bob)
    alices, bobs = [await in_thread(between.participation_of)(each) for each in (alice, bob)]
    message = await in_thread(alices.send)("Soup?")
    await in_thread(Block.objects.block)(bob, alice)
    async with listeners([alice, bob], between) as sockets:
        await in_thread(bobs.react)(message, "👍")
        heard = [await told(socket) for socket in sockets]

    assert heard == [await in_thread(queried)(gql, each, between) for each in (alice, bob)]
    assert heard[0] == ([], ["SAVE", "RETRACT"])
    assert "SEND" in heard[1][0]


@live
async def test_a_policy_about_members_is_asked_for_each_viewer(gql, alice, bob, settings):
    group = await in_thread(Conversation.objects.start_group)(alice, [bob])
    place = await in_thread(group.participation_of)(alice)
    settings.TALK = {**settings.TALK, "POLICY": "tests.api.test_viewer_can.Strict"}
    async with listeners([alice, bob], group) as sockets:
        await in_thread(place.send)("Soup?")
        heard = [await told(socket) for socket in sockets]

    assert heard == [await in_thread(queried)(gql, each, group) for each in (alice, bob)]
    assert "MENTION_ALL" not in heard[0][0]
