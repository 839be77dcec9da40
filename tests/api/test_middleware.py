"""Middleware for sessions: requests with a token pass it by, all others do not."""

import json

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as configured
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils.module_loading import import_string

from schema.urls import urlpatterns as graphql
from talk.models import AccessToken

pytestmark = pytest.mark.django_db

VIEWER = json.dumps({"query": "{ viewer { username } }"})
OURS = [each for each in configured.MIDDLEWARE if each.startswith("schema.middleware.")]
DJANGOS = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


def what_is_there(request):
    named = ("session", "user", "_messages")
    return HttpResponse(" ".join(name for name in named if hasattr(request, name)))


urlpatterns = [*graphql, path("elsewhere", what_is_there)]


@pytest.fixture
def secret(alice):
    return AccessToken.objects.issue(alice, "phone")[1]


def posted(client, **headers):
    return client.post("/graphql", VIEWER, content_type="application/json", headers=headers)


def test_the_server_has_one_of_these_where_django_has_its_own():
    assert [each.rpartition(".")[2] for each in OURS] == [
        each.rpartition(".")[2] for each in DJANGOS
    ]


@pytest.mark.parametrize("authorization", ["Bearer {}", "Bearer bad", "Bearer", "Basic YTpi"])
def test_requests_with_credentials_are_answered_as_with_djangos_own(
    settings, secret, authorization
):
    settings.ROOT_URLCONF = __name__
    given = {"authorization": authorization.format(secret)}
    answers = [posted(Client(enforce_csrf_checks=True), **given)]
    settings.MIDDLEWARE = [
        DJANGOS[OURS.index(each)] if each in OURS else each for each in settings.MIDDLEWARE
    ]
    answers.append(posted(Client(enforce_csrf_checks=True), **given))

    ours, djangos = [(each.status_code, dict(each.headers), each.content) for each in answers]

    assert ours == djangos


def test_requests_with_a_token_pass_by(settings, secret):
    settings.MIDDLEWARE = OURS

    request = posted(Client(), authorization=f"Bearer {secret}").wsgi_request

    assert not any(hasattr(request, name) for name in ("session", "_messages"))


def test_a_session_is_read_and_checked_for_who_has_one(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    refused = posted(client)
    client.cookies["csrftoken"] = "x" * 32
    answered = posted(client, **{"x-csrftoken": "x" * 32})

    assert refused.json()["errors"][0]["extensions"]["code"] == "CSRF_FAILED"
    assert answered.json() == {"data": {"viewer": {"username": alice.username}}}


def test_who_looks_into_sessions_against_forgery_finds_them(settings, secret):
    settings.CSRF_USE_SESSIONS = True

    answered = posted(Client(enforce_csrf_checks=True), authorization=f"Bearer {secret}")

    assert answered.json() == {"data": {"viewer": {"username": "alice"}}}


@pytest.mark.parametrize("way", ["post", "get"])
def test_a_token_makes_no_difference_elsewhere(settings, secret, way):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, OURS
    ask = getattr(Client(), way)

    told = ask("/elsewhere", headers={"authorization": f"Bearer {secret}"}).content.decode()

    assert told == "session user _messages"


@pytest.mark.parametrize("name", OURS)
def test_requests_pass_by_on_an_event_loop_too(rf, name):
    async def answer(request):
        return HttpResponse(" ".join(sorted(vars(request))))

    request = rf.post("/graphql", headers={"authorization": "Bearer x"})
    before = " ".join(sorted(vars(request)))

    told = async_to_sync(import_string(name)(answer))(request)

    assert told.content.decode() == before


def test_django_finds_nothing_missing():
    call_command("check", fail_level="WARNING")
