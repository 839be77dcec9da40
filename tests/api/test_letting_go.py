"""When somebody is answered, nothing of what was read for them stays in memory."""

import gc
from contextlib import suppress
from contextvars import copy_context

import pytest
from django.db import connection

from schema import schema
from schema.execution.budget import StrawberryExecutor
from schema.execution.executor import PlannedExecutor
from schema.loading.views import Views, current_views, showing
from talk.models import Conversation, Message, Participation
from talk.signals import message_sent

from ..bench import operations
from .asking import act, gid, group, leave, ok, private

pytestmark = pytest.mark.django_db

PAGES = """query ($id: ID!) { conversation(id: $id) {
    revision participantCount upgradedFrom { id upgradedTo { id } } latestMessage { body }
    viewerParticipation { id conversation { id } }
    messages(first: 5) { edges { node { body conversation { latestMessage { id } } } } }
} }"""


@pytest.fixture(params=[PlannedExecutor, StrawberryExecutor])
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


def test_what_the_answer_started_and_outlasts_it_keeps_nothing(alice, places):
    own = alice.talk_participations.select_related("conversation")
    with showing(Views()) as views:
        views.add(own)
        outlasting = copy_context()
        assert outlasting.run(current_views).get(own[0].conversation_id)

    assert outlasting.run(current_views).get(own[0].conversation_id) is None
    outlasting.run(lambda: current_views().add(own))
    assert views.get(own[0].conversation_id) is None


def test_what_failed_is_let_go_too(alice, places):
    own = alice.talk_participations.select_related("conversation")
    with suppress(LookupError), showing(Views()) as views:
        views.add(own)
        raise LookupError

    assert views.get(own[0].conversation_id) is None


def test_a_message_still_knows_its_conversation_for_who_hears_of_it_later(
    gql, alice, places, django_capture_on_commit_callbacks
):
    heard = []

    def listen(message, **_kwargs):
        heard.append("conversation" in message._state.fields_cache)

    sent = {"conversationId": places[0], "body": "Bread.", "clientId": None}
    message_sent.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            act(gql(alice), "sendMessage", "conversation { latestMessage { body } }", **sent)
    finally:
        message_sent.disconnect(listen)

    assert heard == [True]


def rows():
    """All that are in memory, also those that nobody can reach any more."""
    kinds = (Conversation, Message, Participation)
    return [each for each in gc.get_objects() if type(each) in kinds]
