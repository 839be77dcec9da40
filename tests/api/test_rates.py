"""Nobody does anything too often."""

import time

import pytest
from django.conf import settings as configured
from django.test import Client
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    get_nullable_type,
    is_required_input_field,
)

from schema import schema
from schema.authentication import rates
from talk.models import Message
from talk.prefix import prefix

from ..live.sockets import code_of, live, signed_in, talk
from .asking import code, document, gid, group, leave, ok

pytestmark = pytest.mark.django_db(transaction=True)

SEND = document("sendMessage", "sent { number }")
START = document("startConversation")
INVITE = document("inviteParticipants")
WHO = "{ viewer { username } }"


def test_who_sends_too_often_is_told_when_to_go_on_and_nothing_is_sent(gql, alice, bob, at_most):
    at_most(send="2/hour")
    conversation = gid(group(alice, bob))
    ask, others = gql(alice), gql(bob)
    for body in ("one", "two"):
        ok(ask(SEND, input={"conversationId": conversation, "body": body}))

    refused = ask(SEND, input={"conversationId": conversation, "body": "three"})

    (error,) = refused["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryable"] is True
    assert 3590 <= error["extensions"]["retryAfter"] <= 3600
    assert Message.objects.filter(body="three").count() == 0
    assert ok(others(SEND, input={"conversationId": conversation, "body": "mine"}))


def test_a_burst_and_what_is_sustained_are_limited_apart(gql, alice, bob, at_most):
    at_most(send="2/second; 3/hour")
    conversation = gid(group(alice, bob))

    answers = [
        gql(alice)(SEND, input={"conversationId": conversation, "body": "x"}) for _time in range(3)
    ]

    assert ok(answers[0])
    assert ok(answers[1])
    assert answers[2]["errors"][0]["extensions"]["retryAfter"] == 1


def test_every_mutation_is_limited(gql, alice, monkeypatch):
    monkeypatch.setattr(rates, "_hit", lambda *args: 7)
    mutations = schema._schema.mutation_type.fields

    for name, field in mutations.items():
        answer = gql(alice)(document(name, "__typename"), input=filled(field.args["input"].type))
        assert code(answer) == "RATE_LIMITED", name


def filled(kind):
    """Any value of an input's type."""
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        required = {n: each for n, each in kind.fields.items() if is_required_input_field(each)}
        return {name: filled(each.type) for name, each in required.items()}
    return "x"


def test_each_verb_has_its_own_limit(gql, alice, bob, at_most, monkeypatch):
    spent = []

    def note(context, name, times=1):
        spent.append(name)

    monkeypatch.setattr(rates, "count_for_viewer", note)
    conversation = gid(group(alice, bob))
    ask = gql(alice)
    ask(SEND, input={"conversationId": conversation, "body": "x"})
    ask(document("startConversation"), input={"participants": [gid(bob)]})
    ask(
        document("inviteParticipants"),
        input={"conversationId": conversation, "participants": [gid(bob)]},
    )
    ask(document("markRead"), input={"conversationId": conversation})
    ask(WHO)

    # Each document is read, too, when it comes first.
    assert [each for each in spent if each != "read"] == ["send", "start", "invite", "write"]
    assert spent[-1] == "read"


def test_reactions_count_apart_and_the_same_again_counts_too(gql, alice, bob, at_most):
    """Each of them wakes all streams of the conversation; see the rate of messages."""
    at_most(react="2/hour", write="2/hour", send="2/hour")
    said = group(alice, bob).participation_of(bob).send("Soup?")
    ask, thumb = gql(alice), {"message": gid(said), "emoji": "👍"}

    ok(ask(document("react"), input=thumb))
    ok(ask(document("unreact"), input=thumb))

    for verb in ("react", "unreact"):
        assert code(ask(document(verb), input=thumb)) == "RATE_LIMITED"
    assert ok(ask(document("markRead"), input={"conversationId": gid(said.conversation)}))
    assert said.reactions.count() == 0


def test_what_starts_a_conversation_counts_as_a_start_whichever_way(
    gql, alice, bob, carol, dave, at_most
):
    at_most(start="2/hour")
    ask = gql(alice)
    others = [gid(bob), gid(carol)]
    for _time in range(2):
        ok(ask(SEND, input={"to": [gid(bob)], "body": "There is no conversation yet."}))
        ok(ask(SEND, input={"to": others, "body": "Nor with both."}))

    assert code(ask(SEND, input={"to": [gid(dave)], "body": "Hi"})) == "RATE_LIMITED"
    assert code(ask(START, input={"participants": [gid(dave)]})) == "RATE_LIMITED"
    assert ok(ask(SEND, input={"to": [gid(bob), gid(alice)], "body": "Here we talk."}))
    assert Message.objects.filter(body="Hi").count() == 0


def test_who_is_taken_in_counts_as_invited_whichever_way(gql, alice, bob, carol, dave, at_most):
    at_most(invite="1/hour")
    conversation = group(alice, bob, carol)
    leave(carol, conversation)
    here, ask = {"conversationId": gid(conversation)}, gql(alice)
    back = document("reinstateParticipant")
    ok(ask(back, input=here | {"participant": gid(carol)}))
    leave(bob, conversation)

    assert code(ask(INVITE, input=here | {"participants": [gid(dave)]})) == "RATE_LIMITED"
    assert code(ask(back, input=here | {"participant": gid(bob)})) == "RATE_LIMITED"
    assert code(ask(SEND, input=here | {"body": "x", "invite": [gid(dave)]})) == "RATE_LIMITED"
    assert ok(ask(SEND, input=here | {"body": "Nobody new."}))
    assert conversation.participations.active().count() == 2


def test_many_people_count_for_more_than_few(gql, alice, bob, carol, django_user_model, at_most):
    many = django_user_model.objects.bulk_create(
        django_user_model(username=f"somebody {number}") for number in range(11)
    )
    few, many = [gid(each) for each in many[:10]], [gid(each) for each in many]
    here = {"conversationId": gid(group(alice, bob, carol))}

    def counts(mutation, **input):
        name = "invite" if "conversationId" in input else "start"
        at_most(**{name: "9/hour"})
        rates._limiter.cache_clear()
        ok(gql(alice)(mutation, input=input))
        limiter, rate = rates._limiter("memory://"), rates._parsed("9/hour")[0]
        left = limiter.get_window_stats(rate, prefix(), name, f"user {alice.pk}").remaining
        return 9 - left

    assert counts(START, participants=few) == 1
    assert counts(START, participants=many) == 2
    assert counts(SEND, to=[*many, gid(bob)], body="x") == 2
    assert counts(INVITE, participants=many, **here) == 2
    assert counts(SEND, invite=many, body="x", **here) == 2


def test_too_many_requests_have_a_status(alice, at_most):
    at_most(read="1/hour")
    client = Client(headers={"Accept": "application/graphql-response+json"})
    client.force_login(alice)
    client.post("/graphql", {"query": WHO}, content_type="application/json")

    response = client.post("/graphql", {"query": WHO}, content_type="application/json")

    assert response.status_code == 429
    assert 3590 <= int(response["Retry-After"]) <= 3600


@live
async def test_subscribing_is_limited(alice, at_most):
    at_most(subscribe="1/hour")
    async with signed_in(alice, app=talk) as alices:
        await alices.subscribe("subscription { inboxChanges { cursor } }")
        assert await alices.receive_nothing()
        await alices.subscribe("subscription { inboxChanges { cursor } }", id="2")
        assert code_of(await alices.hear()) == "RATE_LIMITED"


def test_a_storage_that_is_away_lets_everything_pass(gql, alice, at_most, caplog):
    at_most(storage="redis://127.0.0.1:1/0", read="1/hour")

    begun = time.monotonic()
    for _time in range(3):
        assert ok(gql(alice)(WHO))
    assert time.monotonic() - begun < 2
    assert [each.name for each in caplog.records].count("schema.authentication.rates") == 1


@pytest.mark.skipif(not configured.REDIS_URL, reason="many processes need REDIS_URL")
def test_all_processes_count_together(gql, alice, at_most):
    at_most(storage=configured.REDIS_URL, read="2/hour")
    rates._limiter(configured.REDIS_URL).storage.reset()
    assert ok(gql(alice)(WHO))
    rates._limiter.cache_clear()
    assert ok(gql(alice)(WHO))
    rates._limiter.cache_clear()

    assert code(gql(alice)(WHO)) == "RATE_LIMITED"


def test_a_limit_that_is_none_lets_nothing_pass_and_no_other_limit_is_off(
    gql, alice, bob, at_most, caplog
):
    at_most(send="2 an hour", start="1/hour")
    ask, conversation = gql(alice), gid(group(alice, bob))

    failed = ask(SEND, input={"conversationId": conversation, "body": "x"})

    assert code(failed) == "INTERNAL"
    assert not Message.objects.filter(body="x").exists()
    ok(ask(START, input={"participants": [gid(bob)]}))
    assert code(ask(START, input={"participants": [gid(bob)]})) == "RATE_LIMITED"
