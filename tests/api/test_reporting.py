"""What clients report, and what they see of what moderators do."""

import pytest

from talk.models import Report
from talk.moderation import Decision, decide, remove_message, suspend

from .asking import act, code, gid, group, leave, nodes, ok, private, refusal, say

pytestmark = pytest.mark.django_db

PAGE = """query ($id: ID!) { conversation(id: $id) { lastNumber latestMessage { body removal }
    messages { edges { node { number body removal } } } } }"""


def test_a_message_is_reported_to_moderators(gql, alice, bob):
    message = say(bob, private(alice, bob), "rude")

    answer = act(
        gql(alice), "reportMessage", "reported { body }", message=gid(message), why="Rude."
    )

    assert answer == {"reported": {"body": "rude"}}
    report = Report.objects.get()
    assert (report.reporter, report.person, report.message) == (alice, bob, message)


def test_a_title_is_reported_to_moderators(gql, alice, bob, carol, erin):
    ours = group(alice, bob, carol, title="Rude")
    leave(carol, ours)
    asked = {"conversationId": gid(ours), "why": "Rude."}

    for user in (bob, carol):
        answer = act(gql(user), "reportTitle", "conversation { title }", **asked)
        assert answer == {"conversation": {"title": "Rude"}}
    own = refusal(gql(alice), "reportTitle", **asked)
    assert own == ("CANNOT_REPORT_YOURSELF", ["conversationId"])
    report = Report.objects.get(reporter=bob)
    assert (report.person, report.conversation) == (alice, ours)
    decide(report, Decision.REMOVE, erin, "Rude.")

    for user in (alice, bob, carol):
        title = ok(gql(user)("query ($id: ID!) { conversation(id: $id) { title } }", id=gid(ours)))
        assert title == {"conversation": {"title": ""}}


def test_a_person_is_reported_to_moderators(gql, alice, bob):
    answer = act(gql(alice), "reportUser", "user { username }", user=gid(bob), why="Rude.")

    assert answer == {"user": {"username": "bob"}}
    assert Report.objects.get().person == bob


def test_what_the_viewer_can_not_see_is_not_there(gql, alice, bob, carol):
    ours = group(alice, bob)
    leave(bob, ours)
    late = say(alice, ours)

    for user in (bob, carol):
        asked = {"message": gid(late), "why": "Rude."}
        assert refusal(gql(user), "reportMessage", **asked) == ("NOT_FOUND", ["message"])
    assert refusal(gql(bob), "reportUser", user=gid(alice), why="")[0] == "INVALID_REASON"
    assert not Report.objects.exists()


def test_nobody_reports_themselves(gql, alice, bob):
    own = say(alice, private(alice, bob))

    for name, key in (("user", gid(alice)), ("message", gid(own))):
        refused = refusal(gql(alice), f"report{name.title()}", **{name: key}, why="Rude.")
        assert refused == ("CANNOT_REPORT_YOURSELF", [name])


def test_how_often_is_limited(gql, alice, bob, settings):
    settings.TALK = {**settings.TALK, "RATE_LIMITS": {"report": "1/minute"}}
    act(gql(alice), "reportUser", user=gid(bob), why="Rude.")

    document = """mutation ($input: ReportUserInput!) { reportUser(input: $input) {
        ... on Refusal { code } } }"""
    answer = gql(alice)(document, input={"user": gid(bob), "why": "Rude."})

    assert code(answer) == "RATE_LIMITED"


def test_of_what_was_removed_only_the_number_is_left(gql, alice, bob, erin):
    ours = group(alice, bob)
    message = say(bob, ours, "rude")
    remove_message(message, erin, "Rude.")

    for user in (alice, bob):
        found = ok(gql(user)(PAGE, id=gid(ours)))["conversation"]
        assert found["latestMessage"] == {"body": "", "removal": "MODERATED"}
        assert nodes(found["messages"]) == [{"number": 1, "body": "", "removal": "MODERATED"}]
        unhidden = PAGE.replace("number body", "number body(unhide: true)")
        assert "rude" not in str(gql(user)(unhidden, id=gid(ours)))


def test_who_is_suspended_is_told_so(gql, alice, bob, erin):
    ours = group(alice, bob)
    suspend(ours.participation_of(bob), erin, "Rude.")

    sent = refusal(gql(bob), "sendMessage", conversationId=gid(ours), body="x")
    typed = refusal(gql(bob), "setTyping", conversationId=gid(ours))

    assert (sent[0], typed[0]) == ("SUSPENDED", "SUSPENDED")
    place = "{ inbox { edges { node { suspendedAt } } } }"
    assert nodes(ok(gql(bob)(place))["inbox"])[0]["suspendedAt"] is not None
