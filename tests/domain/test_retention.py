"""The retention period of messages."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from talk import purging
from talk.models import Event, Message

from ..api.asking import gid, nodes, ok
from .acting import group, participation_of, private, say

pytestmark = pytest.mark.django_db

PAGE = """query ($id: ID!) { conversation(id: $id) { latestMessage { body removal }
    messages { edges { node { number body removal } } } } }"""


@pytest.fixture(autouse=True)
def a_month_in_groups(settings):
    settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}


def age(conversation, days):
    """Let all in it have happened so much earlier."""
    conversation.started_at -= timedelta(days=days)
    conversation.save(update_fields=["started_at"])
    for message in conversation.messages.all():
        message.sent_at -= timedelta(days=days)
        message.save(update_fields=["sent_at"])


@pytest.fixture
def ours(alice, bob):
    """With something said two months ago, and something now."""
    conversation = group(alice, bob, title="Ours")
    say(bob, conversation, "old")
    participation_of(alice, conversation).rename("Renamed")
    age(conversation, 60)
    say(bob, conversation, "new")
    return conversation


def purge():
    printed = StringIO()
    call_command("purge_messages", stdout=printed)
    return printed.getvalue()


def bodies(conversation):
    return list(conversation.messages.order_by("number").values_list("body", flat=True))


def test_what_is_old_is_not_shown_before_it_is_purged_nor_after(gql, ours, alice):
    for _time in range(2):
        found = ok(gql(alice)(PAGE, id=gid(ours)))["conversation"]
        assert [(each["body"], each["removal"]) for each in nodes(found["messages"])] == [
            ("", "EXPIRED"),
            ("Renamed", None),
            ("new", None),
        ]
        assert found["latestMessage"] == {"body": "new", "removal": None}
        purge()


def test_purging_forgets_the_words_and_keeps_the_numbers(ours, alice):
    revision = Event.objects.filter(conversation=ours).count()

    assert purge() == "The words of 1 messages were deleted.\n"

    assert bodies(ours) == ["", "Renamed", "new"]
    assert Event.objects.filter(conversation=ours).count() == revision
    place = participation_of(alice, ours)
    assert (place.first_unread_number, place.unread_count) == (3, 1)
    assert purge() == "The words of 0 messages were deleted.\n"


def test_other_kinds_of_conversation_keep_theirs(alice, bob, ours):
    theirs = private(alice, bob)
    say(bob, theirs, "old")
    age(theirs, 600)

    purge()

    assert bodies(theirs) == ["old"]
    assert Message.objects.get(conversation=theirs).removal is None


def test_what_was_removed_before_stays_what_it_was(ours, bob, erin):
    from talk.moderation import remove_message

    remove_message(ours.messages.get(body="old"), erin, "rude")
    purge()

    assert ours.messages.get(number=1).removal == Message.Removal.MODERATED


def test_much_is_purged_bit_by_bit(alice, bob, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    conversations = [group(alice, bob) for _ in range(3)]
    for conversation in conversations:
        for number in range(5):
            say(bob, conversation, f"{number}")
        age(conversation, 60)
        say(bob, conversation, "new")

    assert purging.purge() == 15
    for conversation in conversations:
        assert bodies(conversation) == [""] * 5 + ["new"]


def test_what_expires_later_is_purged_later(ours, settings):
    purge()
    settings.TALK = {**settings.TALK, "RETENTION": {"group": 0.0001}}
    ours.messages.filter(body="new").update(sent_at=timezone.now() - timedelta(minutes=1))

    purge()

    assert bodies(ours) == ["", "Renamed", ""]


def test_without_the_option_nothing_is_purged(ours, settings):
    settings.TALK = {**settings.TALK, "RETENTION": {}}

    assert purging.purge() == 0
    assert bodies(ours) == ["old", "Renamed", "new"]
