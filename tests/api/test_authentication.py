"""Who is calling, as told by sessions and access tokens."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from schema.authentication import AuthenticationFailed, Authorization
from schema.authentication import authenticate as authenticate_request
from schema.authentication.context import Context
from schema.errors import Unauthenticated
from talk import wakeups
from talk.models import AccessToken, Message

from .asking import gid

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch):
    """The users who were woken."""
    rung = []
    monkeypatch.setattr(wakeups, "wake_user", rung.append)
    return rung


def authenticate(request):
    return authenticate_request(request, Authorization.of(request))


def request_with(authorization=None, user=None):
    headers = {} if authorization is None else {"authorization": authorization}
    request = RequestFactory().post("/graphql", headers=headers)
    request.user = user or AnonymousUser()
    return request


def test_nobody_is_signed_in_without_credentials():
    assert authenticate(request_with()) is None


def test_a_session_is_known_for_one(alice):
    identity = authenticate(request_with(user=alice))

    assert (identity.user, identity.session, identity.expires_at) == (alice, True, None)


def test_a_project_without_sessions_has_no_sessions():
    assert authenticate(RequestFactory().post("/graphql")) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_a_token_lets_its_user_in(alice, scheme):
    _token, secret = AccessToken.objects.issue(alice, "phone")

    identity = authenticate(request_with(f"{scheme} {secret}"))

    assert (identity.user, identity.session) == (alice, False)


def test_a_token_counts_and_not_the_session_beside_it(alice, bob):
    _token, secret = AccessToken.objects.issue(alice, "phone")

    assert authenticate(request_with(f"Bearer {secret}", user=bob)).user == alice


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer talk_",
        "Bearer talk_" + "x" * 43,
        "Bearer talk_" + "é" * 43,
        "Bearer talk_" + "x" * 5_000,
        "Bearer something else",
        "Basic YWxpY2U6c2VjcmV0",
        "nonsense",
    ],
)
def test_bad_credentials_are_refused_whatever_the_session_says(alice, authorization):
    with pytest.raises(AuthenticationFailed):
        authenticate(request_with(authorization, user=alice))


def test_whoever_was_deactivated_is_not_let_in(alice):
    _token, secret = AccessToken.objects.issue(alice, "phone")
    alice.is_active = False
    alice.save()

    for request in (request_with(user=alice), request_with(f"Bearer {secret}")):
        with pytest.raises(AuthenticationFailed):
            authenticate(request)


def test_a_token_ends_when_it_expires(alice):
    soon = timezone.now() + timedelta(minutes=1)
    token, secret = AccessToken.objects.issue(alice, "phone", expires_at=soon)
    assert authenticate(request_with(f"Bearer {secret}")).expires_at == soon

    AccessToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())

    with pytest.raises(AuthenticationFailed):
        authenticate(request_with(f"Bearer {secret}"))


def test_a_revoked_token_lets_nobody_in_and_wakes_its_users_sockets(alice, rung):
    token, secret = AccessToken.objects.issue(alice, "phone")

    token.revoke()
    first = token.revoked_at
    token.revoke()

    assert rung == [alice.pk]
    assert token.revoked_at == first
    with pytest.raises(AuthenticationFailed):
        authenticate(request_with(f"Bearer {secret}"))


def test_the_secret_is_not_kept(alice):
    token, secret = AccessToken.objects.issue(alice, "phone")

    kept = [str(value) for value in AccessToken.objects.values().get().values()]

    assert secret.startswith(token.prefix)
    assert not any(secret[len(token.prefix) :] in value for value in kept)


def test_authenticating_is_one_query_and_a_write_a_minute(alice, django_assert_num_queries):
    token, secret = AccessToken.objects.issue(alice, "phone")
    with django_assert_num_queries(2):
        assert AccessToken.objects.authenticate(secret).user == alice

    with django_assert_num_queries(1):
        assert AccessToken.objects.authenticate(secret).user == alice

    AccessToken.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    with django_assert_num_queries(2):
        AccessToken.objects.authenticate(secret)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(seconds=10)


def test_the_context_is_read_in_the_ways_of_strawberry(alice):
    request = request_with()
    context = Context(request, authenticate(request_with(user=alice)))

    assert context["request"] is context.get("request") is context.request is request
    assert context.request.user == context.viewer == alice
    assert context.get("nothing", 1) == 1
    with pytest.raises(KeyError):
        context["nothing"]
    with pytest.raises(Unauthenticated):
        _ = Context(request_with()).viewer


def test_the_command_prints_a_secret_once(alice):
    out, err = StringIO(), StringIO()

    call_command("token", "alice", name="robot", days=3, stdout=out, stderr=err)

    secret = out.getvalue().strip()
    token = AccessToken.objects.authenticate(secret)
    assert (token.user, token.name) == (alice, "robot")
    assert timedelta(days=2) < token.expires_at - timezone.now() < timedelta(days=3)
    assert secret not in err.getvalue()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nobody"], "no user"),
        (["alice", "--name", ""], "name"),
        (["alice", "--name", "x" * 1_000], "name"),
        (["alice", "--days", "0"], "--days"),
        (["alice", "--days", "99999999"], "--days"),
    ],
)
def test_the_command_says_what_is_wrong(alice, arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("token", *arguments)

    assert not AccessToken.objects.exists()


def test_the_command_issues_nothing_to_who_was_deactivated(alice):
    alice.is_active = False
    alice.save()

    with pytest.raises(CommandError, match="deactivated"):
        call_command("token", "alice")


def test_neither_secrets_nor_words_are_logged(alice, bob, caplog, monkeypatch):
    caplog.set_level("DEBUG")
    _token, secret = AccessToken.objects.issue(alice, "a test")
    caplog.clear()
    body = {
        "query": "mutation ($in: SendMessageInput!) { sendMessage(input: $in) { __typename } }",
        "variables": {"in": {"to": [gid(bob)], "body": "the words"}},
    }

    def send(bearer):
        client = Client(
            headers={"Authorization": f"Bearer {bearer}"}, raise_request_exception=False
        )
        client.post("/graphql", body, content_type="application/json")

    send(secret)
    send("talk_wrong-secret")
    monkeypatch.setattr(Message, "send_to_users", lambda *args: 1 / 0)
    send(secret)

    assert "ZeroDivisionError" in caplog.text
    for private in (secret, "wrong-secret", "the words"):
        assert private not in caplog.text
