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

from schema import documents, rates, schema
from talk.conf import Conf
from talk.models import AccessToken, Message

from ..live.sockets import code_of, in_thread, issue, live, signed_in, socket, talk
from .asking import code, document, gid, group, leave, ok

pytestmark = pytest.mark.django_db(transaction=True)

SEND = document("sendMessage", "sent { number }")
START = document("startConversation")
INVITE = document("inviteParticipants")
WHO = "{ viewer { username } }"


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch):
    rates._limiter.cache_clear()
    monkeypatch.setattr(rates, "_paused_until", 0.0)


@pytest.fixture
def limit(settings):
    def limit(storage="memory://", **limits):
        none = dict.fromkeys(Conf.RATE_LIMITS)
        options = {"RATE_LIMITS": none | limits, "RATE_STORAGE": storage}
        settings.TALK = {**settings.TALK, **options}

    return limit


def bearing(secret, address="198.41.0.4"):
    client = Client(headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address)
    return client.post("/graphql", {"query": WHO}, content_type="application/json")


def test_who_sends_too_often_is_told_when_to_go_on_and_nothing_is_sent(gql, alice, bob, limit):
    limit(send="2/hour")
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


def test_a_burst_and_what_is_sustained_are_limited_apart(gql, alice, bob, limit):
    limit(send="2/second; 3/hour")
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


def test_each_verb_has_its_own_limit(gql, alice, bob, limit, monkeypatch):
    spent = []
    monkeypatch.setattr(rates, "spend", lambda context, name, times=1: spent.append(name))
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


def test_what_starts_a_conversation_counts_as_a_start_whichever_way(
    gql, alice, bob, carol, dave, limit
):
    limit(start="2/hour")
    ask = gql(alice)
    others = [gid(bob), gid(carol)]
    for _time in range(2):
        ok(ask(SEND, input={"to": [gid(bob)], "body": "There is no conversation yet."}))
        ok(ask(SEND, input={"to": others, "body": "Nor with both."}))

    assert code(ask(SEND, input={"to": [gid(dave)], "body": "Hi"})) == "RATE_LIMITED"
    assert code(ask(START, input={"participants": [gid(dave)]})) == "RATE_LIMITED"
    assert ok(ask(SEND, input={"to": [gid(bob), gid(alice)], "body": "Here we talk."}))
    assert Message.objects.filter(body="Hi").count() == 0


def test_who_is_taken_in_counts_as_invited_whichever_way(gql, alice, bob, carol, dave, limit):
    limit(invite="1/hour")
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


def test_many_people_count_for_more_than_few(gql, alice, bob, carol, django_user_model, limit):
    many = django_user_model.objects.bulk_create(
        django_user_model(username=f"somebody {number}") for number in range(11)
    )
    few, many = [gid(each) for each in many[:10]], [gid(each) for each in many]
    here = {"conversationId": gid(group(alice, bob, carol))}

    def counts(mutation, **input):
        name = "invite" if "conversationId" in input else "start"
        limit(**{name: "9/hour"})
        rates._limiter.cache_clear()
        ok(gql(alice)(mutation, input=input))
        limiter, rate = rates._limiter("memory://"), rates._parsed("9/hour")[0]
        left = limiter.get_window_stats(rate, "talk", name, f"user {alice.pk}").remaining
        return 9 - left

    assert counts(START, participants=few) == 1
    assert counts(START, participants=many) == 2
    assert counts(SEND, to=[*many, gid(bob)], body="x") == 2
    assert counts(INVITE, participants=many, **here) == 2
    assert counts(SEND, invite=many, body="x", **here) == 2


def test_reading_counts_for_what_it_costs(gql, alice, limit):
    limit(read="10/hour")
    ask = gql(alice)
    page = (
        "{ inbox(first: 100) { edges { node { conversation { messages(first: 15) { edges { node {"
    )
    # 1 + 100 * (1 + 1 + 1 + 1 + 15 * 2) = 3401, which is 7 of 10.
    ok(ask(f"{page} body }} }} }} }} }} }} }} }}"))
    for _time in range(3):
        ok(ask(WHO))

    assert code(ask(WHO)) == "RATE_LIMITED"


TOO_LARGE = (
    "inbox { edges { node { conversation { messages { edges { node { sender { id } } } } } } } }"
)


@pytest.mark.parametrize(
    "failing",
    [
        "",
        "{",
        "{ viewer { nonsense } }",
        f"{{ {TOO_LARGE} }}",
        "mutation { nonsense }",
    ],
)
def test_what_fails_counts_as_reading(gql, alice, limit, failing):
    limit(read="2/hour")
    ask = gql(alice)
    for _time in range(2):
        assert code(ask(failing)) != "RATE_LIMITED"

    assert code(ask(failing)) == code(ask(WHO)) == "RATE_LIMITED"


def test_a_new_document_counts_for_its_length_before_it_is_read(gql, alice, limit, monkeypatch):
    limit(read="5/hour")
    ask = gql(alice)
    names = "name " * 100
    assert ok(ask(f"{{ viewer {{ {names} }} }}"))
    assert ok(ask(f"{{ viewer {{ {names} }} }}")), "once it's known it is like any other"

    monkeypatch.setattr(documents, "parse", None)

    assert code(ask(f"{{ viewer {{ {names} nonsense }} }}")) == "RATE_LIMITED"


def test_what_a_mutation_selects_counts_as_reading(gql, alice, bob, monkeypatch):
    spent = []
    monkeypatch.setattr(rates, "spend", lambda context, name, times=1: spent.append((name, times)))
    pages = "messages { edges { node { sender { id } } } } participants { edges { node { id } } }"
    # 2 + 2 * (1 + 50 * 3 + 1 + 50 * 2)
    payload = f"participation {{ conversation {{ {pages} }} again: conversation {{ {pages} }} }}"
    ask = gql(alice)
    for _time in range(2):
        ok(ask(document("markRead", payload), input={"conversationId": gid(group(alice, bob))}))

    assert spent[-2:] == [("read", 1), ("write", 1)]


def test_too_many_requests_have_a_status(alice, limit):
    limit(read="1/hour")
    client = Client(headers={"Accept": "application/graphql-response+json"})
    client.force_login(alice)
    client.post("/graphql", {"query": WHO}, content_type="application/json")

    response = client.post("/graphql", {"query": WHO}, content_type="application/json")

    assert response.status_code == 429
    assert 3590 <= int(response["Retry-After"]) <= 3600


def from_outside():
    """A socket to the real schema from a public address."""

    async def application(scope, receive, send):
        await talk({**scope, "client": ["198.41.0.4", 1]}, receive, send)

    return socket(app=application)


@live
async def test_subscribing_is_limited(alice, limit):
    limit(subscribe="1/hour")
    async with signed_in(alice, app=talk) as alices:
        await alices.subscribe("subscription { inboxChanges { cursor } }")
        assert await alices.receive_nothing()
        await alices.subscribe("subscription { inboxChanges { cursor } }", id="2")
        assert code_of(await alices.hear()) == "RATE_LIMITED"


def test_bad_credentials_are_limited_by_address(limit):
    limit(failure="3/hour")

    assert [bearing("talk_wrong").status_code for _time in range(5)] == [401, 401, 401, 429, 429]
    refused = bearing("talk_wrong")
    assert code(refused.json()) == "RATE_LIMITED"
    assert 3590 <= int(refused["Retry-After"]) <= 3600
    assert bearing("talk_wrong", "198.41.0.5").status_code == 401


def test_good_credentials_get_in_where_others_show_bad_ones(alice, limit):
    limit(failure="1/hour")
    _token, secret = AccessToken.objects.issue(alice, "a test")
    assert [bearing("talk_wrong").status_code for _time in range(2)] == [401, 429]

    assert bearing(secret).status_code == 200


def test_all_addresses_of_one_customer_count_as_one(limit):
    limit(failure="1/hour")
    answers = [bearing("talk_wrong", f"2001:500:200::{host}").status_code for host in (1, 2, 3)]

    assert answers == [401, 429, 429]
    assert bearing("talk_wrong", "2001:500:200:1::1").status_code == 401


def test_a_proxy_that_does_not_say_for_whom_it_speaks_is_not_blamed(limit):
    limit(failure="1/hour")

    assert {bearing("talk_wrong", "10.0.0.1").status_code for _time in range(3)} == {401}


@live
async def test_sockets_with_bad_credentials_are_limited_and_no_others(alice, limit):
    limit(failure="1/hour")
    secret = await issue(alice)
    for expected in (4403, 4429, 4429):
        async with from_outside() as strangers:
            assert await strangers.init({"authorization": "Bearer talk_wrong"}) == expected
    async with from_outside() as alices:
        said = await alices.init({"authorization": f"Bearer {secret}"})
        assert said == {"type": "connection_ack"}


@live
async def test_who_sends_bad_credentials_does_not_keep_a_socket_alive(alice, limit):
    limit(failure="1/hour")
    secret = await issue(alice)
    async with from_outside() as alices:
        await alices.init({"authorization": f"Bearer {secret}"})
        for _time in range(3):
            async with from_outside() as strangers:
                await strangers.init({"authorization": "Bearer talk_wrong"})
        await in_thread(lambda: AccessToken.objects.get().revoke())()

        assert await alices.hear() == 4403


def test_a_storage_that_is_away_lets_everything_pass(gql, alice, limit, caplog):
    limit(storage="redis://127.0.0.1:1/0", read="1/hour")

    begun = time.monotonic()
    for _time in range(3):
        assert ok(gql(alice)(WHO))
    assert time.monotonic() - begun < 2
    assert [each.name for each in caplog.records].count("schema.rates") == 1


@pytest.mark.skipif(not configured.REDIS_URL, reason="many processes need REDIS_URL")
def test_all_processes_count_together(gql, alice, limit):
    limit(storage=configured.REDIS_URL, read="2/hour")
    rates._limiter(configured.REDIS_URL).storage.reset()
    assert ok(gql(alice)(WHO))
    rates._limiter.cache_clear()
    assert ok(gql(alice)(WHO))
    rates._limiter.cache_clear()

    assert code(gql(alice)(WHO)) == "RATE_LIMITED"
