"""Pages of other origins: those that are named may ask, others may not read what is answered."""

import pytest
from django.test import Client

from talk.models import AccessToken

pytestmark = pytest.mark.django_db

OURS, THEIRS = "https://app.example", "https://evil.example"
ALLOWED = "Access-Control-Allow-Origin"
WHO = {"query": "{ viewer { username } }"}


@pytest.fixture(autouse=True)
def _named(settings):
    settings.CORS_ALLOWED_ORIGINS = [OURS]


def preflight(origin, path="/graphql", headers="authorization, content-type"):
    return Client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": headers,
        },
    )


def test_a_page_of_a_named_origin_may_ask_with_a_token(alice):
    _token, secret = AccessToken.objects.issue(alice, "a test")
    asked = preflight(OURS)
    client = Client(headers={"Origin": OURS, "Authorization": f"Bearer {secret}"})

    answer = client.post("/graphql", WHO, content_type="application/json")

    assert asked[ALLOWED] == OURS
    assert {"authorization", "content-type"} <= set(
        asked["Access-Control-Allow-Headers"].split(", ")
    )
    assert answer[ALLOWED] == OURS
    assert answer["Access-Control-Expose-Headers"] == "Date, Retry-After, X-Request-ID"
    assert answer.json()["data"] == {"viewer": {"username": "alice"}}


@pytest.mark.parametrize(
    "header",
    [
        "apollographql-client-name",
        "apollographql-client-version",
        "sentry-trace",
        "baggage",
        "traceparent",
        "tracestate",
    ],
)
def test_the_headers_that_clients_and_tracing_add_are_allowed(header):
    allowed = preflight(OURS, headers=f"authorization, {header}")["Access-Control-Allow-Headers"]

    assert header in allowed.split(", ")
    assert "x-anything" not in allowed


def test_other_origins_get_no_leave():
    assert ALLOWED not in preflight(THEIRS)
    answer = Client(headers={"Origin": THEIRS}).post(
        "/graphql", WHO, content_type="application/json"
    )
    assert ALLOWED not in answer


def test_no_page_of_another_origin_speaks_for_a_session(alice):
    client = Client(headers={"Origin": OURS}, enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.post("/graphql", WHO, content_type="application/json")

    assert "Access-Control-Allow-Credentials" not in preflight(OURS)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "CSRF_FAILED"


def test_nothing_but_the_api_is_open_to_them():
    assert ALLOWED not in preflight(OURS, "/admin/login/")
