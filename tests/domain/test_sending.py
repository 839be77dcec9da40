"""Sending: in which conversation a message arrives, who may send it, and what is stored."""

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message, Participation
from talk.models.conversation.change import Change
from talk.prepared import prepared
from talk.privacy import erase

from .acting import crowd, everything, group, participation_of, private, refused, say, story


class TestWhere:
    def test_it_lands_where_exactly_these_people_talk(self, alice, bob, carol, dave):
        """Sending to a set of users lands in the existing conversation of exactly that set when
        there is one (the private one for two people; for more, the most recently active group
        whose *active* members are that set), otherwise it starts one. Starting a group on
        purpose, with a title, always starts a new one."""
        pair = private(alice, bob)
        older, newer = group(alice, bob, carol), group(bob, alice, carol)
        larger = group(alice, bob, carol, dave)

        def sent(sender, *recipients):
            return Message.send_to_users("Hello", sender, recipients).conversation

        assert sent(alice, bob) == sent(bob, alice) == pair
        assert sent(alice, bob, carol) == newer
        say(carol, older)
        assert sent(alice, bob, carol) == sent(carol, bob, alice) == older
        assert sent(dave, alice, bob, carol) == larger
        participation_of(dave, larger).leave()
        say(alice, larger)
        assert sent(alice, bob, carol) == larger
        started = sent(alice, bob, dave)
        assert started not in (pair, older, newer, larger)
        assert {place.user for place in started.participations.all()} == {alice, bob, dave}
        titled = Conversation.objects.start_group(alice, [bob, carol], title="Lunch")
        assert titled not in (pair, older, newer, larger, started)

    def test_a_group_of_two_is_not_found_for_two(self, alice, bob):
        two = group(alice, bob)

        assert Message.send_to_users("Hello", alice, [bob]).conversation != two

    def test_the_sender_may_be_named_and_anybody_twice(self, alice, bob, carol):
        there = group(alice, bob, carol)

        sent = Message.send_to_users("Hello", alice, [bob, alice, carol, bob])

        assert sent.conversation == there

    def test_who_left_is_not_dragged_back(self, alice, bob, carol):
        there = group(alice, bob, carol)
        participation_of(carol, there).leave()

        sent = Message.send_to_users("Hello", alice, [bob, carol])

        assert sent.conversation != there
        assert not participation_of(carol, there).is_active

    def test_a_message_to_a_conversation_takes_people_in_first(self, alice, bob, carol):
        there = group(alice, bob)

        message = participation_of(alice, there).send("Welcome", invite=[carol])

        assert story(there) == ["joined", "text"]
        assert message.number == 2
        assert participation_of(carol, there).first_unread_number == 2


class TestWho:
    def test_only_who_takes_part(self, alice, bob, carol):
        """Nobody sends to, reads, or subscribes to a conversation that they don't take part in."""
        pair, there = private(alice, bob), group(alice, bob)

        for conversation in (pair, there):
            with refused(RefusalCode.NOT_A_PARTICIPANT):
                Message.send_to_conversation("Hello", carol, conversation)
            with refused(RefusalCode.NOT_A_PARTICIPANT):
                conversation.participation_of(carol)
            assert not Participation.objects.inbox_for(carol).exists()

    def test_not_who_left(self, alice, bob, carol):
        there = group(alice, bob, carol)
        say(carol, there)
        participation_of(carol, there).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            say(carol, there)
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            Message.send_to_conversation("Let me in", carol, there, new_participants=[carol])

    def test_not_to_oneself_alone_nor_to_nobody(self, alice):
        """No message to oneself alone; no message without recipients; no empty body; a stated
        maximum length."""
        for recipients in ([], [alice], [alice, alice]):
            with refused(RefusalCode.NO_RECIPIENTS):
                Message.send_to_users("Hello", alice, recipients)

    def test_not_to_the_unknown_or_deactivated(self, alice, bob, carol):
        carol.is_active = False
        carol.save()
        there = group(alice, bob)

        for unknown in (get_user_model()(username="nobody"), carol):
            with refused(RefusalCode.UNKNOWN_USER):
                Message.send_to_users("Hello", alice, [bob, unknown])
            with refused(RefusalCode.UNKNOWN_USER):
                participation_of(alice, there).send("Hello", invite=[unknown])

    def test_not_in_private_to_who_can_not_hear_it_any_more(self, alice, bob, carol):
        """Neither to who was deactivated, nor to oneself alone after the other one was erased."""
        retried = uuid.uuid4()
        with_bob, with_carol = private(alice, bob), private(alice, carol)
        said = participation_of(alice, with_carol).send("Hello", retried)
        erase(bob, "He asked for it.")
        carol.is_active = False
        carol.save()

        for there in (with_bob, with_carol):
            with refused(RefusalCode.UNKNOWN_USER):
                participation_of(alice, there).send("Are you there?")
        assert participation_of(alice, with_carol).send("Hello", retried) == said

    def test_not_to_1001(self, alice):
        people = crowd(1_001)

        with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
            Message.send_to_users("Hello", alice, people)
        with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
            Message.send_to_users("Hello", alice, people[:1_000])
        assert Message.send_to_users("Hello", alice, people[:999]).number == 1


class TestWhat:
    @pytest.fixture
    def send(self, alice, bob):
        return participation_of(alice, private(alice, bob)).send

    @pytest.mark.parametrize("body", ["", " ", "\n\t ", "\u2003\xa0"])
    def test_not_nothing(self, alice, bob, send, body):
        with refused(RefusalCode.EMPTY_BODY, "body"):
            send(body)
        with refused(RefusalCode.EMPTY_BODY, "body"):
            Message.send_to_users(body, alice, [bob])

    def test_not_too_much(self, send):
        assert send("x" * 10_000).number == 1
        assert send(" " + "😀" * 10_000 + "\n").number == 2

        with refused(RefusalCode.BODY_TOO_LONG, "body"):
            send("x" * 10_001)

    @pytest.mark.parametrize("body", ["\0", "a\0b", "\ud800", "a\udfffb", "\udc00\ud800"])
    def test_not_what_cannot_be_stored(self, send, body):
        with refused(RefusalCode.INVALID_TEXT, "body"):
            send(body)

    @pytest.mark.parametrize("body", ["😀", "שלום", "a\n\nb", "\x01 it", "\U0010ffff", "e\u0301"])
    def test_everything_else_as_it_is(self, send, body):
        message = send(body)

        message.refresh_from_db()
        assert message.body == body

    def test_white_space_around_it_is_not_said(self, send):
        assert send("\n  Hello  \n").body == "Hello"


class TestWhole:
    def test_all_or_nothing(self, alice, bob, carol, dave, monkeypatch):
        """Everything that one call does happens in one transaction, or not at all."""
        there = group(alice, bob)
        alices = participation_of(alice, there)
        before = everything()

        @prepared
        def failure(key):
            return Conversation.objects.filter(pk=key).extra(where=["nothing = nowhere"])

        # The last that the database is told, after all the rest.
        monkeypatch.setattr(Change, "_saved_conversation", lambda change: failure(key=1))
        calls = (
            lambda: Message.send_to_users("Hello", alice, [carol, dave]),
            lambda: Message.send_to_users("Hello", alice, [carol]),
            lambda: alices.send("Welcome", invite=[carol, dave]),
            lambda: participation_of(bob, there).leave(),
            lambda: participation_of(bob, there).remove(by=participation_of(alice, there)),
        )
        for call in calls:
            with pytest.raises(DatabaseError):
                call()
            assert everything() == before

    def test_what_is_refused_at_the_end_has_not_begun(self, alice, bob, carol, dave):
        there = group(alice, bob, carol, dave)
        participation_of(bob, there).leave()
        participation_of(carol, there).remove()

        # Bob may be brought back by Dave, Carol, who was removed, may not.
        with refused(RefusalCode.NOT_ALLOWED):
            participation_of(dave, there).send("Come back", invite=[bob, carol])

    def test_it_can_be_part_of_a_larger_whole(self, alice, bob):
        pair = private(alice, bob)
        before = everything()

        with transaction.atomic():
            say(alice, pair)
            transaction.set_rollback(True)

        assert everything() == before
        assert say(alice, pair).number == 1

    def test_what_was_sent_is_the_latest_and_who_sent_it_has_read_it(self, alice, bob):
        place = participation_of(alice, group(alice, bob))

        sent = place.send("Hello")

        there = sent.conversation
        assert (there.latest_message_id, there.latest_message) == (sent.pk, sent)
        now = Participation.objects.get(pk=place.pk)
        for name in ("last_read_number", "first_unread_number", "last_activity_at", "changed_at"):
            assert getattr(place, name) == getattr(now, name)
        assert place.last_read_number == sent.number


class TestCost:
    @pytest.mark.parametrize("size", [2, 50, 1_000])
    def test_sending_costs_the_same_for_any_number_of_members(
        self, alice, size, django_assert_num_queries
    ):
        place = participation_of(alice, group(alice, *crowd(size - 1)))

        with django_assert_num_queries(9):
            place.send("Hello")

    @pytest.mark.parametrize("size", [3, 50, 1_000])
    def test_finding_the_group_costs_the_same(self, alice, size, django_assert_num_queries):
        others: QuerySet = get_user_model().objects.exclude(pk=alice.pk)
        crowd(size - 1)
        group(alice, *others)

        with django_assert_num_queries(16):
            Message.send_to_users("Hello", alice, others)

    @pytest.mark.parametrize("newcomers", [1, 50, 900])
    def test_taking_in_any_number_costs_the_same(
        self, alice, bob, newcomers, django_assert_num_queries
    ):
        if connection.features.max_query_params == 999:
            # Django 5.2 on SQLite inserts so many values in one statement: rows for 35 people.
            newcomers = min(newcomers, 35)
        people = crowd(newcomers)
        place = participation_of(alice, group(alice, bob))

        with django_assert_num_queries(15):
            place.invite(people)


def test_a_conversation_that_was_deleted_meanwhile_is_not_written_to(alice, bob):
    place = participation_of(alice, group(alice, bob))
    Conversation.objects.get(pk=place.conversation_id).delete()

    with pytest.raises(Conversation.DoesNotExist):
        place.send("Hello")

    assert not Message.objects.exists()
