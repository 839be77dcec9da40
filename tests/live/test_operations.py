"""Queries and streams on a socket: each is answered by itself, and ends for good."""

import asyncio
import gc
import json
from collections.abc import AsyncGenerator
from typing import ClassVar

import pytest
import strawberry
from channels.routing import URLRouter
from django.db import OperationalError
from django.urls import path

from schema.consumer import GraphQLConsumer
from schema.execution import Schema
from schema.live.hub import hub

from .client import id_of
from .sockets import (
    Query,
    Socket,
    answer_to,
    application,
    code_of,
    issue,
    live,
    running,
    signed_in,
    socket,
    talk,
)

pytestmark = pytest.mark.django_db(transaction=True)


@live
async def test_a_query_is_answered_and_completed(alice):
    async with signed_in(alice) as alices:
        answers = await alices.ask("{ me }", id="first")

    assert answers == [
        {"id": "first", "type": "next", "payload": answers[0]["payload"]},
        {"id": "first", "type": "complete"},
    ]
    assert answer_to(answers[0]) == {"data": {"me": "alice"}}


@live
async def test_a_subscription_streams_and_completes(alice):
    async with signed_in(alice) as alices:
        answers = await alices.ask("subscription { count(to: 2) }")

    assert [answer.get("payload") for answer in answers] == [
        {"data": {"count": 0}},
        {"data": {"count": 1}},
        None,
    ]


@live
async def test_what_an_operation_costs_is_told_on_request(alice, group):
    asked = {"extensions": {"cost": True}}
    changes = f'conversationChanges(id: "{id_of(group)}", after: 0) {{ message {{ body }} }}'
    refused = 'mutation { markRead(input: {conversationId: ""}) { ... on Refusal { code } } }'
    async with signed_in(alice, app=talk) as alices:
        query, _complete = await alices.ask("{ viewer { username } }", **asked)
        mutation, _complete = await alices.ask(refused, **asked)
        unasked, _complete = await alices.ask("{ viewer { username } }")
        await alices.subscribe(f"subscription {{ {changes} }}", **asked)
        change = await alices.hear()
        await alices.subscribe(f"subscription {{ {changes} }}", id="2")
        other = await alices.hear()

    assert answer_to(query)["extensions"] == {"cost": {"cost": 1, "limit": 5_000}}
    assert answer_to(mutation)["extensions"] == {"cost": {"cost": 1, "limit": 5_000}}
    assert change["payload"]["extensions"] == {"cost": {"cost": 2, "limit": 200}}
    assert change["payload"]["data"] == {"conversationChanges": {"message": None}}
    assert not {"extensions"} & {*answer_to(unasked), *other["payload"]}


@pytest.mark.parametrize(
    ("query", "rest", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("", {}, "BAD_REQUEST"),
        ("{" * 5_000, {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { me }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ me }", {"operationName": "Other"}, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nonsense }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription A { count }", {"operationName": "B"}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { twice(number: $n) }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (
            "query ($n: Int!) { twice(number: $n) }",
            {"variables": {"n": "x"}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription ($n: Int!) { count(to: $n) }",
            {"variables": {"n": {}}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
def test_a_bad_document_is_answered_and_the_socket_goes_on(alice, query, rest, code):
    @live
    async def scenario():
        async with signed_in(alice) as alices:
            (answer,) = await alices.ask(query, **rest)
            assert (answer["type"], answer["id"], code_of(answer)) == ("error", "1", code)

            assert (await alices.ask("{ me }"))[0]["type"] == "next"

    scenario()


@live
async def test_an_empty_name_of_an_operation_is_none(alice):
    async with signed_in(alice) as alices:
        answer, _complete = await alices.ask("query A { me }", operationName="")
        assert answer_to(answer) == {"data": {"me": "alice"}}
        number, *_more = await alices.ask("subscription B { count(to: 1) }", operationName="")
        assert number["payload"] == {"data": {"count": 0}}


@pytest.mark.parametrize(
    "query", ["{ me }", "subscription { count }", "subscription { ...F }", "{ nonsense }"]
)
def test_strangers_get_nothing_but_the_socket(settings, query):
    settings.TALK = {**settings.TALK, "PUBLIC_INTROSPECTION": False}

    @live
    async def scenario():
        async with socket() as strangers:
            assert await strangers.init() == {"type": "connection_ack"}

            (answer,) = await strangers.ask(query)
            assert (answer["type"], code_of(answer)) == ("error", "UNAUTHENTICATED")
            assert (await strangers.ask("{ __typename }"))[0]["type"] == "next"

    scenario()


@pytest.mark.parametrize(
    ("end", "code", "retryable"),
    [
        ("refused", "NOT_A_PARTICIPANT", False),
        ("resync", "RESYNC_REQUIRED", False),
        ("down", "UNAVAILABLE", True),
        ("read-only", "UNAVAILABLE", True),
        ("crash", "INTERNAL", False),
    ],
)
def test_a_stream_that_fails_says_why_and_no_more(alice, end, code, retryable, caplog):
    @live
    async def scenario():
        async with signed_in(alice) as alices:
            *_numbers, last, complete = await alices.ask(f'subscription {{ count(end: "{end}") }}')
            assert complete["type"] == "complete"
            assert code_of(last) == code
            assert last["payload"]["errors"][0]["extensions"]["retryable"] is retryable
            assert "detail" not in json.dumps(last)

    scenario()
    logged = [record for record in caplog.records if record.name.startswith("schema")]
    assert bool(logged) is (end in {"crash", "down", "read-only"})


class Cancelled(Exception):
    sqlstate = "57014"


@strawberry.type
class Event:
    tries: ClassVar[list[str]] = []

    @strawberry.field
    def words(self) -> str:
        self.tries.append("once")
        raise OperationalError("an internal detail") from Cancelled()


@strawberry.type
class Events:
    @strawberry.subscription
    async def events(self) -> AsyncGenerator[Event, None]:
        yield Event()


@live
async def test_an_event_that_takes_the_database_too_long_is_asked_for_once(alice):
    schema = Schema(Query, subscription=Events)
    app = URLRouter([path("graphql", GraphQLConsumer.as_asgi(schema=schema))])
    async with signed_in(alice, app=app) as alices:
        last, complete = await alices.ask("subscription { events { words } }")

    (error,) = last["payload"]["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True, "retryAfter": 5}
    assert complete["type"] == "complete"
    assert Event.tries == ["once"]


@live
async def test_a_query_that_crashes_is_masked(alice, caplog):
    async with signed_in(alice) as alices:
        answer, complete = await alices.ask("{ crash me }")

    assert answer["payload"]["data"] == {"crash": None, "me": "alice"}
    (error,) = answer["payload"]["errors"]
    assert error["message"] == "Something went wrong."
    assert error["extensions"]["id"] in caplog.text
    assert "an internal detail" in caplog.text
    assert complete["type"] == "complete"


@live
async def test_slow_queries_do_not_wait_for_each_other(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe("{ slow(seconds: 1) }", id="slow")
        await alices.subscribe("{ me }", id="quick")

        assert (await alices.hear())["id"] == "quick"
        await alices.hear()
        assert (await alices.hear())["id"] == "slow"


@live
async def test_a_socket_runs_at_most_100_operations(alice):
    async with signed_in(alice) as alices:
        for number in range(100):
            await alices.subscribe("subscription { count(to: 1, pause: 60) }", id=str(number))
            await alices.hear()

        await alices.subscribe("{ me }", id="one more")

        answer = await alices.hear()
        assert (answer["id"], code_of(answer)) == ("one more", "TOO_MANY_OPERATIONS")
        await alices.say({"type": "complete", "id": "7"})
        assert (await alices.ask("{ me }", id="7"))[0]["type"] == "next"


@live
async def test_a_completed_stream_ends(alice):
    async with signed_in(alice) as alices:
        await alices.subscribe("subscription { count(pause: 60) }")
        await alices.hear()
        assert running

        await alices.say({"type": "complete", "id": "1"})
        await asyncio.sleep(0.05)

        assert not running
        assert await alices.receive_nothing()


@live
async def test_streams_end_with_a_server_that_cancels(alice):
    secret = await issue(alice)
    alices = Socket(application, "/graphql", subprotocols=["graphql-transport-ws"])
    await alices.connect()
    await alices.init({"authorization": f"Bearer {secret}"})
    await alices.subscribe("subscription { count(pause: 60) }")
    await alices.hear()
    assert running

    alices.future.cancel()
    await asyncio.wait([alices.future])

    assert not running
    gc.collect()
    assert_nothing_runs()


@live
async def test_a_socket_that_is_cut_leaves_nothing_behind(alice, bob, group):
    streams = (
        f'conversationChanges(id: "{id_of(group)}", after: 0) {{ revision }}',
        "inboxChanges { cursor }",
        f'typing(conversationId: "{id_of(group)}") {{ users {{ id }} }}',
        f'presence(users: ["{id_of(bob)}"], visible: true) {{ users {{ id }} }}',
    )
    async with signed_in(alice, app=talk) as alices:
        for name, stream in enumerate(streams):
            await alices.subscribe(f"subscription {{ {stream} }}", id=str(name))
        heard = {(await alices.hear())["id"] for _stream in range(3)}
        assert len(heard) == 3
    # The client said nothing, it was gone.

    assert not hub()._wakeups
    assert_nothing_runs()


def assert_nothing_runs():
    # The channel layer of Redis keeps listening for its event loop.
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert [task for task in others if "Redis" not in repr(task.get_coro())] == []
