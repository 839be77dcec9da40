"""Whoever is not signed in gets no further than `__typename`."""

import pytest

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _private_schema(settings):
    settings.TALK = {**settings.TALK, "PUBLIC_INTROSPECTION": False}


def ask(client, query):
    return client.post("/graphql", {"query": query}, content_type="application/json").json()


def code_of(answer):
    assert "data" not in answer
    (error,) = answer["errors"]
    return error["extensions"]["code"]


def test_strangers_may_see_that_somebody_is_there(client):
    assert ask(client, "{ __typename ... { a: __typename } }")["data"]["a"] == "Query"


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        "mutation { __typename more }",
        "{ __typename ...F } fragment F on Query { viewer }",
        "{ ... on Query { ... { viewer } } }",
        "{ ...F } fragment F on Query { ...F viewer }",
        "{ __typename } fragment F on Message { body }",
        "{ nonsense }",
        'query ($x: Secret) { __typename @include(if: "no") }',
    ],
)
def test_strangers_get_and_learn_nothing(client, query):
    assert code_of(ask(client, query)) == "UNAUTHENTICATED"


def test_strangers_read_the_schema_where_it_is_public(client, settings):
    settings.TALK = {**settings.TALK, "PUBLIC_INTROSPECTION": True}
    named = '{ __schema { ...S } __type(name: "Query") { ...T } }'
    fragments = "fragment S on __Schema { types { ...T } } fragment T on __Type { name }"

    assert "data" in ask(client, f"{named} {fragments}")
    assert code_of(ask(client, "{ nonsense }")) == "UNAUTHENTICATED"


def test_nested_fragments_cost_no_more_than_their_length(client):
    levels = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))

    answer = ask(client, f"{{ ...F0 }} {levels} fragment F60 on Query {{ viewer }}")

    assert code_of(answer) == "UNAUTHENTICATED"
