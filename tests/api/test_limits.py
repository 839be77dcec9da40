"""How much one operation may ask for."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from graphql import GraphQLList, get_nullable_type
from strawberry import relay

from schema import schema
from schema.documents import document as documents
from schema.documents import limits
from schema.documents.cost import LIST_LENGTH
from talk.conf import Conf

from ..conftest import person
from ..live.sockets import code_of, live, signed_in, talk
from ..plain import answer_in
from .asking import act, code, gid, group, ok, private

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

#: Documents that reach a limit of 3, and what goes beyond.
REACHING = {
    "MAX_TOKENS": ("{viewer", "{viewer{id}}"),
    "MAX_DEPTH": (
        "{ inbox { edges { cursor } } __schema { types { ofType { ofType { name } } } } }",
        "{ inbox { edges { node { id } } } }",
    ),
    "MAX_FIELDS": ("{ viewer { id name } }", "{ viewer { id name username } }"),
    "MAX_ROOT_FIELDS": (
        "{ a: unreadTotal b: unreadTotal c: unreadTotal }",
        "{ a: unreadTotal b: unreadTotal ...F } fragment F on Query { c: unreadTotal unreadTotal }",
    ),
    "MAX_ALIASES": (
        "{ viewer { a: id b: id c: id } }",
        "{ viewer { a: id b: id ...F ... { d: id } } } fragment F on User { c: id }",
    ),
    "MAX_DIRECTIVES": (
        "{ viewer { id @skip(if: false) name @skip(if: false) @include(if: true) } }",
        "{ viewer @skip(if: false) { ...F @skip(if: false) } } "
        "fragment F on User { id @skip(if: false) name @skip(if: false) }",
    ),
    "MAX_REPEATS": (
        "{ viewer { id ...F id } } fragment F on User { id }",
        "{ viewer { id ...F id id } } fragment F on User { id }",
    ),
    "MAX_COST": (
        "{ inbox(first: 1) { edges { node { id } } } }",
        "{ inbox(first: 1) { edges { node { user { id } } } } }",
    ),
}

UPGRADES = "{ inbox(first: 100) { edges { node { conversation { id upgradedTo { id } } } } } }"


#: The limits that are no options.
CONSTANTS = {"MAX_ROOT_FIELDS", "MAX_ALIASES", "MAX_DIRECTIVES"}


@pytest.fixture
def limit(settings, monkeypatch):
    def limit(**values):
        for name in CONSTANTS & values.keys():
            monkeypatch.setattr(limits, name, values.pop(name))
        settings.TALK = {**settings.TALK, **values}

    return limit


@pytest.mark.parametrize("name", REACHING)
def test_each_limit_can_be_reached_and_not_exceeded(gql, alice, limit, name):
    limit(**{name: 3})
    ask = gql(alice)
    within, beyond = REACHING[name]

    # What is only half a document can be too long, too.
    assert "The document is too large" not in json.dumps(ask(within))
    answer = ask(beyond)

    assert code(answer) == "LIMIT_EXCEEDED"
    told = "limit is 3 (MAX_COST)" if name == "MAX_COST" else f"too large: {name} is 3."
    assert told in answer["errors"][0]["message"]
    assert "data" not in answer


def test_what_costs_too_much_is_told_how_much_it_costs(gql, alice, limit):
    limit(MAX_COST=60)

    answer = gql(alice)("{ inbox { edges { node { user { id } } } } }")

    assert answer["errors"][0]["message"] == (
        "The operation costs 156. The limit is 60 (MAX_COST). Ask for smaller pages: without "
        "`first`, a page counts as 50 items."
    )


def test_what_is_too_large_is_no_good_request(alice, limit):
    limit(MAX_DEPTH=1)
    client = Client(headers={"Accept": "application/graphql-response+json"})
    client.force_login(alice)

    response = client.post(
        "/graphql", {"query": "{ viewer { id } }"}, content_type="application/json"
    )

    assert response.status_code == 400


def test_all_operations_of_a_document_count(gql, alice, limit):
    limit(MAX_FIELDS=3)
    document = "query A { viewer { id } } query B { viewer { id } }"

    assert code(gql(alice)(document)) == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "document",
    [
        # Each of these takes minutes, or never ends, where fragments are followed one by one.
        "{ viewer { ...F0 } } fragment F60 on User { id } "
        + "".join(f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)),
        "{ inbox { ...F0 } } fragment F40 on ParticipationConnection { totalCount } "
        + "".join(
            f"fragment F{n} on ParticipationConnection {{ ...F{n + 1} ...F{n + 1} }}"
            for n in range(40)
        ),
        "{ ...F } fragment F on Query { ...F a: viewer { ...G } } fragment G on User { ...G }",
        "{ viewer { " + "id " * 900 + "} }",
        "{ " + "viewer { id } " * 200 + "}",
        "{ viewer { " + "@skip(if: false) " * 100 + "} }",
        "{" * 900,
        "#\n" * 5_000 + "{ viewer { id } }",
        "{ " + "a(b: [" * 150 + "] ) " * 150 + " }",
    ],
    ids=range(9),
)
def test_hostile_documents_are_answered_at_once(gql, alice, document):
    codes = {error["extensions"]["code"] for error in gql(alice)(document)["errors"]}

    assert codes <= {"LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.django_db(transaction=True)
@live
async def test_what_each_result_of_a_subscription_may_cost_is_limited_apart(alice, limit):
    limit(MAX_COST=1, MAX_EVENT_COST=2)
    async with signed_in(alice, app=talk) as alices:
        for inner, code in (("user { id }", "LIMIT_EXCEEDED"), ("id", None)):
            document = f"subscription {{ inboxChanges {{ participation {{ {inner} }} }} }}"
            await alices.subscribe(document)

            assert code is None or code_of(await alices.hear()) == code
        assert await alices.receive_nothing()


COSTS = {
    "{ unreadTotal }": 100,
    "{ viewer { id name } }": 1,
    "{ accessTokens { id } }": 10 * 1.1,
    "{ inbox(first: 20) { totalCount } }": 200 + 1,
    "{ inbox(first: 20, filter: {unread: true}) { edges { cursor } } }": 200 + 1 + 20 * 1.1,
    "{ inbox(first: 20) { edges { cursor } } }": 1 + 20 * 1.1,
    "{ inbox(last: 20) { edges { node { id } } pageInfo { hasNextPage } } }": 80
    + 1
    + 20 * 2.1
    + 1.1,
    '{ inbox(first: 2, before: "x") { edges { cursor } } }': 80 + 1 + 2 * 1.1,
    '{ inbox(first: 2, after: "x") { edges { cursor } } }': 1 + 2 * 1.1,
    "{ inbox { edges { node { id } } } }": 1 + 50 * 2.1,
    "{ inbox(first: 1000) { edges { cursor } } }": 1 + 100 * 1.1,
    '{ users(search: "b", first: 2) { edges { cursor } } }': 200 + 1 + 2 * 1.1,
    '{ users(search: "b", first: 2) { totalCount } }': 200 + 1 + 200,
    "{ inbox(first: -5) { edges { cursor } } }": 1,
    "query ($n: Int = 7) { inbox(first: $n) { edges { cursor } } }": 1 + 7 * 1.1,
    "query ($size: Int) { inbox(first: $size) { edges { cursor } } }": 1 + 3 * 1.1,
    "{ inbox(first: 2) { edges { ...P } } } fragment P on ParticipationEdge { node { ...Q } } "
    "fragment Q on Participation { conversation { messages(first: 5) { edges { node { "
    "sender { id } } } } } }": 1 + 2 * (1 + 1 + 1 + 1 + 5 * 3.1),
    "{ a: viewer { id } b: viewer { id } ... { viewer { id @skip(if: true) } } }": 3,
    "{ __typename viewer { __typename } }": 1,
    "{ viewer { a: id b: id name } }": 1 + 2 + 0.1,
    "{ a: unreadTotal b: unreadTotal }": 2 * 101,
    "{ __schema { description a: description } }": 1 + 1,
    "{ __schema { types { name } } }": 1 + 10,
    "{ __schema { types { fields { type { ofType { ofType { name } } } } } } }": 1
    + 10 * (1 + 10 * 2),
    "{ __schema { queryType { name } a: queryType { name } } }": 1 + 1 + 10,
    'mutation { markRead(input: {conversationId: "x"}) { ... on Refusal { code } '
    "... on MarkReadPayload { participation { id } } } }": 2,
}


@pytest.mark.parametrize("document", COSTS)
def test_what_an_operation_costs_is_told_on_request(alice, document):
    client = Client()
    client.force_login(alice)
    body = {"query": document, "variables": {"size": 3}, "extensions": {"cost": True}}

    answer = answer_in(client.post("/graphql", body, content_type="application/json"))

    told = {"cost": int(COSTS[document]), "limit": Conf.MAX_COST}
    assert answer["extensions"] == {"cost": told}


def test_a_document_costs_what_the_sizes_say_each_time(alice):
    client = Client()
    client.force_login(alice)
    document = "query ($n: Int = 7) { inbox(first: $n) { edges { cursor } } }"

    def cost(variables):
        body = {"query": document, "variables": variables, "extensions": {"cost": True}}
        answer = client.post("/graphql", body, content_type="application/json").json()
        return answer["extensions"]["cost"]["cost"]

    asked = [{"n": 3}, {}, {"n": 40}, {"n": None}, {"n": 3, "other": 5}, {"n": 0}, {}]
    assert [cost(each) for each in asked] == [1 + 3, 1 + 7, 1 + 44, 1 + 55, 1 + 3, 1, 1 + 7]
    # GraphQL takes them for integers.
    assert [cost({"n": size}) for size in (90.0, 1e9)] == [1 + 99, 1 + 110]


def test_a_list_without_pages_is_no_longer_than_it_counts(gql, alice, bob, carol):
    """Each leads back to where it came from: what is in it would grow with every level."""
    privates = [private(alice, each, "hello") for each in (bob, carol)]
    for number in range(LIST_LENGTH + 2):
        guest = person(f"guest{number}")
        for each in privates:
            each.participation_of(alice).invite([guest])

    edges = ok(gql(alice)(UPGRADES))["inbox"]["edges"]

    shown = {edge["node"]["conversation"]["id"]: edge["node"]["conversation"] for edge in edges}
    for each in privates:
        newest = each.upgraded_to.order_by("-pk")[:LIST_LENGTH]
        assert shown[gid(each)]["upgradedTo"] == [{"id": gid(group)} for group in newest]


def test_sizes_that_a_client_makes_up_fill_no_memory(gql, alice, monkeypatch):
    monkeypatch.setattr(documents, "MAX_COSTS", 4)
    document = "query ($n: Int) { inbox(first: $n) { edges { cursor } } }"

    for size in (10**4_000, 10**9, 101, -5, *range(10)):
        gql(alice)(document, n=size)

    kept = documents.find(schema._schema, document)
    assert 0 < len(kept._costs) <= 4
    assert all(size is None or size <= 100 for _name, size in kept._costs)


def test_the_cost_is_not_told_unasked(gql, alice):
    assert "extensions" not in gql(alice)("{ viewer { id } }")


def test_every_list_that_a_client_gives_has_a_limit(gql, alice, bob, carol):
    a_group = gid(group(alice, bob))
    many, more = [gid(carol)] * 101, [gid(carol)] * 1_001
    pair = gid(private(alice, bob))
    ask = gql(alice)
    refused = {
        "SendMessageInput.to": act(ask, "sendMessage", body="x", to=more),
        "SendMessageInput.invite": act(
            ask, "sendMessage", body="x", conversationId=pair, invite=more
        ),
        "StartConversationInput.participants": act(ask, "startConversation", participants=more),
        "InviteParticipantsInput.participants": act(
            ask, "inviteParticipants", conversationId=a_group, participants=more
        ),
        "InboxFilter.with": ask(
            "query ($ids: [ID!]!) { inbox(filter: {with: $ids}) { totalCount } }", ids=many
        ),
    }
    own = gid(group(alice, bob).participation_of(alice).send("x"))
    # Somebody who is named twice is mentioned once.
    people = [relay.to_base64("User", 10_000 + number) for number in range(51)]
    mentioning = {
        "SendMessageInput.mentions": act(
            ask, "sendMessage", body="x", conversationId=a_group, mentions=people
        ),
        "EditMessageInput.mentions": act(
            ask, "editMessage", message=own, body="y", mentions=people
        ),
        "ScheduleMessageInput.mentions": act(
            ask,
            "scheduleMessage",
            conversationId=a_group,
            body="x",
            at=(timezone.now() + timedelta(hours=1)).isoformat(),
            clientId=str(uuid4()),
            mentions=people,
        ),
    }
    files = [relay.to_base64("Attachment", 10_000 + number) for number in range(11)]
    with_files = {
        "SendMessageInput.attachments": act(
            ask, "sendMessage", body="x", conversationId=a_group, attachments=files
        ),
        "EditMessageInput.attachments": act(
            ask, "editMessage", message=own, body="y", attachments=files
        ),
    }

    said = {name: answer.get("code") or code(answer) for name, answer in refused.items()}

    assert set(said.values()) == {"TOO_MANY_PARTICIPANTS"}
    assert {answer["code"] for answer in mentioning.values()} == {"TOO_MANY_MENTIONS"}
    assert {answer["code"] for answer in with_files.values()} == {"TOO_MANY_FILES"}
    # Those of streams are tested with the streams.
    streams = {"Subscription.presence.users", "Subscription.inboxTyping.conversationIds"}
    assert {*said, *mentioning, *with_files, *streams} == set(_lists())


def _lists():
    """The names of all lists in the inputs and arguments of the schema."""
    for kind in schema._schema.type_map.values():
        for name, each in getattr(kind, "fields", {}).items() if kind.name[:2] != "__" else ():
            if isinstance(get_nullable_type(each.type), GraphQLList) and not hasattr(each, "args"):
                yield f"{kind.name}.{name}"
            for argument, given in getattr(each, "args", {}).items():
                if isinstance(get_nullable_type(given.type), GraphQLList):
                    yield f"{kind.name}.{name}.{argument}"
