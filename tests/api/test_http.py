"""GraphQL over HTTP: what is no good request, and how the answer says so."""

import gzip
import json

import pytest
from django.test import Client

from schema.documents import request
from schema.execution.sizes import size_of
from schema.transport import negotiation

from ..plain import answer_in

OPEN = "{ __typename }"
# Strangers get no answer to this where introspection is not public.
CLOSED = "{ __schema { queryType { name } } }"
GRAPHQL = "application/graphql-response+json"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_schema(settings):
    settings.TALK = {**getattr(settings, "TALK", {}), "PUBLIC_INTROSPECTION": False}


def post(client, body, **headers):
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    headers.setdefault("content_type", "application/json")
    return client.post("/graphql", data=content, **headers)


def error_of(response):
    assert response["Content-Type"].startswith(("application/json", GRAPHQL))
    answer = response.json()
    assert "data" not in answer
    (error,) = answer["errors"]
    return error


def code_of(response):
    return error_of(response)["extensions"]["code"]


def test_a_query_is_answered_with_json(client):
    response = post(client, {"query": OPEN})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Content-Length"] == str(len(response.content))
    assert answer_in(response) == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"1",
        b'"{ __typename }"',
        b"null",
        b"true",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{",
        b"\xff\xfe",
        b'{"query": "\xff"}',
        gzip.compress(b'{"query": "{ __typename }"}'),
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5_000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"n": NaN}}',
        b'{"query": "{ __typename }", "variables": {"n": -Infinity}}',
        b"{}",
        b'{"query": null}',
        b'{"query": 1}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": {}}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": "x"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_graphql_request_is_answered_with_400_and_json(client, body):
    response = post(client, body)

    assert response.status_code == 400
    assert code_of(response) == "BAD_REQUEST"


def test_an_empty_name_of_an_operation_is_none(client):
    answer = answer_in(post(client, {"query": "query A { __typename }", "operationName": ""}))

    assert answer == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "query", ["", "   ", "{", "nonsense", "\ud800", "query A { __typename }", "{" * 5_000]
)
def test_any_document_is_answered_and_none_crashes(client, query):
    response = post(client, {"query": query, "operationName": "B"})

    assert response.status_code == 200
    assert code_of(response) in {
        "BAD_REQUEST",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    }


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "",
    ],
)
def test_only_json_is_taken(client, content_type):
    response = post(client, {"query": OPEN}, content_type=content_type)

    assert response.status_code == 415
    assert code_of(response) == "BAD_REQUEST"


def test_a_body_may_have_256_kilobytes_and_no_more(client):
    fits = json.dumps({"query": OPEN, "extensions": {}}).ljust(256 * 1024)

    assert post(client, fits).status_code == 200
    assert post(client, fits + " ").status_code == 413
    assert post(client, fits, CONTENT_LENGTH="999999999").status_code == 413


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_queries_are_posted(client, settings, method):
    settings.TALK = {**settings.TALK, "GRAPHIQL": False}

    response = getattr(client, method)("/graphql?query={__typename}")

    assert response.status_code == 405
    assert response["Allow"] == "POST"


def test_only_browsers_are_shown_graphiql(client, settings):
    settings.TALK = {**settings.TALK, "GRAPHIQL": True}

    response = client.get("/graphql", headers={"accept": "*/*"})

    assert response.status_code == 406
    assert code_of(response) == "BAD_REQUEST"


def test_the_new_media_type_is_used_for_those_who_name_it(client):
    response = post(client, {"query": OPEN}, headers={"accept": f"{GRAPHQL}, */*;q=0.1"})

    assert response.status_code == 200
    assert response["Content-Type"] == f"{GRAPHQL}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"{GRAPHQL},application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, application/json; charset=utf-8", GRAPHQL),
        (f"application/json, {GRAPHQL};q=0.5", "application/json"),
        (f"{GRAPHQL};q=0", "application/json"),
        ("*/*", "application/json"),
        ("text/plain", "application/json"),
        ("", "application/json"),
        (",;=q", "application/json"),
    ],
)
def test_the_media_type_is_negotiated(client, accept, kind):
    response = post(client, {"query": OPEN}, headers={"accept": accept})

    assert response["Content-Type"] == f"{kind}; charset=utf-8"


def test_what_django_does_not_read_is_accepted_as_anything(client):
    response = post(client, {"query": OPEN}, headers={"accept": "text/plain" + ";" * 20_000})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"


def test_what_a_stranger_accepts_fills_no_memory(client):
    negotiation._cached.cache_clear()
    for number in range(3):
        named = ", ".join(f"text/x{number}-{each}" for each in range(100))
        response = post(client, {"query": OPEN}, headers={"accept": f"{GRAPHQL}, {named}"})
        assert response["Content-Type"] == f"{GRAPHQL}; charset=utf-8"

    assert negotiation._cached.cache_info().currsize == 0


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{", 400, "GRAPHQL_PARSE_FAILED"),
        ("{ __typename } { __typename }", 401, "UNAUTHENTICATED"),
        (CLOSED, 401, "UNAUTHENTICATED"),
    ],
)
def test_with_the_new_media_type_the_status_tells_that_nothing_was_executed(
    client, query, status, code
):
    old = post(client, {"query": query})
    new = post(client, {"query": query}, headers={"accept": GRAPHQL})

    assert (old.status_code, code_of(old)) == (200, code)
    assert (new.status_code, code_of(new)) == (status, code)


def test_validation_errors_have_a_code(client, alice):
    client.force_login(alice)

    response = post(client, {"query": "{ nonsense }"}, headers={"accept": GRAPHQL})

    assert response.status_code == 400
    assert error_of(response)["extensions"] == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "retryable": False,
    }


def test_a_session_is_answered_if_the_page_proves_to_be_ours(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.cookies["csrftoken"] = "a" * 32

    with_proof = post(client, {"query": CLOSED}, headers={"x-csrftoken": "a" * 32})
    without = post(client, {"query": CLOSED})
    from_elsewhere = post(
        client,
        {"query": CLOSED},
        headers={"x-csrftoken": "a" * 32, "origin": "https://evil.example"},
    )

    assert "data" in with_proof.json()
    assert (without.status_code, code_of(without)) == (403, "CSRF_FAILED")
    assert (from_elsewhere.status_code, code_of(from_elsewhere)) == (403, "CSRF_FAILED")


def test_whoever_has_no_session_needs_no_such_proof():
    client = Client(enforce_csrf_checks=True)

    assert post(client, {"query": OPEN}).status_code == 200


def test_bad_credentials_are_answered_with_401(client):
    response = post(client, {"query": OPEN}, headers={"authorization": "Bearer talk_wrong"})

    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
    assert response["WWW-Authenticate"] == "Bearer"


def test_an_authorization_header_makes_the_session_not_count(client, alice):
    client.force_login(alice)
    assert "data" in post(client, {"query": CLOSED}).json(), "the session is good by itself"

    response = post(client, {"query": CLOSED}, headers={"authorization": "Basic YTpi"})

    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")


def test_subscriptions_are_sent_to_the_websocket(client, alice):
    client.force_login(alice)

    response = post(client, {"query": "subscription { __typename }"})

    assert error_of(response)["message"] == "Subscriptions need a WebSocket or event stream."


def test_no_answer_is_kept_by_anybody(client):
    assert post(client, {"query": OPEN})["Cache-Control"] == "no-store"


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_host_that_is_not_allowed_is_not_answered(client, settings, accept):
    settings.ALLOWED_HOSTS = ["talk.example"]
    settings.TALK = {**settings.TALK, "GRAPHIQL": True}
    page = {"accept": "text/html"}
    good, bad = {"host": "talk.example"}, {"host": "evil.example"}
    assert client.get("/graphql", headers=page | good).status_code == 200

    for response in (
        client.get("/graphql", headers=page | bad),
        post(client, {"query": OPEN}, headers={"accept": accept} | bad),
    ):
        assert response.status_code == 400
        assert response["Content-Type"].startswith("text/html"), "as Django itself answers"
        assert b"Bad Request" in response.content
    assert post(client, {"query": OPEN}, headers=good).status_code == 200


def test_a_server_without_asgi_has_no_event_streams(client, alice):
    client.force_login(alice)

    answer = post(
        client,
        {"query": "subscription { inboxChanges { cursor } }"},
        headers={"accept": "text/event-stream"},
    )

    assert answer.status_code == 406
    assert "no event streams" in answer.content.decode()


def test_a_length_that_is_no_number_is_a_bad_request(client):
    answer = post(client, {"query": "{ __typename }"}, CONTENT_LENGTH="many")

    assert answer.status_code == 400
    assert "can't be read" in answer.content.decode()


def test_text_that_utf_8_cannot_encode_is_answered_as_an_escape():
    assert request.encode({"said": "\ud800"}) == b'{"said":"\\ud800"}'
    assert size_of("\ud800") == len(b'"\\ud800"'), "it is counted as it is written"
