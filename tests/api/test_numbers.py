"""A number that is too long or too large is an error of the client, wherever it stands."""

import pytest

from schema import schema
from schema.documents.document import Document
from schema.execution.gate import RULES

from .asking import code

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

#: More digits than Python reads.
LONG = "9" * 4_301

PLACES = {
    "an integer": "{ inbox(first: %s) { totalCount } }",
    "a negative integer": "{ inbox(first: -%s) { totalCount } }",
    "a fraction": "{ inbox(first: %s.5) { totalCount } }",
    "an exponent": "{ inbox(first: %se9) { totalCount } }",
    "the exponent itself": "{ inbox(first: 1e%s) { totalCount } }",
    "an id": "{ conversation(id: %s) { id } }",
    "a string": "{ users(search: %s) { totalCount } }",
    "an enum": "{ inbox(filter: {kind: %s}) { totalCount } }",
    "an object": "{ inbox(filter: %s) { totalCount } }",
    "a list": "{ inbox(filter: {with: [%s]}) { totalCount } }",
    "one of": '{ conversation(id: "x") { messages(around: {number: %s}) { __typename } } }',
    "a time": '{ conversation(id: "x") { messages(around: {time: %s}) { totalCount } } }',
    "a UUID": 'mutation { sendMessage(input: {clientId: %s, body: "x"}) { __typename } }',
    "a directive": "{ viewer { id @include(if: %s) } }",
    "a default": "query ($size: Int = %s) { inbox(first: $size) { totalCount } }",
    "ids": "query ($ids: [ID!] = [%s]) { inbox(filter: {with: $ids}) { totalCount } }",
    "a default without use": "query ($size: Int = %s) { viewer { id } }",
    "an unknown argument": "{ viewer(x: %s) { id } }",
    "two that are compared": "{ inbox(first: %s) { totalCount } inbox(first: 1) { totalCount } }",
    "the schema": "{ __type(name: %s) { name } }",
    "a stream": 'subscription { conversationChanges(id: "x", after: %s) { revision } }',
    "an id of a stream": "subscription { conversationChanges(id: %s) { revision } }",
    "ids of a stream": "subscription { presence(users: [%s]) { users { id } } }",
    "a fragment without use": "{ viewer { id } } fragment F on Query { node(id: %s) { id } }",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_number_with_too_many_digits_does_not_fit_the_schema(place):
    document = Document(schema._schema, PLACES[place] % LONG)

    (error,) = document.errors(RULES)

    assert error.extensions["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error.message == "A number has at most 640 digits."


def test_such_an_answer_is_no_other_the_next_time(gql, alice):
    ask = gql(alice)

    for _time in range(2):
        answer = ask(PLACES["an integer"] % LONG)
        assert code(answer) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("number", ["1e999999", "1e308", "1e-999999", "2147483648", "0.5"])
def test_a_literal_that_is_no_integer_does_not_fit_the_schema(gql, alice, number):
    answer = gql(alice)(f"{{ inbox(first: {number}) {{ totalCount }} }}")

    assert code(answer) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("number", [1e308, -1e308, 2**31, int("9" * 640), 0.5])
def test_a_variable_that_is_no_integer_does_not_fit_the_schema(gql, alice, number):
    answer = gql(alice)("query ($size: Int) { inbox(first: $size) { totalCount } }", size=number)

    assert code(answer) == "GRAPHQL_VALIDATION_FAILED"


def test_a_number_may_be_as_long_as_any_python_reads(gql, alice):
    assert code(gql(alice)("{ conversation(id: %s) { id } }" % ("9" * 640))) == "INVALID_ID"
