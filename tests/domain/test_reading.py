"""Read state: what a member has read, and what is unread for them."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from talk import wakeups
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation

from .acting import everything, group, participation_of, private, refused, say


@pytest.fixture
def conversation(alice, bob, carol):
    return group(alice, bob, carol)


def counts(user, conversation):
    """What is unread of it for `user`, as each of the three ways to ask says; they agree."""
    place = participation_of(user, conversation)
    listed = Participation.objects.with_unread_count().get(pk=place.pk)
    everything = Message.objects.unread_by(user).filter(conversation=conversation).count()
    assert place.unread_count == listed.unread_count == min(everything, 100)
    return place.first_unread_number, place.unread_count


def conversation_end(conversation):
    return conversation.messages.order_by("number").last().number


def test_a_row_of_a_list_counts_anew_after_its_person_read_some(alice, bob, conversation):
    for _each in range(3):
        say(alice, conversation)
    (listed,) = Participation.objects.filter(user=bob).with_unread_count()
    assert listed.unread_count == 3

    listed.read(1)

    assert listed.unread_count == 2


class TestReplying:
    def test_replying_is_not_reading(self, alice, bob, conversation):
        """Replying without having read does not mark what came before as read. A reply by someone
        who had read everything keeps them fully read."""
        say(alice, conversation, "Have you seen this?")
        say(bob, conversation, "Something else")
        assert counts(bob, conversation) == (1, 1)
        assert participation_of(bob, conversation).last_read_number == 0

        participation_of(bob, conversation).read()
        say(bob, conversation, "Now I have")

        assert counts(bob, conversation) == (None, 0)
        assert participation_of(bob, conversation).last_read_number == 3

    def test_what_one_said_oneself_is_never_unread(self, alice, bob, conversation):
        say(alice, conversation)
        say(alice, conversation)

        assert counts(alice, conversation) == (None, 0)
        assert counts(bob, conversation) == (1, 2)

    def test_a_reply_between_counts_for_the_others_only(self, alice, bob, carol, conversation):
        say(alice, conversation)
        say(bob, conversation)
        say(carol, conversation)

        assert counts(alice, conversation) == (2, 2)
        assert counts(bob, conversation) == (1, 2)
        assert counts(carol, conversation) == (1, 2)

    def test_a_reply_ends_ones_own_mark_of_the_unread(self, alice, bob, conversation):
        participation_of(alice, conversation).mark_unread()
        participation_of(bob, conversation).mark_unread()

        message = say(bob, conversation)

        place = participation_of(bob, conversation)
        assert place.marked_unread_at is None
        assert place.changed_at == message.sent_at
        assert participation_of(alice, conversation).marked_unread_at is not None


class TestRead:
    @pytest.fixture(autouse=True)
    def said(self, alice, bob, conversation):
        for _ in range(3):
            say(alice, conversation)

    def test_up_to_a_number(self, bob, conversation):
        participation_of(bob, conversation).read(2)

        assert participation_of(bob, conversation).last_read_number == 2
        assert counts(bob, conversation) == (3, 1)

    def test_everything(self, bob, conversation):
        participation_of(bob, conversation).read()

        assert participation_of(bob, conversation).last_read_number == 3
        assert counts(bob, conversation) == (None, 0)

    def test_what_is_said_while_somebody_reads_stays_unread(self, alice, bob, conversation):
        place = participation_of(bob, conversation)
        say(alice, conversation)

        place.read(3)

        assert counts(bob, conversation) == (4, 1)

    def test_nobody_reads_what_is_not_there(self, bob, conversation):
        for number in (4, 2**63, -1):
            with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "number"):
                participation_of(bob, conversation).read(number)

    def test_what_another_device_says_later_of_less_changes_nothing(self, bob, conversation):
        participation_of(bob, conversation).read(2)
        participation_of(bob, conversation).mark_unread()
        before = everything()

        for number in (1, 0):
            participation_of(bob, conversation).read(number)

        assert everything() == before

    def test_the_same_again_is_no_news(self, bob, conversation):
        participation_of(bob, conversation).read(2)
        participation_of(bob, conversation).read(2)

        read = Event.objects.filter(kind=Event.Kind.CONVERSATION_READ)
        assert [event.participation for event in read] == [participation_of(bob, conversation)]

    def test_it_is_nobody_elses_business(self, bob, carol, conversation):
        before = conversation.participations.filter(user=carol).values().get()

        participation_of(bob, conversation).read()

        assert conversation.participations.filter(user=carol).values().get() == before


class TestNewcomers:
    """The history does not wait for newcomers, and nobody says that they have read it."""

    @pytest.fixture(params=["taken in", "asked"])
    def place(self, request, alice, bob, dave, conversation, settings):
        say(alice, conversation)
        say(bob, conversation)
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": request.param == "asked"}
        participation_of(alice, conversation).invite([dave])
        if request.param == "asked":
            participation_of(dave, conversation).accept()
        return participation_of(dave, conversation)

    def test_nothing_waits_and_nothing_is_read(self, dave, place, conversation):
        assert counts(dave, conversation) == (None, 0)
        assert (place.joined_at_number, place.last_read_number) == (2, 0)

    def test_what_is_said_from_then_on_waits(self, alice, dave, place, conversation):
        message = say(alice, conversation)

        assert counts(dave, conversation) == (message.number, 1)

    def test_a_reply_is_not_reading(self, alice, dave, place, conversation):
        say(dave, conversation)
        assert participation_of(dave, conversation).last_read_number == 0

        participation_of(dave, conversation).read(2)
        say(dave, conversation)
        assert participation_of(dave, conversation).last_read_number == conversation_end(
            conversation
        )

    def test_they_can_read_the_history_bit_by_bit(self, dave, place, conversation):
        place.read(1)

        assert participation_of(dave, conversation).last_read_number == 1
        assert counts(dave, conversation) == (None, 0)

    def test_the_history_does_not_wait_after_a_block_either(self, alice, dave, place, conversation):
        Block.objects.block(dave, alice)
        Block.objects.unblock(dave, alice)

        assert counts(dave, conversation) == (None, 0)

    def test_who_is_back_is_told_what_was_said_meanwhile(self, alice, dave, place, conversation):
        place.leave()
        message = say(alice, conversation)
        participation_of(dave, conversation).reinstate()

        assert counts(dave, conversation) == (message.number, 1)

    def test_those_of_earlier_versions_become_so_and_back(self, alice, bob, place, conversation):
        places = Participation.objects.order_by("pk")
        participation_of(alice, conversation).read()
        now = list(places.values())
        migration = import_module("talk.migrations.0019_newcomers_and_folded_titles")

        migration.say_that_newcomers_read(apps, SimpleNamespace(connection=connection))
        assert places.get(pk=place.pk).last_read_number == 2
        places.update(joined_at_number=0)
        migration.say_what_newcomers_read(apps, SimpleNamespace(connection=connection))

        assert list(places.values()) == now


class TestMarkUnread:
    def test_it_stays_until_it_is_read_again(self, alice, bob, conversation):
        say(alice, conversation)
        participation_of(bob, conversation).read()

        participation_of(bob, conversation).mark_unread()

        place = participation_of(bob, conversation)
        assert place.marked_unread_at is not None
        assert (place.last_read_number, place.unread_count) == (1, 0)
        assert list(Participation.objects.inbox_for(bob).unread()) == [place]
        place.read()
        assert place.marked_unread_at is None
        assert list(Participation.objects.inbox_for(bob).unread()) == []

    def test_only_their_own_inbox_is_told(
        self, bob, conversation, monkeypatch, django_capture_on_commit_callbacks
    ):
        rung = []
        monkeypatch.setattr(wakeups, "send_from_thread", lambda *wake_up: rung.append(wake_up))
        before = participation_of(bob, conversation)

        for act in (Participation.mark_unread, Participation.read):
            with django_capture_on_commit_callbacks(execute=True):
                act(participation_of(bob, conversation))
            after = participation_of(bob, conversation)

            assert after.changed_at > before.changed_at
            assert after.conversation.revision == before.conversation.revision == 1
            before = after
        assert rung == [(wakeups.user_group(bob.pk), {"inbox": str(bob.pk)})] * 2
        assert Event.objects.get().kind == Event.Kind.CONVERSATION_STARTED

    def test_in_a_conversation_without_a_message(self, alice, bob):
        pair = private(alice, bob)

        participation_of(bob, pair).mark_unread()
        participation_of(bob, pair).read(0)

        assert participation_of(bob, pair).marked_unread_at is None


class TestCount:
    def test_what_happened_is_not_unread(self, alice, bob, carol, dave, conversation):
        participation_of(alice, conversation).rename("Lunch")
        participation_of(alice, conversation).invite([dave])
        participation_of(carol, conversation).leave()
        participation_of(carol, conversation).reinstate(by=participation_of(alice, conversation))
        participation_of(carol, conversation).remove(by=participation_of(alice, conversation))

        assert counts(bob, conversation) == (None, 0)

    def test_it_ends_at_a_hundred(self, alice, bob, conversation):
        for _ in range(99):
            say(alice, conversation)
        assert counts(bob, conversation) == (1, 99)

        say(alice, conversation)
        assert counts(bob, conversation) == (1, 100)
        say(alice, conversation)

        assert counts(bob, conversation) == (1, 100)
        assert Participation.objects.unread_total(bob) == 100

    def test_it_ends_where_somebody_left(self, alice, bob, conversation):
        say(alice, conversation)
        participation_of(bob, conversation).leave()
        say(alice, conversation)

        place = participation_of(bob, conversation)
        assert (place.first_unread_number, place.unread_count) == (1, 1)

    def test_it_is_right_after_the_verb_that_changes_it(self, alice, bob, conversation):
        say(alice, conversation)
        (place,) = Participation.objects.inbox_for(bob).with_unread_count()
        assert place.unread_count == 1

        say(alice, conversation)
        place.read(1)

        assert place.unread_count == 1
        place.read()
        assert place.unread_count == 0

    def test_what_somebody_said_who_is_deleted_stays_unread(self, alice, bob, conversation):
        say(alice, conversation)
        say(bob, conversation)

        alice.delete()

        assert counts(bob, conversation) == (1, 1)
        participation_of(bob, conversation).read()
        assert counts(bob, conversation) == (None, 0)
