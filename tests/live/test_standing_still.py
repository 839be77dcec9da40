"""The event loop does nothing whose time grows with what a client sends."""

import asyncio
import gc
import json
import time
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path
from django.utils import timezone
from strawberry import relay
from strawberry.extensions import SchemaExtension

from schema import Message, Query, Subscription, User, schema
from schema.consumer import GraphQLConsumer
from schema.documents import request as wire
from schema.documents.document import Document
from schema.execution import Schema
from schema.execution.gate import RULES
from schema.types.inbox_cursor import EPOCH, MICROSECOND, InboxCursor
from talk.conf import conf
from talk.models import Participation

from .sockets import issue, live, signed_in, talk

pytestmark = pytest.mark.django_db(transaction=True)

#: Seconds of work that the loop may do at a stretch. The bound is 5 ms; the machine may be slow.
AT_A_STRETCH = 0.050
#: Documents that count for a lot are sent in a row.
UNLIMITED = {"subscribe": None, "read": None, "follow": None}


@pytest.fixture(autouse=True)
def _unlimited(settings):
    settings.TALK = {**settings.TALK, "RATE_LIMITS": UNLIMITED}


@asynccontextmanager
async def watching():
    """Yields a list of how long the loop worked between two ticks, in seconds of its own thread."""
    stretches = [0.0]

    async def tick():
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            stretches.append(time.thread_time() - before)

    ticking = asyncio.create_task(tick())
    # It would walk through all objects of all tests, in whichever thread makes the next one.
    gc.disable()
    try:
        # What an idle loop does is no part of it.
        await asyncio.sleep(0.05)
        stretches.clear()
        yield stretches
        await asyncio.sleep(0.05)
    finally:
        gc.enable()
        ticking.cancel()


def later_changes(count):
    future = (timezone.now() + timedelta(days=36_500) - EPOCH) // MICROSECOND
    content = json.dumps([0, {str(key): future for key in range(count)}])
    return relay.to_base64("inbox", content)


PRESENCE = "subscription ($users: [ID!]!) { presence(users: $users) { users { id } } }"
INBOX = "subscription ($after: String) { inboxChanges(after: $after) { cursor } }"
#: Requests that are expensive to parse, to validate, to coerce or to decode, or were.
HOSTILE = {
    "repeated fields": {
        "query": 'subscription { conversationChanges(id: "x") { %s } }' % ("actor { id } " * 240),
    },
    "a literal told in each error": {
        "query": 'subscription { conversationChanges(id: "x") { conversation { messages(around: {'
        + " ".join(f"conversation{number}: 1" for number in range(300))
        + "}) { totalCount } } } }",
    },
    "a document that is not kept": {
        "query": 'subscription { presence(users: ["%s"]) { users { id } } }' % ("\\u0041" * 8_000),
    },
    "many variables": {"query": PRESENCE, "variables": {"users": ["a"] * 12_500}},
    "bad variables": {"query": PRESENCE, "variables": {"users": [{}] * 12_000}},
    "a cursor of the future": {"query": INBOX, "variables": {"after": later_changes(900)}},
    "a cursor that is deep": {
        "query": INBOX,
        "variables": {"after": relay.to_base64("inbox", "[" * 20_000)},
    },
}


class Watched(SchemaExtension):
    """Does nothing. With any extension, the stages of a subscription begin on the event loop."""

    def on_validate(self):
        yield


@pytest.fixture(scope="module")
def extended():
    schema = Schema(Query, subscription=Subscription, types=[User, Message], extensions=[Watched])
    return URLRouter([path("graphql", GraphQLConsumer.as_asgi(schema=schema))])


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("is_extended", [False, True], ids=["plain", "extended"])
def test_no_operation_of_a_socket_stops_the_loop(alice, kind, is_extended, extended):
    @live
    async def scenario():
        async with signed_in(alice, app=extended if is_extended else talk) as alices:
            async with watching() as stretches:
                for number in range(5):
                    # A document that is known would be read no more.
                    asked = {**HOSTILE[kind], "query": HOSTILE[kind]["query"] + " " * number}
                    answers = await alices.ask(**asked)
                    assert answers[-1]["type"] in {"error", "complete"}
        assert max(stretches) < AT_A_STRETCH

    scenario()


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_event_stream_stops_the_loop(alice, kind):
    @live
    async def scenario():
        secret = await issue(alice)
        async with watching() as stretches:
            for number in range(3):
                asked = {**HOSTILE[kind], "query": HOSTILE[kind]["query"] + " " * number}
                assert '"errors"' in await stream(secret, asked)
        assert max(stretches) < AT_A_STRETCH

    scenario()


async def stream(secret, body):
    """The answer to a subscription as an event stream."""
    headers = {
        "host": "testserver",
        "authorization": f"Bearer {secret}",
        "content-type": "application/json",
        "accept": "text/event-stream",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    http = ApplicationCommunicator(get_asgi_application(), scope)
    await http.send_input({"type": "http.request", "body": json.dumps(body).encode()})
    await http.receive_output(10)
    text = b""
    while True:
        part = await http.receive_output(10)
        text += part.get("body", b"")
        if not part.get("more_body"):
            await http.wait()
            return text.decode()


def ping(*items):
    return '{"type": "ping", "payload": {"n": [' + ",".join(items) + "]}}"


FRAMES = {
    "deep lists": "[" * 60_000,
    "deep objects": '{"a":' * 12_000,
    "small numbers": ping(*"1" * 30_000),
    "small objects": ping(*["{}"] * 20_000),
    "long numbers": ping(*["9" * 4_300] * 14),
    "a number that is too long": ping("9" * 60_000),
    "long fractions": ping(*["0." + "9" * 768] * 80),
    "large exponents": ping(*["1e999999"] * 6_000),
    "escapes": ping('"' + "\\ud83d\\ude00" * 5_000 + '"'),
    "keys": ping("{" + ",".join(f'"{number}":1' for number in range(6_000)) + "}"),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_no_frame_takes_long_to_decode(kind):
    frame = FRAMES[kind]
    assert len(frame) <= conf.MAX_FRAME_SIZE

    def seconds():
        begun = time.thread_time()
        with suppress(wire.BadRequest):
            wire.message_of(frame)
        return time.thread_time() - begun

    # The best of some, which is how long it takes when nothing else does.
    assert min(seconds() for _ in range(5)) < 0.010


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer { " + "id " * 101 + "} }",
        "{ viewer { " + "id " * 51 + "... { " + "id " * 50 + "} } }",
        "{ viewer { " + "id " * 51 + "...F } } fragment F on User { " + "id " * 50 + "}",
        "{ " + "viewer { %s} " % ("id " * 21) * 5 + "}",
        "{ viewer { id } } fragment F on User { " + "id " * 101 + "}",
        "{ viewer { id } } fragment F on User { id ...G } fragment G on User { %s }"
        % ("id " * 100),
    ],
)
def test_what_is_merged_into_one_field_is_bounded(document):
    (error,) = Document(schema._schema, document).errors(RULES)

    assert "MAX_REPEATS is 100" in error.message


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer { " + "id " * 100 + "} }",
        "{ viewer { " + "...F " * 200 + "} } fragment F on User { id }",
        "{ inbox(first: 1) { edges { node { " + "id " * 100 + "user { " + "id " * 100 + "} } } } }",
    ],
)
def test_what_clients_make_of_fragments_is_fine(document):
    assert Document(schema._schema, document).errors(RULES) == []


def test_fragments_within_themselves_are_counted_to_an_end():
    document = "{ viewer { ...F } } fragment F on User { id ...F ...G } fragment G on User { ...F }"

    assert "within itself" in Document(schema._schema, document).errors(RULES)[0].message


@pytest.mark.parametrize(
    "content",
    [
        [-1, {}],
        [1.5, {}],
        [True, {}],
        ["1", {}],
        [10**30, {}],
        [0, []],
        [0, {"x": 1}],
        [0, {"01": 1}],
        [0, {"٣": 1}],
        [0, {"-1": 1}],
        [0, {str(2**63): 1}],
        [0, {"1": -1}],
        [0, {"1": 1.5}],
        [0, {"1": None}],
        [0, {str(key): 1 for key in range(501)}],
    ],
    ids=lambda content: str(content)[:30],
)
def test_a_cursor_of_the_inbox_that_nobody_was_given_is_refused(content):
    with pytest.raises(Exception, match="not belong to this list"):
        InboxCursor.decode(relay.to_base64("inbox", json.dumps(content)))


def test_a_cursor_of_the_inbox_is_not_of_the_future():
    def decode(later):
        number = (timezone.now() + timedelta(seconds=later) - EPOCH) // MICROSECOND
        for content in ([number, {}], [0, {"1": number}]):
            InboxCursor.decode(relay.to_base64("inbox", json.dumps(content)))

    # The clocks of servers differ.
    decode(30)
    with pytest.raises(Exception, match="not belong to this list"):
        decode(90)


def test_a_cursor_of_the_inbox_names_the_latest_changes_alone():
    now = timezone.now()
    cursor = InboxCursor.now()
    for key in range(1_000):
        changed_at = now + timedelta(microseconds=1_000 - key)
        cursor.add(Participation(pk=key, changed_at=changed_at))

    told = InboxCursor.decode(cursor.encode())

    assert sorted(told.seen) == [*range(500)]
    assert told.since == cursor.since
