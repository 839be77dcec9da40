"""Tools read the schema, and nobody reads it many times over."""

import pytest
from django.test import Client
from graphql import get_introspection_query

from talk.conf import Conf

from .asking import ok

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


def test_tools_can_read_the_schema(alice):
    # What GraphiQL and the generators of clients ask is this, or less.
    tools = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    client = Client()
    client.force_login(alice)
    body = {"query": tools, "extensions": {"cost": True}}

    answer = client.post("/graphql", body, content_type="application/json").json()

    assert ok(answer)["__schema"]["types"]
    assert answer["extensions"]["cost"]["cost"] == 2_924 < 0.6 * Conf.MAX_COST


TYPE = """types { fields {
    description type { ofType { name description fields { description args { name } } } }
    args { name description type { name description } }
} }"""


@pytest.mark.parametrize(
    "types",
    [
        " ".join(f"a{n}: {TYPE}" for n in range(25)),
        TYPE,
        "types { fields { " + " ".join(f"a{n}: type {{ name }}" for n in range(29)) + " } }",
        "types { fields { type { "
        + " ".join(f"a{n}: ofType {{ name }}" for n in range(29))
        + " } } }",
        " ".join(f"a{n}: types {{ fields {{ name }} }}" for n in range(29)),
    ],
    ids=["all", "lists in lists", "types", "wrapped", "lists"],
)
def test_nobody_reads_the_schema_many_times_over(gql, alice, types):
    answer = gql(alice)(f"{{ __schema {{ {types} }} }}")

    assert "The limit is 5000 (MAX_COST)" in answer["errors"][0]["message"]


def test_reading_the_schema_many_times_at_once_is_too_much(gql, alice):
    types = "types { name fields { name args { name type { name } } } }"
    document = "{ " + " ".join(f"a{n}: __schema {{ ...F }}" for n in range(30)) + " }"

    answer = gql(alice)(f"{document} fragment F on __Schema {{ {types} {types} {types} }}")

    assert "LIMIT_EXCEEDED" in {error["extensions"]["code"] for error in answer["errors"]}
