"""An answer has a budget in bytes, which is spent while it is written."""

import json
import tracemalloc
from datetime import timedelta

import pytest
from django.utils import timezone
from strawberry.extensions import SchemaExtension

from schema import Mutation, Query, error_masking, schema
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.execution import Schema
from schema.execution.budget import BudgetedExecutor, size_of
from schema.execution.executor import PlannedExecutor
from schema.operation import count_texts
from schema.types import message_page, message_words
from talk.conf import Conf
from talk.models import Conversation, Edit, Message
from talk.models.message import MessageQuerySet

from ..bench import operations
from ..live.sockets import in_thread, live, signed_in, talk
from .asking import code, document, gid, group, ok, private

pytestmark = pytest.mark.django_db

WAYS = [PlannedExecutor, BudgetedExecutor]
#: The same text, as often as a document may say it.
ALIASES = " ".join(f"a{number}: body" for number in range(28))
REPEATS = (
    "query ($id: ID!) { conversation(id: $id) { messages(last: 10) { edges { node { "
    f"{ALIASES} }} }} }} }} }}"
)
#: What takes more bytes in JSON than it has characters.
AWKWARD = '\x01"\\\n\u2028é😀'


@pytest.fixture
def limit(settings):
    def limit(size):
        settings.TALK = {**settings.TALK, "MAX_ANSWER_SIZE": size}

    return limit


@pytest.fixture(params=WAYS, ids=["planned", "executed"])
def way(request, monkeypatch):
    """Both ways in which answers are written."""
    monkeypatch.setattr(schema, "execution_context_class", request.param)
    return request.param


@pytest.fixture
def spent(monkeypatch, way):
    """The bytes that each operation spent."""
    spent = []
    execute = way.execute_operation

    def noting(self, serially=None):
        result = execute(self, serially)
        spent.append(Conf.MAX_ANSWER_SIZE - self.left)
        return result

    monkeypatch.setattr(way, "execute_operation", noting)
    return spent


def test_a_long_answer_ends_the_operation(gql, alice, bob, limit, way):
    place = gid(private(alice, bob, *["x" * 1_000] * 10))
    ask = gql(alice)
    whole = ask(REPEATS, id=place)
    assert len(json.dumps(whole)) > 200_000, "the answer has to be long for this test"
    limit(100_000)

    answer = ask(REPEATS, id=place)

    assert code(answer) == "LIMIT_EXCEEDED"
    assert answer["errors"][0]["path"] == ["conversation"]
    assert "100000 bytes (MAX_ANSWER_SIZE)" in answer["errors"][0]["message"]
    assert answer["data"] is None


@pytest.mark.parametrize("text", ["x", AWKWARD, "\x01", "😀", "word "], ids=ascii)
def test_what_is_spent_is_what_the_answer_takes(gql, alice, bob, carol, spent, text):
    groups = [group(alice, bob, carol, title=f"Group {n} {text}", says=["x"] * 20) for n in "abc"]
    Message.objects.update(body=text * 50)
    place = gid(groups[0])
    ask = gql(alice)
    everything = "id number kind body sentAt hidden sender { id name username } "
    asked = [
        ask(operations.INBOX, first=20),
        ask(operations.THREAD, id=place),
        ask(REPEATS, id=place),
        ask(f"{{ inbox {{ edges {{ node {{ conversation {{ latestMessage {{ {everything}"
            "__typename a: __typename b: removal } } } } } }"),
        ask("{ __schema { types { name fields { name description } } } }"),
    ]  # fmt: skip

    sizes = [size_of(ok(answer)) for answer in asked]

    assert len(spent) == len(sizes)
    for counted, size in zip(spent, sizes, strict=True):
        # The key of the root's field and the outermost brackets are not counted.
        assert size <= counted + 50
        assert counted < 2 * size + 100


def test_a_schema_with_extensions_has_the_same_budget(alice, bob, limit, rf):
    class Watching(SchemaExtension):
        def resolve(self, next_, root, info, *args, **kwargs):
            return next_(root, info, *args, **kwargs)

    watched = Schema(Query, mutation=Mutation, extensions=[Watching])
    place = gid(private(alice, bob, *["x" * 1_000] * 10))
    limit(100_000)

    result = watched.answer(
        watched.operation(
            Request(REPEATS, {"id": place}), Context(rf.post("/graphql"), Identity(alice))
        )
    )

    (error,) = result.errors
    assert (error.path, error.extensions["code"]) == (["conversation"], "LIMIT_EXCEEDED")
    assert result.data is None


def test_one_who_is_written_once_counts_as_often_as_they_stand_there(gql, alice, bob, limit, way):
    alice.first_name = "A" * 150
    alice.save()
    place = gid(private(alice, bob, *["x"] * 50))
    limit(5_000)

    assert code(gql(alice)(operations.THREAD.replace("username", "name"), id=place)) == (
        "LIMIT_EXCEEDED"
    )


def test_errors_count(gql, alice, bob, limit, way, monkeypatch):
    def removal(message):
        raise RuntimeError

    monkeypatch.setattr(Message, "removal", property(removal))
    monkeypatch.setattr(error_masking.logger, "error", lambda *_args, **_more: None)
    place = gid(private(alice, bob, *["x"] * 50))
    limit(20_000)

    answer = gql(alice)(
        "query ($id: ID!) { conversation(id: $id) {"
        " messages { edges { node { a: removal b: removal c: removal } } } } }",
        id=place,
    )

    assert code(answer) == "LIMIT_EXCEEDED"


def test_what_a_plan_wrote_in_vain_is_not_counted(gql, alice, bob, limit, monkeypatch):
    def removal(message):
        if message.number == 50:
            raise RuntimeError
        return

    monkeypatch.setattr(Message, "removal", property(removal))
    monkeypatch.setattr(error_masking.logger, "error", lambda *_args, **_more: None)
    place = gid(private(alice, bob, *["x"] * 50))
    ids = " ".join(f"a{number}: id" for number in range(20))
    asked = f"""query ($id: ID!) {{
        conversation(id: $id) {{ messages {{ edges {{ node {{ {ids} removal }} }} }} }} }}"""
    size = size_of(gql(alice)(asked, id=place))
    assert size > 20_000, "it has to count for this test"
    limit(int(1.5 * size))

    answer = gql(alice)(asked, id=place)

    assert code(answer) == "INTERNAL"
    assert len(answer["data"]["conversation"]["messages"]["edges"]) == 50


def test_a_mutation_that_was_executed_says_so(gql, alice, bob, limit, way):
    conversation = private(alice, bob)
    send = document("sendMessage", f"sent {{ {ALIASES} }}")
    limit(10_000)

    answer = gql(alice)(send, input={"conversationId": gid(conversation), "body": "x" * 1_000})

    assert code(answer) == "LIMIT_EXCEEDED"
    (error,) = answer["errors"]
    assert error["path"] == ["sendMessage"]
    assert error["message"].startswith("The mutation was executed")
    assert answer["data"] is None
    assert conversation.messages.count() == 1


def test_what_comes_after_an_answer_that_is_too_long_is_not_done(gql, alice, bob, limit, way):
    conversation = private(alice, bob)
    payload = "... on SendMessagePayload { sent { " + ALIASES + " } }"
    both = (
        "mutation ($input: SendMessageInput!) {"
        f" first: sendMessage(input: $input) {{ {payload} }}"
        f" second: sendMessage(input: $input) {{ ... on Refusal {{ code }} }} }}"
    )
    limit(10_000)

    answer = gql(alice)(both, input={"conversationId": gid(conversation), "body": "x" * 1_000})

    assert answer["errors"][0]["path"] == ["first"]
    assert conversation.messages.count() == 1


def test_writing_stops_when_the_budget_is_spent(gql, alice, bob, limit, way):
    """Encoding it and then looking how long it is would have taken all of the memory."""
    place = gid(private(alice, bob, *["x" * 10_000] * 10))
    ask = gql(alice)
    limit(100_000)
    ask(REPEATS, id=place)

    tracemalloc.start()
    assert code(ask(REPEATS, id=place)) == "LIMIT_EXCEEDED"
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 1_000_000, "the whole answer has 3 MB"


def test_no_more_is_read_than_could_be_told(gql, alice, bob, carol, limit, monkeypatch):
    monkeypatch.setattr(message_page, "AT_ONCE", 4)
    for other in (bob, carol):
        private(alice, other, *["x" * 1_000] * 4)
    read = []
    in_ranges = MessageQuerySet.in_ranges

    def noting(self, ranges):
        rows = in_ranges(self, ranges)
        read.extend(rows)
        return rows

    monkeypatch.setattr(MessageQuerySet, "in_ranges", noting)
    page = "messages(first: 9) { edges { node { %s } } }"
    asked = f"{{ inbox {{ edges {{ node {{ conversation {{ {page} }} }} }} }} }}"
    ask = gql(alice)

    assert ok(ask(asked % "body"))
    assert len(read) == 8
    read.clear()
    limit(2_500)
    assert code(ask(asked % "number")) == "LIMIT_EXCEEDED"
    assert len(read) == 4


def test_earlier_texts_are_read_in_parts_until_they_are_too_many(
    gql, alice, bob, limit, monkeypatch
):
    here = private(alice, bob, *["words"] * 4)
    now = timezone.now()
    here.messages.update(edited_at=now)
    Edit.objects.bulk_create(
        Edit(message=message, body="x" * 1_000, until=now - timedelta(seconds=age))
        for age in range(60)
        for message in here.messages.all()
    )
    parts = []
    monkeypatch.setattr(
        message_words, "count_texts", lambda rows: parts.append(len(rows)) or count_texts(rows)
    )
    ask = gql(alice)
    times = """query ($id: ID!) { conversation(id: $id) { messages(first: 4) { edges { node {
        edits(first: 60) { edges { node { until } } } } } } } }"""

    edges = ok(ask(times, id=gid(here)))["conversation"]["messages"]["edges"]
    pages = [[edit["node"]["until"] for edit in edge["node"]["edits"]["edges"]] for edge in edges]

    assert [len(page) for page in pages] == [60] * 4
    assert pages == [sorted(page, reverse=True) for page in pages]
    # Two pages are whole in the first 150 rows.
    assert parts == [120, 120]
    parts.clear()
    limit(20_000)
    assert code(ask(times, id=gid(here))) == "LIMIT_EXCEEDED"
    assert parts == [120]


def test_what_one_operation_reads_is_counted_together(gql, alice, bob, limit):
    place = gid(private(alice, bob, *["x" * 1_000] * 3))
    page = "conversation(id: $id) { messages(first: %d) { edges { node { number } } } }"
    pages = " ".join(f"p{size}: {page % size}" for size in (1, 2, 3))
    ask = gql(alice)
    limit(2_600)

    for _again in range(2):
        assert ok(ask(f"query ($id: ID!) {{ {page % 3} }}", id=place))
    assert code(ask(f"query ($id: ID!) {{ {pages} }}", id=place)) == "LIMIT_EXCEEDED"


@pytest.mark.django_db(transaction=True)
@live
async def test_a_result_of_a_subscription_has_the_same_budget(alice, bob, limit):
    conversation = await in_thread(Conversation.objects.between)(alice, bob)
    place = await in_thread(conversation.participation_of)(bob)
    limit(10_000)
    fields = f"conversationChanges(id: $id) {{ message {{ {ALIASES} }} }}"
    async with signed_in(alice, talk) as alices:
        await alices.subscribe(
            f"subscription ($id: ID!) {{ {fields} }}", variables={"id": gid(conversation)}
        )
        assert await alices.receive_nothing(0.3)
        await in_thread(place.send)("short")
        assert "errors" not in (await alices.hear())["payload"]
        await in_thread(place.send)("x" * 1_000)
        told = await alices.hear()
        end = await alices.hear()

    assert code(told["payload"]) == "LIMIT_EXCEEDED"
    assert end["type"] == "complete"
