"""Fields of a project's own that may be asked without credentials, over every transport."""

import pytest
import strawberry
from django.http import HttpRequest
from graphql import parse
from strawberry.extensions import DisableValidation
from strawberry.tools import merge_types

import schema as talk
from schema.authentication.context import Context
from schema.documents.public import Public, is_public
from schema.documents.request import Request
from schema.execution import Schema


@strawberry.interface
class Greeting:
    greeting: str
    secret: str


@strawberry.type
class HostQuery(Greeting):
    @strawberry.field(directives=[Public()])
    def greeting(self) -> str:
        return "Welcome"

    @strawberry.field
    def secret(self) -> str:
        return "of members"

    @strawberry.field(directives=[Public()])
    def lines(self, info: strawberry.Info, first: int) -> list[str]:
        assert info.context.identity is None
        return ["x" * 1000] * first

    @strawberry.field(directives=[Public()])
    def who(self, info: strawberry.Info) -> str:
        return info.context.viewer.username


@strawberry.type
class Around:
    @strawberry.field(directives=[Public()])
    def here(self) -> "Around":
        return Around()

    @strawberry.field
    def secret(self) -> str:
        return "of members"


@strawberry.type
class HostMutation:
    @strawberry.field(directives=[Public()])
    def subscribe_to_news(self) -> str:
        return "subscribed"

    @strawberry.field
    def unsubscribe(self) -> str:
        return "unsubscribed"


@pytest.fixture(autouse=True)
def _private_schema(settings):
    settings.TALK = {**settings.TALK, "PUBLIC_INTROSPECTION": False}


host = Schema(
    query=merge_types("Query", (HostQuery, talk.Query)),
    mutation=merge_types("Mutation", (HostMutation, talk.Mutation)),
)


def ask(query, schema=host, **variables):
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "8.8.4.4"
    return schema.answer(schema.operation(Request(query, variables), Context(request)))


def codes(answer):
    return [(error.extensions or {}).get("code") for error in answer.errors or ()]


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ greeting }", {"greeting": "Welcome"}),
        ("{ a: greeting b: greeting __typename }", None),
        ("mutation { subscribeToNews }", {"subscribeToNews": "subscribed"}),
        ("{ ...F } fragment F on Query { greeting ... { greeting } }", {"greeting": "Welcome"}),
        ("{ ... on Greeting { greeting } }", {"greeting": "Welcome"}),
    ],
)
def test_public_fields_are_answered_without_credentials(query, data):
    answer = ask(query)

    assert answer.errors is None
    assert data is None or answer.data == data


@pytest.mark.parametrize(
    "query",
    [
        "{ greeting secret }",
        "{ greeting: secret }",
        "{ greeting viewer { id } }",
        "{ greeting ...F } fragment F on Query { secret }",
        "{ greeting ... { secret } }",
        "{ greeting ... on Greeting { secret } }",
        "{ greeting ...F } fragment F on Greeting { secret }",
        "{ greeting ...F } fragment F on HostQuery { secret }",
        "{ greeting @skip(if: true) secret @include(if: false) }",
        "mutation { subscribeToNews unsubscribe }",
        # The types below a public field are no secret, and the schema's are.
        "{ greeting nonsense }",
        "{ greeting(nonsense: 1) }",
        "{ greeting } fragment F on Message { body }",
        "{ __schema { queryType { name } } }",
        # Only one of them would be executed.
        "query A { greeting } query B { secret }",
    ],
)
def test_one_field_that_is_not_public_closes_the_operation(query):
    answer = ask(query)

    assert answer.data is None
    assert codes(answer) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "document",
    [
        "%s {{ __typename }} fragment F on {} {{ word }}",
        "%s {{ __typename ... on {} {{ word }} }}",
        "%s ($word: {}) {{ __typename }}",
    ],
)
@pytest.mark.parametrize("kind", ["query", "mutation", "subscription"])
@pytest.mark.parametrize("schema", [host, talk.schema], ids=["of a project", "of Talk alone"])
def test_no_answer_tells_strangers_which_types_there_are(schema, kind, document):
    types = ("Nonsense", "Message", "Node", "SendMessageInput", "Query", "Greeting")
    answers = [ask((document % kind).format(each), schema) for each in types]

    assert [answer and codes(answer) for answer in answers] == [["UNAUTHENTICATED"]] * len(types)


@pytest.mark.parametrize(
    "query",
    [
        "{ greeting ... on Nonsense { secret } }",
        "{ greeting ...F } fragment F on Nonsense { secret }",
    ],
)
def test_what_is_of_an_unknown_type_is_not_executed_where_nothing_is_validated(query):
    unchecked = Schema(query=HostQuery, extensions=[DisableValidation])

    assert ask(query, unchecked).data == {"greeting": "Welcome"}


def test_a_root_type_below_a_public_field_is_as_closed_as_the_root():
    around = Schema(query=Around)

    assert ask("{ here { here { __typename } } }", around).errors is None
    for query in (
        "{ here { secret } }",
        "{ here { here { ... { secret } } } }",
        "{ here { ...F } } fragment F on Around { secret }",
    ):
        assert codes(ask(query, around)) == ["UNAUTHENTICATED"]


def test_what_a_public_field_asks_about_the_viewer_fails_for_strangers():
    answer = ask("{ who }")

    assert codes(answer) == ["UNAUTHENTICATED"]
    assert answer.errors[0].path == ["who"]


def test_strangers_are_counted_by_address_and_told_so(at_most):
    at_most(stranger="3/hour")

    answers = [ask("{ greeting }") for _time in range(4)]

    assert [codes(answer) for answer in answers] == [[], [], [], ["RATE_LIMITED"]]


def test_long_answers_to_strangers_count_for_more(at_most):
    at_most(stranger="4/hour")

    assert codes(ask("query ($n: Int!) { lines(first: $n) }", n=140)) == []
    assert codes(ask("{ greeting }")) == []
    assert codes(ask("{ greeting }")) == ["RATE_LIMITED"]


def test_what_strangers_ask_is_measured(settings):
    settings.TALK = {**settings.TALK, "MAX_FIELDS": 1, "PUBLIC_INTROSPECTION": False}

    assert codes(ask("{ a: greeting b: greeting }")) == ["LIMIT_EXCEEDED"]


def test_the_schema_says_which_fields_are_public():
    printed = host.as_str()

    assert "directive @public on FIELD_DEFINITION" in printed
    assert "greeting: String! @public" in printed
    assert "@public" not in talk.schema.as_str()


def test_nested_fragments_cost_no_more_than_their_length():
    levels = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    document = parse(f"{{ ...F0 }} {levels} fragment F60 on Query {{ secret }}")

    assert not is_public(host._schema, document, introspection=True)


def test_a_document_that_defines_types_is_not_answered_without_credentials():
    answer = ask("{ greeting } type Greeting { word: String }")

    assert answer.data is None
    assert codes(answer) == ["UNAUTHENTICATED"]
