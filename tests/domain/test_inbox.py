"""The inbox: a person's conversations, the latest activity first."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F, OuterRef, Subquery

from talk.models import Conversation, Message, Participation

from .acting import group, inbox, participation_of, private, say

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_the_newest_activity_comes_first(alice, bob, carol, dave):
    with_bob, with_carol = private(alice, bob), private(alice, carol)
    lunch = group(dave, alice, bob)
    assert inbox(alice) == [lunch, with_carol, with_bob]

    say(bob, with_bob)
    say(alice, with_carol)

    assert inbox(alice) == [with_carol, with_bob, lunch]
    assert inbox(bob) == [with_bob, lunch]
    assert inbox(carol) == [with_carol]


def test_a_conversation_appears_once(alice, bob, carol):
    conversation = group(alice, bob, carol)
    for sender in (alice, bob, carol):
        say(sender, conversation)

    assert inbox(bob) == [conversation]


def test_only_what_is_said_moves_it(alice, bob, carol, dave):
    lunch, dinner = group(alice, bob, carol), group(alice, bob)

    participation_of(alice, lunch).rename("Lunch")
    participation_of(alice, lunch).invite([dave])
    participation_of(bob, lunch).read()
    participation_of(bob, lunch).mark_unread()
    participation_of(carol, lunch).leave()

    assert inbox(bob) == [dinner, lunch]


def test_who_comes_back_or_is_taken_in_finds_it_on_top(alice, bob, carol, dave):
    lunch, _dinner = group(alice, bob, carol), group(alice, carol, dave)
    participation_of(carol, lunch).leave()

    participation_of(bob, lunch).invite([dave, carol])

    assert inbox(carol)[0] == inbox(dave)[0] == lunch
    assert inbox(alice)[0] != lunch


def test_other_peoples_are_not_in_it(alice, bob, carol):
    private(alice, bob)

    assert inbox(carol) == []


def test_the_unread_part(alice, bob, carol):
    with_bob, with_carol = private(alice, bob), private(alice, carol)
    say(bob, with_bob)
    say(alice, with_carol)

    places = Participation.objects.inbox_for(alice)

    assert [place.conversation for place in places.unread()] == [with_bob]
    assert [place.conversation for place in places.all_read()] == [with_carol]
    assert Participation.objects.unread_total(alice) == 1


def test_the_total_is_over_all_of_it_and_nothing_else(alice, bob, carol):
    lunch = group(bob, alice, carol)
    for conversation in (private(alice, bob), lunch, lunch, group(bob, carol)):
        say(bob, conversation)
    assert Participation.objects.unread_total(alice) == 3

    participation_of(alice, lunch).leave()

    assert Participation.objects.unread_total(alice) == 1


class TestCost:
    @pytest.fixture(params=[10, 1_000])
    def full_inbox(self, request, alice, bob):
        """So many conversations of Alice and Bob, each with one message that she hasn't read."""
        size = request.param
        conversations = Conversation.objects.bulk_create(
            Conversation(
                kind="group", last_number=1, revision=2, members_key=str(number), title=str(number)
            )
            for number in range(size)
        )
        Message.objects.bulk_create(
            Message(conversation=conversation, number=1, sender=bob, body="Hello", sent_at=NOW)
            for conversation in conversations
        )
        latest = Message.objects.filter(conversation=OuterRef("pk")).values("pk")
        Conversation.objects.update(latest_message=Subquery(latest[:1]))
        Participation.objects.bulk_create(
            Participation(
                conversation=conversation,
                user=user,
                last_read_number=0 if user == alice else 1,
                first_unread_number=1 if user == alice else None,
                last_activity_at=NOW + timedelta(seconds=number),
                changed_at=NOW,
            )
            for number, conversation in enumerate(conversations)
            for user in (alice, bob)
        )
        return size

    def test_it_costs_the_same_in_any_inbox(
        self, alice, bob, full_inbox, django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            page = list(Participation.objects.inbox_for(alice).with_unread_count()[:20])
            shown = [
                (place.conversation.title, place.conversation.latest_message.sender.username)
                for place in page
            ]
            unread = [place.unread_count for place in page]
        with django_assert_num_queries(1):
            alices_total = Participation.objects.unread_total(alice)
        with django_assert_num_queries(1):
            bobs_total = Participation.objects.unread_total(bob)
        with django_assert_num_queries(9):
            page[0].read()

        last = range(full_inbox - 1, max(full_inbox - 21, -1), -1)
        assert shown == [(str(number), "bob") for number in last]
        assert set(unread) == {1}
        assert (alices_total, bobs_total) == (min(full_inbox, 100), 0)
        unread = Participation.objects.filter(first_unread_number__gt=F("last_read_number"))
        assert unread.count() == full_inbox - 1
