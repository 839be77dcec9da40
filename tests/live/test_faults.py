"""Nothing is lost, doubled or out of order, whatever breaks while people talk.

Every listener's page, made of nothing but what its streams said, is in the end what a fresh
query shows. The counts are printed.
"""

import asyncio
import signal
from contextlib import ExitStack

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.test import Client

from talk.models import Conversation, Participation

from .client import front_end, id_of
from .conftest import database_url, launch
from .sockets import live
from .storm import LISTEN, PAGE, Listener, Storm
from .valkey import Valkey

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

in_thread = database_sync_to_async
#: What the servers' connections are called at the database.
NAME = "servers-in-a-storm"


@pytest.fixture(scope="module")
def valkey():
    found = Valkey()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def start(django_db_setup, valkey):
    """Starts a server whose connections to the database have a name."""
    with ExitStack() as servers:

        def start(**environment):
            url = database_url()
            url += f"{'&' if '?' in url else '?'}application_name={NAME}"
            given = {"REDIS_URL": valkey.url, "DATABASE_URL": url, "RECONCILE_SECONDS": "1"}
            server = launch(**given | environment)
            servers.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="module")
def cluster(start):
    """Two processes of the server, which know of each other by the layer alone."""
    return [start(), start()]


@pytest.fixture
def storm(alice, bob, carol, dave, erin):
    """`storm(servers)`: three people say things, and all listen, Alice on two pages."""
    everybody = [alice, bob, carol, dave, erin]
    group = Conversation.objects.start_group(alice, everybody[1:], "Storm")
    # All who write may pin, too.
    group.participations.filter(user__in=everybody[1:3]).update(role="admin")

    def of(servers, **options):
        listeners = [Listener(user, position=0) for user in (*everybody, alice)]
        return Storm(servers, group, everybody[:3], listeners, **options)

    return of


async def weather(storm, fault, name, capsys):
    """Let it rage, and see what is left."""

    async def last():
        conversation = await Conversation.objects.aget(pk=storm.conversation.pk)
        return conversation.revision

    await storm.rage(fault, last)
    with capsys.disabled():
        print(f"\n  {storm.report(name)}")  # noqa: T201
    statuses, title = await in_thread(fresh)(storm.conversation)
    pages = {
        each.user: await in_thread(page)(each.user, storm.conversation) for each in storm.listeners
    }
    for listener in storm.listeners:
        assert listener.delivered == storm.last, "each change once"
        assert (listener.duplicated, listener.skipped) == (0, 0)
        assert listener.messages == pages[listener.user]
        assert statuses.items() >= listener.statuses.items()
        assert listener.title == title
    # Each was said and changed once, however often it was tried.
    texts = [each for each in pages[storm.writers[0]].values() if each["kind"] == "TEXT"]
    assert {each["id"]: each["body"] for each in texts} == storm.bodies
    assert len(texts) == storm.done["sendMessage"]
    assert {"editMessage", "react"} <= storm.done.keys(), "for this to be about them, too"


def page(user, conversation):
    """All messages as somebody is shown them by a query, by number."""
    client, found, after = Client(), {}, None
    client.force_login(user)
    while True:
        asked = {"query": PAGE, "variables": {"id": id_of(conversation), "after": after}}
        answer = client.post("/graphql", asked, content_type="application/json").json()
        messages = answer["data"]["conversation"]["messages"]
        found |= {edge["node"]["number"]: edge["node"] for edge in messages["edges"]}
        if not messages["pageInfo"]["hasNextPage"]:
            return found
        after = messages["pageInfo"]["endCursor"]


def fresh(conversation):
    places = Participation.objects.filter(conversation=conversation)
    return (
        {id_of(place): place.status.upper() for place in places},
        Conversation.objects.get(pk=conversation.pk).title,
    )


async def nothing():
    pass


@live
async def test_people_come_and_go(cluster, storm, capsys):
    await weather(storm(cluster, said=20), nothing, "people come and go", capsys)


@live
async def test_the_channel_layer_is_killed_and_comes_back(cluster, storm, valkey, capsys):
    async def fault():
        await in_thread(valkey.kill)()
        await asyncio.sleep(2)
        await in_thread(valkey.start)(valkey.port)

    await weather(storm(cluster, said=12, pause=0.3), fault, "layer killed for 2 s", capsys)


@live
async def test_the_channel_layer_is_paused(cluster, storm, valkey, capsys):
    async def fault():
        valkey.signal(signal.SIGSTOP)
        await asyncio.sleep(3)
        valkey.signal(signal.SIGCONT)

    await weather(storm(cluster, said=12, pause=0.3), fault, "layer paused for 3 s", capsys)


@live
async def test_no_wake_up_arrives(start, storm, capsys):
    servers = [await in_thread(start)(REDIS_URL="") for _ in range(2)]
    await weather(storm(servers), nothing, "no wake-up between processes", capsys)


@live
async def test_a_server_is_killed(start, cluster, storm, capsys):
    servers = [await in_thread(start)(), cluster[1]]

    async def fault():
        servers[0].process.kill()

    await weather(storm(servers), fault, "one of two servers killed", capsys)


@live
async def test_the_database_drops_its_connections(cluster, storm, capsys):
    def drop():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s",
                [NAME],
            )
            return cursor.rowcount

    async def fault():
        dropped = 0
        for _ in range(3):
            dropped += await in_thread(drop)()
            await asyncio.sleep(0.5)
        assert dropped > 3

    await weather(storm(cluster), fault, "database connections dropped thrice", capsys)


@live
async def test_somebody_reads_nothing(cluster, storm, alice, capsys):
    raging = storm(cluster, said=25, size=9_000, pause=0.02)
    async with front_end(cluster[0], alice) as stalled:
        variables = {"id": id_of(raging.conversation), "after": 0}
        async with stalled.subscribe(LISTEN, **variables):
            stalled.socket.transport.pause_reading()
            await weather(raging, nothing, "somebody reads nothing", capsys)
            stalled.socket.transport.resume_reading()


@live
async def test_somebody_leaves_and_is_brought_back(cluster, storm, alice, erin, capsys):
    raging = storm(cluster)
    there = id_of(raging.conversation)

    async def fault():
        async with front_end(cluster[0], alice) as alices, front_end(cluster[1], erin) as erins:
            for _ in range(3):
                await erins.do("leaveConversation", conversationId=there)
                await asyncio.sleep(0.3)
                await alices.do(
                    "reinstateParticipant", conversationId=there, participant=id_of(erin)
                )
                await asyncio.sleep(0.3)

    await weather(raging, fault, "somebody leaves and comes back, thrice", capsys)
