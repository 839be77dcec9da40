"""Announcements: messages of the project itself."""

import uuid

import pytest

from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation, Report
from talk.moderation import remove_message
from talk.privacy import erase, export
from talk.purging import purge

from .acting import everything, group, inbox, participation_of, private, refused, say, visible


@pytest.fixture
def conversation(alice, bob, carol):
    return group(alice, bob, carol)


def test_it_has_no_sender_and_waits_for_everybody(alice, bob, carol, conversation):
    other = group(alice, bob, carol)
    participation_of(carol, conversation).leave()

    message = conversation.announce("We move on Sunday.")

    assert (message.kind, message.sender, message.number) == (Message.Kind.TEXT, None, 2)
    for user in (alice, bob):
        place = participation_of(user, conversation)
        assert (place.first_unread_number, place.unread_count) == (2, 1)
        assert place.conversation.latest_message == message
        assert place.last_activity_at == message.sent_at
        assert inbox(user) == [conversation, other]
        assert Participation.objects.unread_total(user) == 1
    assert visible(carol, conversation) == []
    event = Event.objects.filter(conversation=conversation).last()
    assert (event.kind, event.message) == (Event.Kind.MESSAGE_SENT, message)
    assert (event.actor, event.participation) == (None, None)


def test_it_reaches_private_conversations_whoever_blocked_whom(alice, bob):
    pair = private(alice, bob)
    Block.objects.block(alice, bob)
    participation_of(alice, pair).mark_unread()

    pair.announce("Be kind.")

    assert [participation_of(user, pair).unread_count for user in (alice, bob)] == [1, 1]
    assert participation_of(alice, pair).marked_unread_at is not None
    Block.objects.unblock(alice, bob)
    assert participation_of(alice, pair).unread_count == 1


def test_what_was_unread_before_stays_the_first(alice, bob, conversation):
    say(alice, conversation)
    conversation.announce("We move on Sunday.")

    assert participation_of(bob, conversation).first_unread_number == 1
    assert participation_of(alice, conversation).first_unread_number == 2


@pytest.mark.parametrize("words", ["", " ", "x" * 10_001])
def test_it_needs_words(conversation, words):
    code = RefusalCode.BODY_TOO_LONG if len(words) > 1 else RefusalCode.EMPTY_BODY
    with refused(code, "body"):
        conversation.announce(words)


class TestRetry:
    def test_it_is_said_once(self, conversation):
        client_id = uuid.uuid4()
        first = conversation.announce("We move.", client_id=client_id)
        before = everything()

        assert conversation.announce("We move.", client_id=client_id) == first
        assert everything() == before

    def test_an_id_belongs_to_one_content(self, conversation):
        client_id = uuid.uuid4()
        conversation.announce("We move.", client_id=client_id)

        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            conversation.announce("We stay.", client_id=client_id)

    def test_ids_are_each_conversations_own(self, alice, bob, conversation):
        client_id = uuid.uuid4()

        said = {
            each.announce("We move.", client_id=client_id)
            for each in (conversation, private(alice, bob))
        }

        assert len(said) == 2

    def test_without_an_id_it_is_said_again(self, conversation):
        assert conversation.announce("We move.") != conversation.announce("We move.")

    def test_ids_of_deleted_accounts_are_others(self, alice, bob, conversation):
        client_id = uuid.uuid4()
        for user in (alice, bob):
            participation_of(user, conversation).send("mine", client_id=client_id)
        Message.objects.update(sender=None)

        assert conversation.announce("We move.", client_id=client_id).number == 3


class TestKept:
    def test_moderators_remove_it_like_any_words(self, bob, conversation):
        message = conversation.announce("We move.")
        remove_message(message, bob, "It was wrong.")

        assert participation_of(bob, conversation).unread_count == 0
        message.refresh_from_db()
        assert message.removal == Message.Removal.MODERATED

    def test_it_can_be_reported(self, bob, conversation):
        message = conversation.announce("We move.")
        report = Report.objects.report_message(
            participation_of(bob, conversation), message, "It's wrong."
        )

        assert (report.message, report.person) == (message, None)

    def test_it_expires_like_any_words(self, conversation, settings):
        message = conversation.announce("We move.")
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 0}}

        assert purge() == 1
        message.refresh_from_db()
        assert message.removal == Message.Removal.EXPIRED

    def test_it_is_nobodys_data(self, alice, bob, conversation):
        message = conversation.announce("We move.")

        assert "We move." not in str(list(export(alice)))
        erase(alice, "She asked for it.")
        message.refresh_from_db()
        assert (message.body, message.announced_as is not None) == ("We move.", True)
