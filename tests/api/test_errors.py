"""Errors and refusals: whatever goes wrong, clients get a code, and nothing internal."""

import logging
from types import SimpleNamespace

import pytest
import strawberry
from django.db import DataError, InterfaceError, OperationalError
from graphql import GraphQLError
from strawberry import relay
from strawberry.relay.types import GlobalIDValueError

from schema.documents import document as documents
from schema.documents.request import Request
from schema.error_masking import public_error
from schema.errors import BadRequest, PublicError
from schema.execution import Schema
from schema.types.refusals import Refusal
from talk.exceptions import MessagingValidationError, RefusalCode, ResyncRequired

RAISED = {
    "public": BadRequest("Not like this."),
    "graphql": GraphQLError("Not like this."),
    "refused": MessagingValidationError(RefusalCode.EMPTY_BODY, path=("client_id",)),
    "resync": ResyncRequired(),
    "operational": OperationalError("an internal detail"),
    "interface": InterfaceError("an internal detail"),
    "crash": ValueError("an internal detail"),
}


@strawberry.type
class Said:
    body: str


@strawberry.type
class Query:
    @strawberry.field
    def fails(self, how: str) -> str | None:
        raise RAISED[how]

    @strawberry.field
    def must_not_fail(self) -> str:
        raise RAISED["crash"]

    @strawberry.field
    def node_id(self, id: relay.GlobalID) -> str | None:
        return id.node_id


@strawberry.type
class Mutation:
    @strawberry.mutation
    def say(self, how: str) -> Said | Refusal:
        raise RAISED[how]


schema = Schema(Query, mutation=Mutation)
VIEWER = SimpleNamespace(pk=1)


def answer(query):
    context = SimpleNamespace(identity="alice", viewer=VIEWER)
    return schema.answer(schema.operation(Request(query), context))


def error_of(query):
    (error,) = answer(query).errors
    return error.formatted


@pytest.mark.parametrize(
    ("how", "code", "retry_after"),
    [
        ("public", "BAD_REQUEST", None),
        ("graphql", "BAD_REQUEST", None),
        ("refused", "EMPTY_BODY", None),
        ("resync", "RESYNC_REQUIRED", None),
        ("operational", "UNAVAILABLE", 1),
        ("interface", "UNAVAILABLE", 1),
        ("crash", "INTERNAL", None),
    ],
)
def test_each_error_has_a_code_and_says_whether_to_try_again(how, code, retry_after):
    error = error_of(f'{{ fails(how: "{how}") }}')

    assert error["extensions"]["code"] == code
    assert error["extensions"]["retryable"] is (retry_after is not None)
    assert error["extensions"].get("retryAfter") == retry_after
    assert error["path"] == ["fails"]
    assert "internal" not in error["message"]


def test_only_what_nobody_expected_is_logged_as_an_error(caplog):
    for how in RAISED:
        error_of(f'{{ fails(how: "{how}") }}')
    error_of("{")
    error_of("{ nonsense }")

    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info[1] is RAISED["crash"]


def test_a_crash_is_found_in_the_log_by_its_id(caplog):
    error = error_of("{ mustNotFail }")

    assert error["message"] == "Something went wrong."
    assert error["extensions"]["id"] in caplog.text


def test_a_value_that_a_database_does_not_take_is_the_clients_and_not_logged(caplog):
    error = public_error(DataError('time zone displacement out of range: "somebody\'s words"'))

    assert error.extensions["code"] == "BAD_REQUEST"
    assert "The database can't take a value" in caplog.text
    assert "words" not in caplog.text + error.message


def test_what_is_no_id_is_a_bad_request():
    assert error_of('{ nodeId(id: "what") }')["extensions"]["code"] == "BAD_REQUEST"


def test_a_refused_mutation_answers_with_data():
    query = 'mutation { say(how: "refused") { ... on Refusal { code message path } } }'

    result = answer(query)

    assert result.errors is None
    assert result.data["say"] == {
        "code": "EMPTY_BODY",
        "message": "A message needs some text.",
        "path": ["clientId"],
    }


def test_a_mutation_that_crashes_is_masked():
    error = error_of('mutation { say(how: "crash") { __typename } }')

    assert error["extensions"]["code"] == "INTERNAL"


def test_each_refusal_is_described_in_the_schema():
    codes = schema._schema.type_map["RefusalCode"].values

    assert set(codes) == set(RefusalCode.names)
    assert all(code.description for code in codes.values())


def test_a_document_is_read_once_and_one_with_errors_is_reported_each_time(monkeypatch):
    assert not answer("{ readOnce: __typename }").errors

    with monkeypatch.context() as without:
        without.setattr(documents, "read", None)
        assert not answer("{ readOnce: __typename }").errors
    for _time in range(2):
        assert error_of("{ parsedNever")["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


def test_errors_that_are_remembered_stay_the_same():
    assert error_of("{ nonsense }") == error_of("{ nonsense }")


def test_every_public_error_has_a_code():
    assert all(issubclass(kind, PublicError) and kind.code for kind in PublicError.__subclasses__())


def test_an_id_that_a_projects_resolver_can_not_read_is_a_bad_request():
    with pytest.raises(GlobalIDValueError) as raised:
        relay.GlobalID.from_id("what")

    assert public_error(raised.value).extensions["code"] == "BAD_REQUEST"
