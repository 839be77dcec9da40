"""Django's middleware for sessions stands in front of requests with a session and with a token."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from talk.models import AccessToken

from ..plain import answer_in

pytestmark = pytest.mark.django_db

VIEWER = json.dumps({"query": "{ viewer { username } }"})


@pytest.fixture
def secret(alice):
    return AccessToken.objects.issue(alice, "phone")[1]


def posted(client, **headers):
    return client.post("/graphql", VIEWER, content_type="application/json", headers=headers)


def test_a_request_with_a_token_reads_no_session(secret, django_assert_num_queries):
    client = Client(enforce_csrf_checks=True)
    # A session's cookie, which a browser would send along.
    client.cookies["sessionid"] = "x" * 32
    posted(client, authorization=f"Bearer {secret}")

    with django_assert_num_queries(1):
        answered = posted(client, authorization=f"Bearer {secret}")

    assert answer_in(answered) == {"data": {"viewer": {"username": "alice"}}}
    assert not answered.cookies
    assert answered.headers["Vary"] == "Accept, origin"


def test_a_session_is_read_and_checked_for_who_has_one(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    refused = posted(client)
    client.cookies["csrftoken"] = "x" * 32
    answered = posted(client, **{"x-csrftoken": "x" * 32})

    assert refused.json()["errors"][0]["extensions"]["code"] == "CSRF_FAILED"
    assert answer_in(answered) == {"data": {"viewer": {"username": alice.username}}}


def test_who_looks_into_sessions_against_forgery_finds_them(settings, secret):
    settings.CSRF_USE_SESSIONS = True

    answered = posted(Client(enforce_csrf_checks=True), authorization=f"Bearer {secret}")

    assert answer_in(answered) == {"data": {"viewer": {"username": "alice"}}}


def test_django_finds_nothing_missing():
    call_command("check", fail_level="WARNING")
