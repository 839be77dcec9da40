"""Plans make operations quick. What breaks them makes operations slow, never wrong."""

import logging
import sys

import pytest
from strawberry import relay

from schema import schema
from schema.documents.cache import cache
from schema.execution import executor, plans
from schema.execution.budget import StrawberryExecutor
from schema.execution.executor import PlannedExecutor
from talk.models import Conversation

from ..bench import operations

pytestmark = [pytest.mark.plans, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _by_plans(monkeypatch):
    monkeypatch.setattr(schema, "execution_context_class", PlannedExecutor)
    cache.clear()


@pytest.fixture
def place(alice, bob):
    group = Conversation.objects.start_group(alice, [bob], "Lunch")
    group.participation_of(bob).send("Soup?")
    return relay.to_base64("Conversation", group.pk)


@pytest.fixture
def ask(gql, alice, place):
    def ask(document, **variables):
        answer = gql(alice)(document, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return ask


@pytest.fixture
def executed(monkeypatch):
    """The fields below the root that the executor executes."""
    fields = []
    execute_field = StrawberryExecutor.execute_field

    def noting(self, parent_type, source, details, path, *args):
        if path.prev is not None:
            fields.append(f"{parent_type}.{details[0].node.name.value}")
        return execute_field(self, parent_type, source, details, path, *args)

    monkeypatch.setattr(StrawberryExecutor, "execute_field", noting)
    return fields


def fail(*args, **kwargs):
    raise ZeroDivisionError("broken by an upgrade")


#: What may break while a plan is made.
PARTS = [
    (executor, "object_plan"),
    (executor, "selection_key"),
    (executor, "size_of_document"),
    (executor, "_condition_variables"),
    (executor, "on_event_loop"),
    (plans, "definition_of"),
    (plans, "column_of"),
    (plans, "global_id_attribute"),
    (plans, "complete_scalar"),
    (plans, "fixed_size"),
]


@pytest.mark.parametrize(("module", "name"), PARTS, ids=[name for _module, name in PARTS])
def test_whatever_making_a_plan_raises_the_executor_answers(
    ask, place, executed, monkeypatch, caplog, module, name
):
    expected = ask(operations.THREAD, id=place)
    assert executed == [], "this document has plans, or the test means nothing"
    cache.clear()
    monkeypatch.setattr(module, name, fail)
    caplog.clear()

    answers = [ask(operations.THREAD, id=place) for _time in range(3)]

    assert answers == [expected] * 3
    assert "Conversation.messages" in executed
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("schema.execution.executor", logging.WARNING)
    assert "broken by an upgrade" in caplog.text

    ask(operations.PEOPLE, id=place)
    assert len(caplog.records) == 2, "each document is reported"


@pytest.mark.parametrize(
    "module", ["strawberry_django.relay.utils", "strawberry.schema.types.base_scalars"]
)
def test_a_module_that_moved_makes_nothing_fail(ask, place, executed, monkeypatch, caplog, module):
    expected = ask(operations.THREAD, id=place)
    cache.clear()
    monkeypatch.setitem(sys.modules, module, None)

    assert ask(operations.THREAD, id=place) == expected
    assert executed != []
    assert len(caplog.records) == 1


def test_a_plan_that_fails_where_the_executor_does_not_is_reported_once(
    ask, place, executed, monkeypatch, caplog
):
    expected = ask(operations.THREAD, id=place)
    monkeypatch.setattr(plans, "b2a_base64", fail)

    answers = [ask(operations.THREAD, id=place) for _time in range(3)]

    assert answers == [expected] * 3
    assert "Message.id" in executed
    assert len(caplog.records) == 1
    assert "broken by an upgrade" in caplog.text


def test_an_error_of_a_resolver_is_not_reported_as_one_of_a_plan(gql, alice, place, caplog):
    document = "query ($id: ID!) { conversation(id: $id) { messages(first: 101) { __typename } } }"

    answer = gql(alice)(document, id=place)

    assert answer["errors"][0]["path"] == ["conversation", "messages"]
    assert caplog.records == []


def test_without_plans_the_executor_answers_the_same(ask, place, executed, settings, caplog):
    documents = [
        (operations.INBOX, {"first": 20}),
        (operations.THREAD, {"id": place}),
        (operations.PEOPLE, {"id": place}),
        (operations.MARK_READ, {"input": {"conversationId": place}}),
    ]
    ask(operations.MARK_READ, input={"conversationId": place})
    expected = [ask(document, **variables) for document, variables in documents]
    assert executed == []

    settings.TALK = {**settings.TALK, "PLANS": False}

    assert [ask(document, **variables) for document, variables in documents] == expected
    assert "Message.body" in executed
    assert caplog.records == []
