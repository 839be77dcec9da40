"""The export of a person's data is complete, and has no data of other people."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import AccessToken, Act, Block, Conversation, Event, Message, Participation, Report
from talk.moderation import remove_message, suspend
from talk.privacy import export

from ..api.asking import group, leave, private, say_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(alice, bob, carol):
    ours = group(alice, bob, carol, title="Ours", says=["mine ☕"])
    ours.participation_of(bob).send("Bob's words")
    gone = group(bob, alice, title="Then")
    leave(alice, gone)
    gone.participation_of(bob).rename("Now")
    private(bob, carol, "not for her")
    Block.objects.block(alice, carol)
    Block.objects.block(bob, alice)
    Report.objects.report_user(alice, bob, "It is rude.")
    Report.objects.report_user(bob, alice, "Bob's reason")
    AccessToken.objects.issue(alice, "phone")
    AccessToken.objects.issue(bob, "Bob's phone")


def lines(user):
    printed = StringIO()
    call_command("export_user", user.get_username(), "--why", "She asked.", stdout=printed)
    return [json.loads(line) for line in printed.getvalue().splitlines()]


def of(kind, told):
    return [each for each in told if each["type"] == kind]


@pytest.mark.usefixtures("world")
def test_it_has_all_that_is_theirs(alice, bob, carol):
    told = lines(alice)

    assert told[0] == {
        "type": "account",
        "id": str(alice.pk),
        "username": "alice",
        "name": "Alice",
        "full_name": "Alice",
        "email": "alice@example.com",
        "avatar": None,
        "is_active": True,
        "signs_in_by": {"username": "alice"},
        "found_by": {"username": ["alice"], "first_name": ["Alice"], "last_name": [""]},
        "words_of_name": ["alice"],
    }
    assert len(of("participation", told)) == Participation.objects.filter(user=alice).count()
    assert len(of("message", told)) == Message.objects.filter(sender=alice).count()
    assert len(of("event", told)) == Event.objects.filter(actor=alice).count()
    assert [each["body"] for each in of("message", told) if each["kind"] == "text"] == ["mine ☕"]
    assert [each["name"] for each in of("token", told)] == ["phone"]
    (report,) = of("report", told)
    assert (report["why"], report["user"]) == ("It is rude.", str(bob.pk))
    assert [each["user"] for each in of("block", told)] == [str(carol.pk)]


@pytest.mark.usefixtures("world")
def test_it_has_nothing_of_others(alice):
    text = json.dumps(lines(alice))

    for others in ("Bob's", "not for her", "Now"):
        assert others not in text
    assert "Then" in text, "the title that the group had when she left"


def test_its_account_has_all_that_talk_shows_or_reads_of_it(alice, settings):
    alice.last_name = "Vermeer"
    alice.save()
    settings.TALK = {
        **settings.TALK,
        "NAME": "tests.domain.test_export.called",
        "AVATAR": "tests.domain.test_export.pictured",
        "USER_SEARCH_FIELDS": ("last_name", "groups__name", "date_joined"),
        "JWT": {"USER_FIELD": "email"},
    }
    alice.groups.create(name="Choir")
    alice.groups.create(name="Band")

    account = lines(alice)[0]

    assert account["name"] == "Dr. Vermeer"
    assert account["full_name"] == "Alice Vermeer"
    assert account["avatar"] == "https://pictures.example/alice"
    assert account["signs_in_by"] == {"email": "alice@example.com", "username": "alice"}
    assert sorted(account["found_by"].pop("groups__name")) == ["Band", "Choir"]
    assert account["found_by"] == {
        "last_name": ["Vermeer"],
        "date_joined": [alice.date_joined.isoformat()],
    }
    assert account["words_of_name"] == ["alice", "vermeer"]


def called(person):
    return f"Dr. {person.last_name}"


def pictured(person):
    return f"https://pictures.example/{person.username}"


def test_it_has_what_was_replied_to_and_from_where_on_the_person_sees(alice, bob):
    there = group(alice, bob, says=["Noon?"])
    there.participation_of(alice).send("Hello?", reply_to=1)
    there.participation_of(alice).clear()

    told = lines(alice)

    assert [each["reply_to"] for each in of("message", told)] == [None, 1]
    assert [each["history_from"] for each in of("participation", told)] == [3]


def test_it_has_how_they_arranged_their_inbox_and_not_how_others_did(alice, bob):
    there = group(alice, bob)
    there.participation_of(alice).pin()
    place = there.participation_of(bob)
    place.set_notifications(place.NotificationLevel.MENTIONS, datetime(2100, 1, 1, tzinfo=UTC))
    place.archive()

    (own,) = of("participation", lines(bob))

    place = there.participation_of(bob)
    assert own["notifications"] == "mentions"
    assert own["muted_until"] == "2100-01-01T00:00:00+00:00"
    assert own["archived_at"] == place.archived_at.isoformat()
    assert own["pinned_at"] is None


def test_it_says_no_secret(alice):
    token, secret = AccessToken.objects.issue(alice, "phone")

    text = json.dumps(lines(alice))

    assert token.prefix in text
    assert secret not in text
    assert token.digest not in text


def test_it_makes_as_many_queries_for_much_as_for_little(alice, bob):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            list(export(alice))
        return len(captured)

    ours = group(alice, bob)
    few = queries()
    for _time in range(3):
        group(alice, bob)
    say_many(alice, ours, 50)

    assert queries() == few == 22


def test_there_has_to_be_such_a_person():
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("export_user", "nobody", "--why", "x")


def test_that_it_was_told_is_written_down(alice):
    lines(alice)

    act = Act.objects.get()
    assert (act.kind, act.user, act.why) == ("user_exported", str(alice.pk), "She asked.")
    with pytest.raises(CommandError, match="This reason is empty"):
        call_command("export_user", "alice", "--why", " ")


@pytest.mark.usefixtures("world")
def test_it_has_what_moderators_did_to_them_and_not_why(alice):
    ours = Conversation.objects.get(title="Ours")
    suspend(ours.participation_of(alice), None, "Carol's words about her")
    remove_message(ours.messages.get(body="mine ☕"), None, "Carol's words about her")

    told = lines(alice)

    assert [each["kind"] for each in of("act", told)] == [
        "participant_suspended",
        "message_removed",
        "user_exported",
    ]
    assert "moderated" in [each["removed_as"] for each in of("message", told)]
    assert any(each["suspended_at"] for each in of("participation", told))
    assert "Carol's words" not in json.dumps(told)


def test_what_they_said_before_they_edited_it_is_theirs_too(alice, bob):
    ours = group(alice, bob)
    for each in (alice, bob):
        place = ours.participation_of(each)
        place.edit(place.send(f"{each} before"), f"{each} after")

    told = lines(alice)

    (message,) = of("message", told)
    (earlier,) = of("earlier_text", told)
    assert (message["body"], message["edited_at"]) == ("alice after", earlier["until"])
    assert {**earlier, "until": None} == {
        "type": "earlier_text",
        "conversation": ours.pk,
        "number": message["number"],
        "body": "alice before",
        "until": None,
    }
