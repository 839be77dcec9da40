"""Each request has an id: in a header, in the answer, and in all that is logged meanwhile."""

import asyncio
import logging
import re

import httpx
import pytest
from django.test import Client, RequestFactory

from schema import asgi, schema, threads
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.live import feeds as feeds_module
from talk.log_context import AddContext, LogContext, current, new_id, start_for_all

from ..plain import without_request_id
from .client import id_of
from .sockets import application, begun, in_thread, live, signed_in, socket, talk

ASKED = {"query": "{ __typename }"}
MADE = r"[0-9a-f]{32}"
logger = logging.getLogger("schema.of_a_test")


@pytest.fixture
def lines():
    """What is logged: each message, and the id of its request."""
    found = []

    class Handler(logging.Handler):
        def emit(self, record):
            found.append((record.getMessage(), record.request_id))

    handler = Handler()
    handler.addFilter(AddContext())
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def post(**headers):
    return Client().post("/graphql", ASKED, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    "given",
    ["a", "proxy-1", "x" * 128, "9f0c1a2b-0000-4000-8000-000000000001", "Root=1-67:a/b+c@d_e.f="],
)
def test_an_id_that_a_client_gives_is_kept(given):
    response = post(**{"X-Request-ID": given})

    assert response.headers["X-Request-ID"] == given
    assert without_request_id(response.json())[1] == given


@pytest.mark.parametrize(
    "given", [None, "", "x" * 129, "two words", "line\nbreak", 'quo"te', "<b>", "häschen", "\x00"]
)
def test_another_one_is_made_where_it_is_none(given):
    response = post(**({} if given is None else {"X-Request-ID": given}))

    assert re.fullmatch(MADE, response.headers["X-Request-ID"])
    assert response.headers["X-Request-ID"] == response.json()["extensions"]["requestId"]
    assert current() is None


def test_a_request_within_another_has_an_id_of_its_own():
    with LogContext("another"):
        response = post(**{"X-Request-ID": "its-own"})
        assert current().request_id == "another"

    assert response.headers["X-Request-ID"] == "its-own"
    assert without_request_id(response.json())[1] == "its-own"


@pytest.mark.parametrize("body", [b"{", b'{"query": "{"}', b'{"query": "{ nothing }"}', b"\xff"])
def test_an_answer_of_errors_alone_has_it_too(body):
    response = Client().post("/graphql", body, content_type="application/json")

    assert response.json()["errors"]
    assert response.json()["extensions"]["requestId"] == response.headers["X-Request-ID"]


@live
async def test_a_server_gives_one_to_each_request_whatever_answers_it(lines):
    async def http(scope, receive, send):
        logger.warning("another page")
        headers = [(b"X-Request-ID", b"of-a-middleware"), (b"x-other", b"stays")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(asgi.application(http))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        page = await client.get("/elsewhere", headers={"X-Request-ID": "of-the-page"})
        others = [await client.post("/graphql", json=ASKED) for _ in range(2)]

    assert page.headers.get_list("X-Request-ID") == ["of-the-page"]
    assert page.headers["X-Other"] == "stays"
    assert lines == [("another page", "of-the-page")]
    ids = [each.headers.get_list("X-Request-ID") for each in others]
    assert ids == [[each.json()["extensions"]["requestId"]] for each in others]
    assert ids[0] != ids[1]
    assert current() is None


@live
async def test_threads_and_tasks_of_a_request_know_its_id(lines):
    def work(name):
        logger.warning(name)

    async def serve_all():
        logger.warning("for all")

    with LogContext("first"):
        waiting = [threads.live.to_async(work)("thread"), asyncio.create_task(serve_all())]
        await asyncio.gather(*waiting, start_for_all(serve_all()))
    logger.warning("after")

    assert sorted(lines[:-1], key=str) == [
        ("for all", "first"),
        ("for all", None),
        ("thread", "first"),
    ]
    assert lines[-1] == ("after", None)


@pytest.mark.django_db(transaction=True)
@live
async def test_each_operation_of_a_socket_has_an_id(alice):
    headers = [(b"x-request-id", b"the-socket")]
    async with socket(headers=headers) as nobody:
        await nobody.init()
        (refused,) = await nobody.ask("{ me }")
    assert refused["payload"][0]["extensions"]["requestId"] == "the-socket.1"

    async with signed_in(alice, app=application) as alices:
        ids = []
        for query in ("{ me }", "{ crash }"):
            answer, _complete = await alices.ask(query)
            ids.append(without_request_id(answer["payload"])[1])
        (refused,) = await alices.ask("{ nothing }")
        ids.append(without_request_id(refused["payload"][0])[1])
        *_results, failed, _complete = await alices.ask('subscription { count(end: "crash") }')
        ids.append(without_request_id(failed["payload"])[1])

    base = ids[0].removesuffix(".1")
    assert re.fullmatch(MADE, base)
    assert ids == [f"{base}.{number}" for number in (1, 2, 3, 4)]


@pytest.mark.django_db(transaction=True)
@live
async def test_what_streams_share_has_no_id_and_stays_shared(alice, bob, group, monkeypatch):
    seen = []
    read = feeds_module.member_events

    async def noted(*args):
        seen.append(current())
        return await read(*args)

    monkeypatch.setattr(feeds_module, "member_events", noted)
    changes = f'subscription {{ conversationChanges(id: "{id_of(group)}") {{ revision }} }}'
    place = await in_thread(group.participation_of)(alice)
    async with signed_in(alice, app=talk) as alices, signed_in(bob, app=talk) as bobs:
        for each in (alices, bobs):
            await each.subscribe(changes)
        await begun(2)
        await in_thread(place.send)("hello")
        results = [(await each.hear())["payload"] for each in (alices, bobs)]

    assert results == [{"data": {"conversationChanges": {"revision": 2}}}] * 2
    assert seen
    assert set(seen) == {None}


@pytest.mark.django_db
def test_an_operation_is_named_with_its_user_and_no_word_of_the_client(alice):
    found = LogContext("first")
    asked = Request("query Secret { secret: viewer { id } }")
    context = Context(RequestFactory().get("/"), Identity(alice))
    with found:
        assert schema.answer(schema.operation(asked, context)).data

    assert (found.operation, found.user) == ("viewer", alice.pk)


def test_ids_are_not_made_twice():
    assert len({new_id() for _ in range(1_000)}) == 1_000
