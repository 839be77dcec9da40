"""When somebody is answered, nothing of what was read for them stays in memory."""

import gc

import pytest
from django.db import connection

from schema import schema
from schema.plans import Executor, PlannedExecutor
from talk.models import Conversation, Message, Participation

from ..bench import operations
from .asking import gid, group, leave, ok, private

pytestmark = pytest.mark.django_db

PAGES = """query ($id: ID!) { conversation(id: $id) {
    revision participantCount upgradedFrom { id upgradedTo { id } } latestMessage { body }
    viewerParticipation { id conversation { id } }
    messages(first: 5) { edges { node { body conversation { latestMessage { id } } } } }
} }"""


@pytest.fixture(params=[PlannedExecutor, Executor])
def _executor(request, monkeypatch):
    monkeypatch.setattr(schema, "execution_context_class", request.param)


@pytest.fixture
def _no_search_for_garbage():
    yield gc.disable()
    gc.enable()


@pytest.fixture
def places(alice, bob, carol):
    """The ids of conversations of alice's, from the last of which she is gone."""
    talk = private(bob, alice, "Soup?", "Or bread?")
    lunch = group(alice, bob, carol, says=["Both."])
    left = group(bob, alice, carol, says=["Tea?"])
    leave(alice, left)
    return [gid(each) for each in (talk, lunch, left)]


@pytest.mark.parametrize(
    ("asked", "variables"),
    [
        (operations.INBOX, {"first": 20}),
        (operations.THREAD, {}),
        (operations.PEOPLE, {}),
        (PAGES, {}),
        (operations.MARK_READ, {"input": {}}),
    ],
)
@pytest.mark.usefixtures("_executor", "_no_search_for_garbage")
def test_what_was_read_to_answer_is_let_go(gql, alice, places, asked, variables):
    ask = gql(alice)
    for place in places:
        given = {"id": place, **variables}
        if "input" in given:
            given["input"] = {**given["input"], "conversationId": place}
        gc.collect()
        before = rows()
        ok(ask(asked, **given))
        # It would be done now, but for the test's own transaction.
        connection.run_on_commit.clear()
        assert [row for row in rows() if not any(row is each for each in before)] == []


def rows():
    """All that are in memory, also those that nobody can reach any more."""
    kinds = (Conversation, Message, Participation)
    return [each for each in gc.get_objects() if type(each) in kinds]
