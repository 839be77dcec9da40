"""An operation shows each conversation from its viewer's participation, and as it is by then."""

import pytest

from schema.loading.views import Views, current_views, showing
from talk.models import Participation

from .asking import gid, group, leave, ok, private

pytestmark = pytest.mark.django_db

TALK = "conversation { lastNumber participantCount latestMessage { body } }"


def test_each_mutation_of_a_document_shows_what_it_changed(gql, alice, bob, carol):
    lunch = group(alice, bob, says=["Soup?"])

    answer = ok(
        gql(alice)(
            f"""mutation ($id: ID!, $carol: ID!) {{
            one: sendMessage(input: {{conversationId: $id, body: "Bread?"}}) {{
              ... on SendMessagePayload {{ {TALK} }} }}
            two: inviteParticipants(input: {{conversationId: $id, participants: [$carol]}}) {{
              ... on InviteParticipantsPayload {{ {TALK} }} }}
            three: sendMessage(input: {{conversationId: $id, body: "Both."}}) {{
              ... on SendMessagePayload {{ {TALK} }} }} }}""",
            id=gid(lunch),
            carol=gid(carol),
        )
    )

    shown = [answer[name]["conversation"] for name in ("one", "two", "three")]
    assert [each["participantCount"] for each in shown] == [2, 3, 3]
    assert shown[0]["latestMessage"] == {"body": "Bread?"}
    assert shown[2]["latestMessage"] == {"body": "Both."}
    assert shown[0]["lastNumber"] < shown[1]["lastNumber"] < shown[2]["lastNumber"]


def test_a_started_conversation_is_shown_anew_when_it_has_changed(gql, alice, bob):
    answer = ok(
        gql(alice)(
            f"""mutation ($bob: ID!) {{
            one: startConversation(input: {{participants: [$bob], kind: PRIVATE}}) {{
              ... on StartConversationPayload {{ {TALK} }} }}
            two: sendMessage(input: {{to: [$bob], body: "Soup?"}}) {{
              ... on SendMessagePayload {{ {TALK} }} }} }}""",
            bob=gid(bob),
        )
    )

    assert answer["one"]["conversation"]["latestMessage"] is None
    assert answer["two"]["conversation"]["latestMessage"] == {"body": "Soup?"}


def test_a_conversation_that_is_shown_twice_is_in_one_batch(alice, bob, carol):
    private(alice, bob, "Soup?")
    lunch = group(alice, carol)
    leave(alice, lunch)
    mine = Participation.objects.filter(user=alice).select_related("conversation")

    with showing(Views()):
        current_views().add(mine.filter(status="active"))
        current_views().add(mine.all())
        batches = []

        def load_all(views):
            batches.append([view.conversation.pk for view in views])
            return {}

        for each in [*mine, *mine]:
            current_views().load("name", each.conversation_id, load_all)

    assert sorted(key for batch in batches for key in batch) == sorted(
        each.conversation_id for each in mine
    )
