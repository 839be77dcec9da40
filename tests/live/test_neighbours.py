"""Two installations on one Redis, whose people have the same keys, know nothing of each other."""

import asyncio
import json
import os
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from ..api.asking import document
from ..plain import NO_CERTIFICATES
from ..project.processes import running, succeed
from .sockets import live

pytestmark = pytest.mark.skipif(
    "REDIS_URL" not in os.environ, reason="neighbours share a Redis, which REDIS_URL names"
)

SERVER = ("-m", "daphne", "-p", "{port}", "backend.asgi:application")
PEOPLE = """
from django.contrib.auth import get_user_model
from strawberry import relay
from talk.models import AccessToken, Conversation
alice, bob = (get_user_model().objects.create_user(name) for name in ("alice", "bob"))
Conversation.objects.between(alice, bob)
for user in (alice, bob):
    print(relay.to_base64("User", user.pk), AccessToken.objects.issue(user, "test")[1])
"""
PRESENCE = """subscription ($users: [ID!]!, $visible: Boolean!) {
    presence(users: $users, visible: $visible) { users { username } } }"""


class House:
    """One installation: a database, a server, Alice and Bob."""

    def __init__(self, server, people):
        self.url = f"{server.url}/graphql"
        self.people = [line.split() for line in people.strip().splitlines()]

    def start_group(self):
        """Whether Alice may start one more group, and did."""
        (_alice, secret), (bob, _secret) = self.people
        answer = httpx.post(
            self.url,
            headers={"Authorization": f"Bearer {secret}"},
            json={
                "query": document("startConversation"),
                "variables": {"input": {"participants": [bob]}},
            },
            verify=NO_CERTIFICATES,
        ).json()
        return "errors" not in answer

    @asynccontextmanager
    async def watching(self, viewer, other, visible):
        """An event stream of one person, who watches whether the other is there."""
        headers = {"Authorization": f"Bearer {self.people[viewer][1]}"}
        variables = {"users": [self.people[other][0]], "visible": visible}
        async with (
            httpx.AsyncClient(verify=NO_CERTIFICATES) as http,
            http.stream(
                "POST",
                self.url,
                headers=headers | {"Accept": "text/event-stream"},
                json={"query": PRESENCE, "variables": variables},
            ) as response,
        ):
            yield (
                json.loads(line.removeprefix("data: "))["data"]["presence"]["users"]
                async for line in response.aiter_lines()
                if line.startswith("data: {")
            )


@pytest.fixture
def build(tmp_path):
    @asynccontextmanager
    async def build(name, **given):
        folder = tmp_path / name
        folder.mkdir()
        where = {
            "DEBUG": 1,
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "REDIS_URL": os.environ["REDIS_URL"],
            **given,
        }
        succeed("manage.py", "migrate", "--verbosity", "0", **where)
        people = succeed("manage.py", "shell", "--verbosity", "0", "-c", PEOPLE, **where)
        with running(folder, *SERVER, **where) as server:
            yield House(server, people)

    return build


async def is_seen(shown):
    """Whether somebody is shown within some seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(4):
            async for users in shown:
                if users:
                    return users == [{"username": "alice"}]
    return False


@live
async def test_neighbours_on_one_redis_know_nothing_of_each_other(build):
    async with build("here") as here, build("there") as there:
        async with here.watching(0, 1, visible=True):
            async with here.watching(1, 0, visible=False) as shown:
                assert await is_seen(shown), "she is there for this test to mean anything"
            async with there.watching(1, 0, visible=False) as shown:
                assert not await is_seen(shown), "the Alice there is somebody else"

        started = [here.start_group() for _time in range(11)]
        assert started == [True] * 10 + [False], "it is limited for this test to mean anything"
        assert there.start_group()
