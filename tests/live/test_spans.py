"""Spans of OpenTelemetry: what was done and how long it took, and no word of anybody."""

import subprocess
import sys

import pytest
from django.test import Client
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from schema.execution.gate import Gate
from talk import spans

from .client import id_of
from .sockets import begun, in_thread, live, signed_in, talk

SECRET = "words-that-nobody-else-may-read"
SEND = """mutation Send($input: SendMessageInput!) { sendMessage(input: $input) {
    ... on SendMessagePayload { sent { body } } } }"""


@pytest.fixture
def ended(monkeypatch):
    """The spans that have ended, in this order."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    monkeypatch.setattr(spans, "_tracer", provider.get_tracer("talk"))
    yield exporter.get_finished_spans
    assert SECRET not in "".join(span.to_json() for span in exporter.get_finished_spans())


def send(user, conversation, body=SECRET):
    client = Client(headers={"x-request-id": "an-id"})
    client.force_login(user)
    given = {"conversationId": id_of(conversation), "body": body}
    asked = {"query": SEND, "variables": {"input": given}}
    return client.post("/graphql", asked, content_type="application/json").json()


@pytest.mark.django_db
def test_an_operation_has_its_gate_and_its_trips(alice, group, ended, settings):
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": True}
    assert send(alice, group)["data"]["sendMessage"]["sent"]["body"] == SECRET

    by_name = {span.name: span for span in ended()}
    operation = by_name["talk.operation"]
    assert dict(operation.attributes) == {
        "talk.kind": "mutation",
        "talk.operation": "sendMessage",
        "talk.request_id": "an-id",
    }
    assert set(by_name) == {
        "talk.gate.parse",
        "talk.gate.validate",
        "talk.operation",
        "talk.trip",
    }
    for name in ("talk.gate.parse", "talk.gate.validate", "talk.trip"):
        assert by_name[name].parent.span_id == operation.context.span_id
    assert by_name["talk.trip"].attributes["talk.statements"] >= 1


@pytest.mark.django_db
def test_an_exception_is_told_by_its_class(alice, group, ended, monkeypatch):
    def fail(self):
        raise ValueError(SECRET)

    monkeypatch.setattr(Gate, "parse", fail)
    assert send(alice, group)["errors"]
    parse = next(span for span in ended() if span.name == "talk.gate.parse")

    assert parse.status.status_code == StatusCode.ERROR
    assert parse.status.description is None
    assert dict(parse.attributes) == {"error.type": "ValueError"}
    assert not parse.events


@live
@pytest.mark.django_db(transaction=True)
async def test_a_result_that_several_share_is_one_span_of_its_own(alice, bob, group, ended):
    changes = f'conversationChanges(id: "{id_of(group)}") {{ message {{ body }} }}'
    place = await in_thread(group.participation_of)(alice)
    async with signed_in(alice, app=talk) as alices, signed_in(bob, app=talk) as bobs:
        for each in (alices, bobs):
            await each.subscribe(f"subscription {{ {changes} }}")
        await begun(2)
        await in_thread(place.send)(SECRET)
        for each in (alices, bobs):
            assert SECRET in str(await each.hear())

    (delivery,) = [span for span in ended() if span.name == "talk.delivery"]
    assert dict(delivery.attributes) == {"talk.operation": "conversationChanges"}


def test_without_an_sdk_nothing_is_made():
    with spans.span("operation", kind="query") as found:
        assert found is None


def test_without_the_api_nothing_is_made():
    program = """
import sys

sys.modules["opentelemetry"] = None

from talk.spans import span, tell

with span("operation", kind="query") as found:
    tell(found, operation="viewer")
assert found is None
assert not [name for name in sys.modules if name.startswith("opentelemetry.")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)
