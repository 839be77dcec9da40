"""Where documents are registered, no other is executed."""

import hashlib
import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from schema.documents.trusted import read_manifest
from talk.counts import count

from ..live.sockets import answer_to, code_of, live, signed_in, talk
from ..plain import answer_in, without_request_id

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

WHO = "query Who { viewer { username } }"
COUNT = "subscription Inbox { inboxChanges { cursor } }"
DOCUMENTS = {hashlib.sha256(text.encode()).hexdigest(): text for text in (WHO, COUNT)}
WHO_ID, COUNT_ID = DOCUMENTS
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": key, "name": "Who", "type": "query", "body": text} for key, text in DOCUMENTS.items()
    ],
}
PREFIXED = {f"sha256:{key}": text for key, text in DOCUMENTS.items()}


@pytest.fixture(params=[DOCUMENTS, APOLLO, PREFIXED], ids=["plain", "apollo", "prefixed"])
def _manifest(request, settings, tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(request.param))
    settings.TALK = {**settings.TALK, "TRUSTED_DOCUMENTS": str(path)}


def post(user, **body):
    client = Client()
    client.force_login(user)
    return client.post("/graphql", body, content_type="application/json").json()


@pytest.mark.usefixtures("_manifest")
@pytest.mark.parametrize(
    "body",
    [
        {"documentId": WHO_ID},
        {"documentId": f"sha256:{WHO_ID}"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": WHO_ID}}},
        {"documentId": None, "extensions": {"persistedQuery": {"sha256Hash": WHO_ID}}},
        {"query": WHO},
    ],
)
def test_what_is_registered_is_executed(alice, body):
    assert post(alice, **body)["data"] == {"viewer": {"username": "alice"}}


@pytest.mark.usefixtures("_manifest")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": "{ viewer { id } }"},
        {"query": WHO + " "},
        {"query": None, "documentId": "0" * 64},
        {"query": "{ viewer { id } }", "documentId": "0" * 64},
        {"query": 1},
        {"documentId": 1},
        {"extensions": {"persistedQuery": {"sha256Hash": [WHO_ID]}}},
        {"extensions": {"persistedQuery": WHO_ID}},
    ],
)
def test_nothing_else_is(alice, body):
    (error,) = post(alice, **body)["errors"]

    assert error["extensions"]["code"] == "UNTRUSTED_DOCUMENT"


@pytest.mark.usefixtures("_manifest")
@live
async def test_so_it_is_on_a_socket(alice):
    async with signed_in(alice, app=talk) as alices:
        await alices.say({"id": "1", "type": "subscribe", "payload": {"documentId": WHO_ID}})
        assert answer_to(await alices.hear()) == {"data": {"viewer": {"username": "alice"}}}
        await alices.hear()

        await alices.subscribe("{ viewer { id } }")
        assert code_of(await alices.hear()) == "UNTRUSTED_DOCUMENT"
        await alices.say({"id": "2", "type": "subscribe", "payload": {"documentId": COUNT_ID}})
        assert await alices.receive_nothing()


def test_without_a_manifest_an_id_names_nothing(alice):
    (error,) = post(alice, documentId=WHO_ID)["errors"]

    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"] == "This server has no documents by id. Send `query`."
    assert post(alice)["errors"][0]["message"] == "`query` must be a string."


BY_HASH = {"persistedQuery": {"version": 1, "sha256Hash": WHO_ID}}
NOT_SUPPORTED = {
    "message": "PersistedQueryNotSupported",
    "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED", "retryable": False},
}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_without_a_manifest_clients_are_told_to_send_what_they_hashed(alice, accept):
    client = Client(headers={"Accept": accept})
    client.force_login(alice)

    def ask(**body):
        return client.post("/graphql", body, content_type="application/json")

    refused = ask(extensions=BY_HASH)
    assert (refused.status_code, answer_in(refused)) == (200, {"errors": [NOT_SUPPORTED]})
    answer = ask(extensions=BY_HASH, query=WHO)
    assert answer_in(answer) == {"data": {"viewer": {"username": "alice"}}}


@live
async def test_so_they_are_on_a_socket(alice):
    async with signed_in(alice, app=talk) as alices:
        hashed = {"id": "1", "type": "subscribe", "payload": {"extensions": BY_HASH}}
        await alices.say(hashed)
        refused = await alices.hear()
        (error,) = refused.pop("payload")
        assert refused == {"id": "1", "type": "error"}
        assert without_request_id(error)[0] == NOT_SUPPORTED
        (answer, _complete) = await alices.ask(WHO, extensions=BY_HASH)
        assert answer_to(answer) == {"data": {"viewer": {"username": "alice"}}}


@pytest.mark.parametrize("content", ["", "[]", "1", '{"operations": 1}', '{"a": 1}', None])
def test_what_is_no_manifest_stops_the_start(tmp_path, content):
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ImproperlyConfigured):
        read_manifest(str(path))


@pytest.mark.usefixtures("_manifest")
def test_metrics_name_operations_as_their_documents_do(alice):
    labels = ("query", "Who")
    before = sum(count.operations[labels].buckets)
    post(alice, documentId=WHO_ID)

    assert sum(count.operations[labels].buckets) == before + 1
