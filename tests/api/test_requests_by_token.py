"""A request with a token that names a conversation."""

import pytest
from django.db import connection
from django.test import Client

from talk.models import AccessToken

from ..plain import answer_in
from ..trips import trips_of
from .asking import code, document, gid, group, leave, nodes, ok, private, say

pytestmark = pytest.mark.django_db

THREAD = """query ($id: ID!) { conversation(id: $id) {
    title messages(last: 2) { edges { node { body sender { name } } } } } }"""
SEND = document("sendMessage", "sent { number body }")
READ = document("markRead", "participation { lastReadNumber }")
READ_THERE = READ.replace("$input: MarkReadInput!", "$there: ID!").replace(
    "input: $input", "input: {conversationId: $there}"
)


@pytest.fixture
def said(alice, bob):
    return group(alice, bob, title="Harbour", says=["one", "two"])


@pytest.fixture
def token(alice):
    return AccessToken.objects.issue(alice, "phone")


@pytest.fixture
def ask(token):
    """`ask(document, **variables)` with the token."""

    def ask(query, **variables):
        client = Client(headers={"authorization": f"Bearer {token[1]}"})
        body = {"query": query, "variables": variables}
        return answer_in(client.post("/graphql", body, content_type="application/json"))

    return ask


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("query", "variables", "taken"),
    [
        (THREAD, lambda here: {"id": here}, 3),
        # `BEGIN`, what is locked, what is written, `COMMIT`.
        (SEND, lambda here: {"input": {"conversationId": here, "body": "Hello"}}, 6),
        # And what is unread from there on.
        (READ, lambda here: {"input": {"conversationId": here}}, 6),
        (READ_THERE, lambda here: {"there": here}, 6),
    ],
)
def test_it_takes_few_trips(said, bob, ask, settings, query, variables, taken):
    # Several statements go in one trip only if they are prepared.
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": True}
    given = variables(gid(said))
    ok(ask(query, **given))
    say(bob, said)

    # A prepared statement would not show what it is about.
    connection.connection.prepare_threshold = None
    with trips_of(connection) as sent:
        ok(ask(query, **given))
    connection.close()

    assert "talk_accesstoken" in sent[0]
    assert len(sent) == taken


def test_a_token_that_was_revoked_finds_nothing(said, token, ask):
    ok(ask(THREAD, id=gid(said)))
    token[0].revoke()

    answer = ask(THREAD, id=gid(said))

    assert code(answer) == "UNAUTHENTICATED"
    assert "data" not in answer


def test_nor_does_one_of_somebody_who_was_deactivated(said, alice, ask):
    ok(ask(SEND, input={"conversationId": gid(said), "body": "Hello"}))
    alice.is_active = False
    alice.save()

    answer = ask(SEND, input={"conversationId": gid(said), "body": "Hello again"})

    assert code(answer) == "UNAUTHENTICATED"
    assert not said.messages.filter(body="Hello again").exists()


def test_a_conversation_of_others_is_not_there(said, bob, carol, ask):
    ok(ask(THREAD, id=gid(said)))

    assert ok(ask(THREAD, id=gid(private(bob, carol)))) == {"conversation": None}


def test_who_left_is_shown_what_there_was(said, alice, bob, ask):
    ok(ask(THREAD, id=gid(said)))
    leave(alice, said)
    say(bob, said, "three")

    shown = ok(ask(THREAD, id=gid(said)))["conversation"]

    assert [message["body"] for message in nodes(shown["messages"])] == ["two", ""]


@pytest.mark.parametrize(
    "variables", [{}, {"id": None}, {"id": 7}, {"id": "no id"}, {"id": "VXNlcjox"}, {"id": {}}]
)
def test_what_names_none_is_refused_as_ever(said, alice, ask, gql, variables):
    ok(ask(THREAD, id=gid(said)))

    assert ask(THREAD, **variables) == gql(alice)(THREAD, **variables)


def test_a_body_that_cannot_be_read_is_told_to_nobody_but_who_may_know(token):
    client = Client()
    for header, expected in (
        (f"Bearer {token[1]}", "BAD_REQUEST"),
        ("Bearer no", "UNAUTHENTICATED"),
    ):
        answer = client.post(
            "/graphql",
            b"{",
            content_type="application/json",
            headers={"authorization": header},
        )
        assert code(answer.json()) == expected
