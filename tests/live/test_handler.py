"""Queries and mutations over HTTP are answered in one hop, exactly as by Django's own handler."""

import asyncio
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import django
import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from schema.asgi import application
from schema.transport.handler import ThreadedHandler, is_for_handler
from talk.conf import Conf
from talk.models import AccessToken

from ..plain import NO_CERTIFICATES

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

VIEWER = json.dumps({"query": "{ viewer { username name } }"})
JSON = {"Content-Type": "application/json"}
PAGE = {"Origin": "http://localhost:5173"}
REQUESTS = [
    ("POST", VIEWER, JSON),
    ("POST", VIEWER, JSON | PAGE),
    ("POST", VIEWER, JSON | {"Accept": "application/graphql-response+json"}),
    ("POST", VIEWER, JSON | {"Authorization": "Bearer talk_nobody"}),
    ("POST", VIEWER, JSON | {"Authorization": "Basic YWxpY2U6cGFzc3dvcmQ="}),
    ("POST", VIEWER, {"Content-Type": "text/plain"}),
    ("POST", "{", JSON),
    ("POST", json.dumps({"query": "{ nothing }"}), JSON),
    ("POST", json.dumps({"query": "subscription { inboxChanges { cursor } }"}), JSON),
    ("POST", b" " * (Conf.MAX_REQUEST_SIZE + 1), JSON),
    ("POST", b"\xff", JSON),
    ("GET", "", {}),
    ("OPTIONS", "", PAGE | {"Access-Control-Request-Method": "POST"}),
]


@pytest.fixture
def ask(alice):
    _token, bearer = AccessToken.objects.issue(alice, "test")

    def of(server, method, body, headers):
        headers = {"Authorization": f"Bearer {bearer}", "X-Request-ID": "asked"} | headers
        with httpx.Client(verify=NO_CERTIFICATES) as client:
            response = client.request(method, server.http_url, content=body, headers=headers)
        kept = {name: value for name, value in response.headers.items() if name != "date"}
        return response.status_code, kept, response.text

    return of


@pytest.fixture
def usual(start_server):
    return start_server(THREADS="0")


def test_every_answer_is_what_django_itself_would_answer(daphne, usual, ask):
    for method, body, headers in REQUESTS:
        expected = ask(usual, method, body, headers)
        assert ask(daphne, method, body, headers) == expected, (method, headers)
    status, _headers, text = ask(daphne, *REQUESTS[0])
    assert (status, json.loads(text)["data"]["viewer"]["username"]) == (200, "alice")


def test_a_host_that_is_not_allowed_is_not_answered(daphne, ask):
    status, _headers, text = ask(daphne, "POST", VIEWER, JSON | {"Host": "elsewhere.example"})

    assert status == 400
    assert "DisallowedHost" in text


def test_many_answers_need_no_more_connections_than_there_are(start_server, ask):
    # A connection that did not come back would leave the others without.
    server = start_server(DATABASE_POOL_SIZE="2", THREADS="2")

    for _turn in range(10):
        assert ask(server, *REQUESTS[0])[0] == 200


def hang_up(name):
    """Close all connections of an application from the side of the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            # With so many milliseconds it waits until they are gone.
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000))"
            " FROM pg_stat_activity WHERE application_name = %s",
            [name],
        )
        ((closed,),) = cursor.fetchall()
    return closed


@pytest.mark.postgresql
def test_a_connection_that_the_database_closed_meanwhile_is_not_used(start_server, ask):
    server = start_server(DATABASE_POOL_SIZE="4", THREADS="2", PGAPPNAME="kept")
    for _turn in range(4):
        assert ask(server, *REQUESTS[0])[0] == 200

    assert hang_up("kept"), "some were in the pool for this test to mean anything"
    if django.VERSION < (6, 1):
        # Without a check of its connections, the pool hands out one that is dead.
        _status, _headers, refused = ask(server, *REQUESTS[0])
        (error,) = json.loads(refused)["errors"]
        assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True, "retryAfter": 1}
    for _turn in range(4):
        began = time.monotonic()
        status, _headers, text = ask(server, *REQUESTS[0])
        assert (status, "errors" in text) == (200, False)
        # The pool pauses for a second after the second connection that it finds dead.
        assert time.monotonic() - began < 1, "those in the pool were not dropped, too"


@pytest.mark.postgresql
@pytest.mark.skipif(django.VERSION < (6, 1), reason="this Django's pool takes no check")
def test_one_dead_connection_of_the_pool_tells_of_all_others(start_server, ask):
    server = start_server(DATABASE_POOL_SIZE="7", THREADS="8", PGAPPNAME="pooled")
    with ThreadPoolExecutor(7) as clients:
        list(clients.map(lambda _turn: ask(server, *REQUESTS[0]), range(28)))

    assert hang_up("pooled") > 2, "some were in the pool for this test to mean anything"
    began = time.monotonic()
    assert ask(server, *REQUESTS[0])[0] == 200
    # The pool pauses for a second after the second, and for two after the third.
    assert time.monotonic() - began < 2


@pytest.mark.postgresql
@pytest.mark.parametrize("size", [2, 4])
def test_requests_leave_connections_to_others(start_server, ask, size):
    server = start_server(DATABASE_POOL_SIZE=str(size), THREADS="2")
    for _turn in range(4):
        assert ask(server, *REQUESTS[0])[0] == 200

    assert httpx.get(f"http://127.0.0.1:{server.port}/readyz").json() == {"status": "ok"}


def test_one_who_goes_before_their_request_is_there_leaves_nothing_behind(daphne, ask):
    for _turn in range(10):
        going = http.client.HTTPConnection("127.0.0.1", daphne.port)
        going.putrequest("POST", "/graphql")
        going.putheader("Content-Type", "application/json")
        going.putheader("Content-Length", "1000")
        going.endheaders(b"{")
        going.close()

    assert ask(daphne, *REQUESTS[0])[0] == 200


def test_what_is_too_long_is_refused_though_its_length_was_not_said(daphne, ask):
    def chunks():
        for _chunk in range(40):
            yield b" " * (Conf.MAX_REQUEST_SIZE // 8)

    status, _headers, text = ask(daphne, "POST", chunks(), JSON)

    assert status == 413
    assert json.loads(text)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_session_needs_its_csrf_token_here_too(daphne, alice, client):
    client.force_login(alice)
    token = "a" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"

    def ask(**headers):
        headers = JSON | {"Cookie": cookies} | headers
        with httpx.Client(verify=NO_CERTIFICATES) as browser:
            return browser.post(daphne.http_url, content=VIEWER, headers=headers).json()

    assert ask()["errors"][0]["extensions"]["code"] == "CSRF_FAILED"
    assert ask(**{"X-CSRFToken": token})["data"]["viewer"]["username"] == "alice"


def scope_of(path="/graphql", method="POST", **headers):
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "headers": [(b"host", b"x"), *named]}


def handled(scope, *messages, by=None):
    """What `by`, or a `ThreadedHandler`, sends for a request that comes in these messages."""
    waiting, sent = list(messages), []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run((by or ThreadedHandler(1))(scope, receive, send))
    return sent


def test_a_client_that_goes_within_its_request_is_sent_nothing():
    begun = {"type": "http.request", "body": b"{", "more_body": True}

    assert handled(scope_of(), begun, {"type": "http.disconnect"}) == []


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (scope_of(), True),
        (scope_of(accept="application/json"), True),
        (scope_of(accept="Text/Event-Stream"), False),
        (scope_of(method="GET"), False),
        (scope_of(path="/graphql/"), False),
    ],
)
def test_threads_are_for_queries_and_mutations_alone(scope, expected):
    assert is_for_handler(scope) is expected


def test_without_threads_the_projects_own_application_answers(settings):
    async def http(scope, receive, send):
        await send({"type": "its own answer"})

    settings.TALK = {**settings.TALK, "THREADS": 0}

    assert handled(scope_of(), by=application(http)) == [{"type": "its own answer"}]


def test_a_manifest_that_cannot_be_read_stops_the_start(settings, tmp_path):
    settings.TALK = {**settings.TALK, "TRUSTED_DOCUMENTS": str(tmp_path / "missing.json")}

    with pytest.raises((ImproperlyConfigured, OSError)):
        application(None)
