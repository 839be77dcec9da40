"""Who is not signed in gets nothing at all."""

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest

from schema import schema
from schema.authentication.context import Context

from .asking import ok


@async_to_sync
async def listen(query, context_value):
    """The first thing that a subscription answers."""
    return await anext(await schema.subscribe(query, context_value=context_value))


@pytest.mark.parametrize("kind", ["query", "mutation", "subscription"])
def test_nobody_gets_anything_without_signing_in(kind):
    fields = getattr(schema._schema, f"{kind}_type").fields
    ask = listen if kind == "subscription" else schema.execute_sync

    assert len(fields) >= 2
    for name in fields:
        # Whatever the arguments are: the gate stands before they are looked at.
        answer = ask(f"{kind} {{ {name} }}", context_value=Context(HttpRequest()))

        assert answer.data is None
        assert [each.extensions["code"] for each in answer.errors] == ["UNAUTHENTICATED"], name


def test_nobody_may_ask_what_this_is(gql):
    assert ok(gql(None)("{ __typename }")) == {"__typename": "Query"}
    assert gql(None)("{ viewer { id } }") == {
        "errors": [
            {
                "message": "Sign in first.",
                "extensions": {"code": "UNAUTHENTICATED", "retryable": False},
            }
        ]
    }
