"""What fails before it is executed counts like what is executed, and tells little."""

import json

import pytest
import strawberry
from django.test import Client
from strawberry.extensions import SchemaExtension

from schema import Mutation, Query, consumer
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.execution import Schema
from schema.types.refusals import Refusal

from ..live.sockets import code_of, live, signed_in, socket, talk
from .asking import act, gid, group

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

ADDRESS = "198.41.0.4"
MARK = "mutation ($input: MarkReadInput!) { markRead(input: $input) { __typename } }"
BY_HASH = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}

#: Bodies of requests that fail before anything is executed, and how.
FAILING = {
    "no JSON": ("{", "BAD_REQUEST"),
    "no object": ([], "BAD_REQUEST"),
    "no query": ({}, "BAD_REQUEST"),
    "an empty query": ({"query": ""}, "BAD_REQUEST"),
    "variables of a wrong kind": ({"query": MARK, "variables": []}, "BAD_REQUEST"),
    "a hash": ({"extensions": BY_HASH}, "PERSISTED_QUERY_NOT_SUPPORTED"),
    "an id": ({"documentId": "x"}, "BAD_REQUEST"),
    "a syntax error": ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    "a misspelt field": ({"query": "{ nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
    "an unknown operation": (
        {"query": "query A { viewer { id } }", "operationName": "B"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a fragment alone": ({"query": "fragment F on User { id }"}, "GRAPHQL_VALIDATION_FAILED"),
    "a mutation without variables": ({"query": MARK}, "GRAPHQL_VALIDATION_FAILED"),
    "a mutation with wrong variables": (
        {"query": MARK, "variables": {"input": {"nonsense": 1}}},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a query with wrong variables": (
        {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": []}},
        "GRAPHQL_VALIDATION_FAILED",
    ),
}


def post(body, user=None):
    client = Client(REMOTE_ADDR=ADDRESS)
    if user is not None:
        client.force_login(user)
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post("/graphql", text, content_type="application/json").json()


def first_code(answer):
    return answer["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("kind", FAILING)
def test_what_fails_counts_for_whoever_is_signed_in(alice, at_most, kind):
    body, expected = FAILING[kind]
    # What is valid is known after the first time.
    at_most(read="8/hour")

    found = [first_code(post(body, alice)) for _time in range(9)]

    assert found[0] == expected
    assert found[-1] == "RATE_LIMITED"


@pytest.mark.parametrize("kind", FAILING)
def test_what_fails_counts_for_the_address_of_a_stranger(at_most, kind):
    at_most(stranger="8/hour")

    found = [first_code(post(FAILING[kind][0])) for _time in range(9)]

    assert found[0] != "RATE_LIMITED"
    assert found[-1] == "RATE_LIMITED"


#: What has another shape closes the socket.
CLOSING = {"no JSON", "no object", "no query", "variables of a wrong kind", "an id"}


@pytest.mark.parametrize("kind", [kind for kind in FAILING if kind not in CLOSING])
def test_what_fails_on_a_socket_counts(alice, at_most, kind):
    body, expected = FAILING[kind]
    at_most(read="8/hour")

    @live
    async def scenario():
        async with signed_in(alice, app=talk) as alices:
            found = []
            for _time in range(9):
                await alices.say({"id": "1", "type": "subscribe", "payload": body})
                found.append((await alices.hear())["payload"][0]["extensions"]["code"])
        assert found[0] == expected
        assert found[-1] == "RATE_LIMITED"

    scenario()


def test_a_stream_whose_variables_do_not_fit_counts_as_a_stream(alice, at_most):
    at_most(subscribe="1/hour")
    stream = "subscription ($id: ID!) { conversationChanges(id: $id) { revision } }"

    @live
    async def scenario():
        async with signed_in(alice, app=talk) as alices:
            (first,) = await alices.ask(stream, variables={"id": {}})
            (second,) = await alices.ask(stream, variables={"id": {}})
        assert code_of(first) == "GRAPHQL_VALIDATION_FAILED"
        assert code_of(second) == "RATE_LIMITED"

    scenario()


def test_a_mutation_that_calls_no_verb_counts_as_reading(alice, at_most):
    at_most(read="1/hour")

    answers = [post({"query": "mutation { __typename }"}, alice) for _time in range(3)]

    assert "RATE_LIMITED" in str(answers[-1])


@strawberry.type(name="Mutation")
class OwnMutation(Mutation):
    @strawberry.mutation
    def order(self, info: strawberry.Info) -> str:
        info.context.request.orders.append("soup")
        return "soup"


@pytest.mark.parametrize("extensions", [(), (SchemaExtension,)])
@pytest.mark.parametrize(
    "document",
    [
        "mutation { order }",
        "mutation { ...F } fragment F on Mutation { order }",
        "mutation { order markRead(input: {conversationId: 1}) @skip(if: true) { __typename } }",
    ],
)
def test_a_projects_own_mutation_is_executed_or_refused(alice, at_most, rf, extensions, document):
    at_most(read="2/hour")
    own = Schema(Query, mutation=OwnMutation, types=[Refusal], extensions=extensions)
    request = rf.post("/graphql")
    request.orders = []

    context = Context(request, Identity(alice))
    answers = [own.answer(own.operation(Request(document), context)) for _ in range(4)]

    done = [answer for answer in answers if answer.data]
    assert len(done) == len(request.orders)
    told = {error.extensions["code"] for answer in answers for error in answer.errors or ()}
    assert told <= {"RATE_LIMITED"}
    assert "@skip" in document or len(done) == 2


def test_a_verb_counts_as_itself_alone(gql, alice, bob, at_most):
    place = gid(group(alice, bob, says=["hello"]))
    ask = gql(alice)
    at_most(read="2/hour", write="3/hour")

    # The document itself is read once.
    for _time in range(3):
        assert act(ask, "markRead", conversationId=place)


def test_a_request_of_another_site_counts(alice, at_most):
    at_most(read="2/hour")
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    body = {"query": "{ viewer { id } }"}

    found = [
        first_code(client.post("/graphql", body, content_type="application/json").json())
        for _time in range(3)
    ]

    assert found == ["CSRF_FAILED", "CSRF_FAILED", "RATE_LIMITED"]


LONG = "x" * 60_000
#: Requests whose errors could repeat what they have.
REPEATED = {
    "a field": {"query": f"{{ {LONG} }}"},
    "an alias": {"query": f"{{ viewer {{ {LONG}: id {LONG}: name }} }}"},
    "a syntax error": {"query": f"{{ viewer {{ id }} }} {LONG}"},
    "a string": {"query": f'{{ inbox(first: "{LONG}") {{ totalCount }} }}'},
    "an enum": {"query": f"{{ inbox(filter: {{kind: {LONG}}}) {{ totalCount }} }}"},
    "a fragment": {"query": f"{{ ...{LONG} }}"},
    "a variable": {"query": f"{{ inbox(first: ${LONG}) {{ totalCount }} }}"},
    "a type": {"query": f"query ($a: {LONG}) {{ viewer {{ id }} }}"},
    "a directive": {"query": f"{{ viewer @{LONG} {{ id }} }}"},
    "an operation": {"query": "{ viewer { id } }", "operationName": LONG},
    "an object": {
        "query": "mutation { sendMessage(input: {"
        + " ".join(f"field{number}: 1" for number in range(300))
        + "}) { __typename } }"
    },
    "a value": {"query": MARK, "variables": {"input": LONG}},
    "values": {"query": MARK, "variables": {"input": {"conversationId": [LONG] * 2}}},
    "keys": {"query": MARK, "variables": {"input": {LONG + str(n): n for n in range(3)}}},
    "a time": {
        "query": "query ($at: DateTime) { node(id: 1) { ... on Conversation "
        "{ messages(around: {time: $at}) { totalCount } } } }",
        "variables": {"at": LONG},
    },
}


@pytest.mark.parametrize("kind", REPEATED)
def test_errors_repeat_little_of_what_they_are_about(alice, at_most, kind):
    at_most()
    body = REPEATED[kind]

    answer = post(body, alice)

    errors = answer["errors"]
    assert len(errors) <= 11
    assert all(len(error["message"]) <= 210 for error in errors)
    assert len(json.dumps(answer)) < 6_000


@pytest.mark.parametrize("kind", ["a field", "an object", "a value"])
def test_errors_on_a_socket_repeat_as_little(alice, at_most, kind):
    at_most()

    @live
    async def scenario():
        async with signed_in(alice, app=talk) as alices:
            body = REPEATED[kind]
            await alices.say({"id": "1", "type": "subscribe", "payload": body})
            assert len(json.dumps(await alices.hear())) < 6_000

    scenario()


@pytest.mark.parametrize(
    "frame",
    [{"type": LONG}, {"id": LONG, "type": "subscribe", "payload": {"query": "{ viewer { id } }"}}],
)
def test_what_closes_a_socket_is_told_in_what_a_frame_has_room_for(alice, frame):
    @live
    async def scenario():
        async with signed_in(alice, app=talk) as alices:
            for _time in range(2):
                await alices.say(frame)
            while (event := await alices.receive_output(3))["type"] != "websocket.close":
                pass
            assert len(event["reason"].encode()) <= 123

    scenario()


def test_a_message_that_is_cut_keeps_its_beginning_and_its_end(alice, at_most):
    at_most()
    (error,) = post({"query": MARK, "variables": {"input": {"number": LONG}}}, alice)["errors"][1:]

    assert error["message"].startswith("Int cannot represent non-integer value: 'xxx")
    assert error["message"].endswith("xxx'")


@live
async def test_a_stranger_has_a_socket_for_ten_seconds(monkeypatch):
    monkeypatch.setattr(consumer, "INIT_TIMEOUT", consumer.timedelta(seconds=0.1))
    async with socket() as strangers:
        assert await strangers.init() == {"type": "connection_ack"}
        assert (await strangers.ask("{ __typename }"))[0]["type"] == "next"
        assert await strangers.hear() == 4408


@live
async def test_who_is_signed_in_has_it_for_longer(monkeypatch, alice):
    monkeypatch.setattr(consumer, "INIT_TIMEOUT", consumer.timedelta(seconds=0.1))
    async with signed_in(alice) as alices:
        assert await alices.receive_nothing(0.3)
