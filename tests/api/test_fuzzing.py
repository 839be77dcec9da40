"""Whatever is asked, in whatever form, the answer is an answer, and nothing is half-done."""

import json

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes
from strawberry import relay

from schema import schema
from talk.models import AccessToken, Conversation

from .asking import gid, group, leave, private

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

#: The same examples in every run. The people and rows are made once for all of a test.
steadily = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
KEYS = st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "id"])
REQUESTS = st.dictionaries(KEYS, JSON | st.sampled_from(["{ viewer { id } }", "{", "{ a: inbox }"]))


@pytest.fixture
def ids(alice, bob, carol, dave):
    """The global ids of some of everything."""
    ours = group(alice, bob, carol, title="Ours", says=["one", "two"])
    gone = group(bob, alice, carol, says=["three"])
    leave(alice, gone)
    theirs = group(bob, carol, says=["four"])
    pair = private(alice, bob, "five")
    token, _secret = AccessToken.objects.issue(alice, "a token")
    rows = [ours, gone, theirs, pair, token, alice, bob, carol, dave, *ours.participations.all()]
    rows += [message for each in (ours, gone, theirs, pair) for message in each.messages.all()]
    return [gid(row) for row in rows]


@pytest.fixture
def fuzz(alice):
    """Send a body, see that the answer is one and that all is whole, and undo it."""
    client = Client(raise_request_exception=False)
    client.force_login(alice)

    def fuzz(body):
        with transaction.atomic():
            response = client.post("/graphql", body, content_type="application/json")
            assert_answered(response)
            assert_whole()
            transaction.set_rollback(True)

    return fuzz


def assert_answered(response):
    assert response.status_code < 500, response.content
    answer = response.json()
    assert answer.get("data") is not None or answer["errors"]
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] not in {"INTERNAL", "UNAVAILABLE"}, answer


def assert_whole():
    """Numbers and revisions are without gaps, and every pair is one."""
    for conversation in Conversation.objects.all():
        numbers = conversation.messages.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, conversation.last_number + 1))
        revisions = conversation.events.order_by("revision").values_list("revision", flat=True)
        assert list(revisions) == list(range(1, conversation.revision + 1))
        if conversation.is_private:
            assert conversation.participations.count() == 2


def documents(ids, mode):
    broken = ["", "x", "\x00", relay.to_base64("User", -1), relay.to_base64("Message", 2**70)]
    scalars = {
        "ID": st.sampled_from(ids + broken).map(nodes.String),
        "UUID": st.uuids().map(str).map(nodes.String),
        "DateTime": st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")),
    }
    return from_schema(str(schema), custom_scalars=scalars, mode=mode)


@steadily
@given(data=st.data())
def test_what_fits_the_schema(fuzz, ids, data):
    fuzz(json.dumps({"query": data.draw(documents(ids, Mode.POSITIVE))}))


@steadily
@given(data=st.data())
def test_what_does_not_fit_the_schema(fuzz, ids, data):
    fuzz(json.dumps({"query": data.draw(documents(ids, Mode.NEGATIVE))}))


@steadily
@given(request=REQUESTS | JSON)
def test_json_of_any_shape(fuzz, request):
    fuzz(json.dumps(request))


@steadily
@given(body=st.binary(max_size=200))
def test_bytes_of_any_kind(fuzz, body):
    fuzz(body)
