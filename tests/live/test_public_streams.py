"""Public fields of a project's own without credentials: on a WebSocket, and as an event stream."""

import asyncio
import json
from collections.abc import AsyncGenerator

import httpx
import pytest
import strawberry
from channels.routing import URLRouter
from django.core.handlers.asgi import ASGIHandler
from django.urls import path

from schema import consumer
from schema.consumer import GraphQLConsumer
from schema.documents.public import Public
from schema.execution import Schema
from schema.live.stream_limit import running_streams
from schema.view import GraphQLView

from .sockets import code_of, live, socket

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "198.41.0.4"


@strawberry.type
class Query:
    @strawberry.field(directives=[Public()])
    def headline(self) -> str:
        return "open"

    @strawberry.field
    def secret(self) -> str:
        return "of members"


@strawberry.type
class Subscription:
    @strawberry.subscription(directives=[Public()])
    async def countdown(self, seconds: float = 0, to: int = 3) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number
            await asyncio.sleep(seconds)

    @strawberry.subscription
    async def secrets(self) -> AsyncGenerator[str, None]:
        yield "of members"


schema = Schema(Query, subscription=Subscription)
sockets = URLRouter([path("graphql", GraphQLConsumer.as_asgi(schema=schema))])
urls = (path("graphql", GraphQLView.as_view(schema=schema)),)


async def from_outside(scope, receive, send):
    await sockets({**scope, "client": [ADDRESS, 1]}, receive, send)


@pytest.fixture(autouse=True)
def _here(settings):
    settings.ROOT_URLCONF = urls
    settings.TALK = {**settings.TALK, "PUBLIC_INTROSPECTION": False, "RATE_LIMITS": {}}


async def events_of(query):
    """All that an event stream says, or the answer in its place."""
    transport = httpx.ASGITransport(ASGIHandler(), client=(ADDRESS, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.post(
            "/graphql", json={"query": query}, headers={"accept": "text/event-stream"}
        )
    return answer.text


@live
async def test_a_socket_answers_strangers_what_is_public_and_nothing_else():
    async with socket(app=from_outside) as strangers:
        await strangers.init()
        answer, _complete = await strangers.ask("{ headline }")
        assert answer["payload"]["data"] == {"headline": "open"}
        *counted, complete = await strangers.ask("subscription { countdown }")
        assert [each["payload"]["data"]["countdown"] for each in counted] == [0, 1, 2]
        assert complete["type"] == "complete"
        for query in ("{ headline secret }", "subscription { secrets }"):
            (refused,) = await strangers.ask(query)
            assert code_of(refused) == "UNAUTHENTICATED"


@live
async def test_a_socket_of_strangers_stays_open_while_a_public_subscription_runs(monkeypatch):
    monkeypatch.setattr(consumer, "INIT_TIMEOUT", consumer.timedelta(seconds=0.1))
    async with socket(app=from_outside) as strangers:
        await strangers.init()
        *counted, complete = await strangers.ask("subscription { countdown(seconds: 0.2) }")
        assert len(counted) == 3
        assert complete["type"] == "complete"
        assert await strangers.hear() == 4408


@live
async def test_an_event_stream_answers_strangers_what_is_public_and_nothing_else():
    said = await events_of("subscription { countdown }")

    assert [line for line in said.splitlines() if line.startswith("data: ")] == [
        f'data: {{"data":{{"countdown":{number}}}}}' for number in range(3)
    ]
    assert said.endswith("event: complete\ndata:\n\n")
    refused = json.loads(await events_of("subscription { secrets }"))
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["UNAUTHENTICATED"]


@live
async def test_strangers_have_so_many_streams_from_one_address(settings):
    settings.TALK = {**settings.TALK, "MAX_ADDRESS_SOCKETS": 2}
    async with socket(app=from_outside) as strangers:
        await strangers.init()
        for id_ in ("a", "b"):
            await strangers.subscribe("subscription { countdown(seconds: 10) }", id=id_)
            assert (await strangers.hear())["type"] == "next"
        assert running_streams() == {("address", f"{ADDRESS}/32"): 2}
        await strangers.subscribe("subscription { countdown }", id="c")
        assert code_of(await strangers.hear()) == "TOO_MANY_OPERATIONS"
        assert "TOO_MANY_OPERATIONS" in await events_of("subscription { countdown }")
    assert not running_streams()


@live
async def test_long_documents_of_strangers_count_several_times(settings):
    """They stay in memory. A thousand of them would take hundreds of megabytes."""
    settings.TALK = {**settings.TALK, "MAX_ADDRESS_SOCKETS": 12}
    document = "subscription { countdown(seconds: 10) }" + "#\n" * 500
    async with socket(app=from_outside) as strangers:
        await strangers.init()
        await strangers.subscribe(document, id="a")
        assert (await strangers.hear())["type"] == "next"
        assert running_streams().total() == 7
        await strangers.subscribe(document, id="b")
        assert code_of(await strangers.hear()) == "TOO_MANY_OPERATIONS"
    assert not running_streams()


@live
async def test_what_strangers_begin_and_follow_counts_by_address(settings):
    limits = {"stranger": "8/hour"}
    settings.TALK = {**settings.TALK, "RATE_LIMITS": limits, "RATE_STORAGE": "memory://?public"}
    async with socket(app=from_outside) as strangers:
        await strangers.init()
        first = await strangers.ask("subscription { countdown(to: 21) }")
        assert [each["type"] for each in first] == ["next"] * 21 + ["complete"]
        heard = []
        while not heard or heard[-1]["type"] != "error":
            heard = await strangers.ask("{ headline }")
        assert code_of(heard[-1]) == "RATE_LIMITED"
