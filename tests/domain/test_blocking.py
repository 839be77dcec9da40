"""Blocking: a person reads no more of the people whom they blocked."""

import pytest
from django.db import IntegrityError, transaction

from talk.exceptions import RefusalCode
from talk.models import Block, Message, Participation

from .acting import group, inbox, participation_of, private, refused, say, visible

pytestmark = pytest.mark.django_db


@pytest.fixture
def block(alice, bob):
    """Alice blocks Bob."""

    def block():
        return Block.objects.block(alice, bob)

    return block


def unread(user):
    """What waits for somebody: in each conversation of their inbox, and in all of it."""
    places = Participation.objects.inbox_for(user).with_unread_count()
    counts = [place.unread_count for place in places]
    assert Participation.objects.unread_total(user) == sum(counts)
    return counts


class TestReach:
    def test_they_can_not_start_to_talk_with_who_blocked_them(self, block, alice, bob, carol):
        block()

        with refused(RefusalCode.NOT_REACHABLE):
            private(bob, alice)
        with refused(RefusalCode.NOT_REACHABLE):
            Message.send_to_users("Hello", bob, [alice])
        with refused(RefusalCode.NOT_REACHABLE):
            group(bob, alice, carol)

    def test_they_can_not_go_on_in_private(self, block, alice, bob):
        conversation = private(alice, bob)
        say(bob, conversation, "before")
        block()

        with refused(RefusalCode.NOT_REACHABLE):
            say(bob, conversation)
        with refused(RefusalCode.NOT_REACHABLE):
            Message.send_to_users("Hello", bob, [alice])
        assert visible(bob, conversation) == ["before"]

    def test_they_can_not_take_them_in_or_bring_them_back(self, block, alice, bob, carol, dave):
        ours, pair = group(bob, carol), private(bob, carol)
        theirs = group(bob, alice, carol)
        participation_of(alice, theirs).leave()
        block()

        with refused(RefusalCode.NOT_REACHABLE):
            participation_of(bob, ours).invite([dave, alice])
        with refused(RefusalCode.NOT_REACHABLE):
            participation_of(bob, theirs).invite([alice])
        with refused(RefusalCode.NOT_REACHABLE):
            participation_of(alice, theirs).reinstate(by=participation_of(bob, theirs))
        with refused(RefusalCode.NOT_REACHABLE):
            participation_of(bob, pair).invite([alice])

    def test_others_can_take_both_into_a_group_where_both_write(self, block, alice, bob, carol):
        block()
        ours = group(carol, alice, bob)

        assert say(bob, ours).number == 1
        assert participation_of(alice, group(carol, bob).add_participants([alice])).is_active

    def test_who_blocked_can_write_to_them(self, block, alice, bob):
        block()

        message = Message.send_to_users("Stop that.", alice, [bob])

        assert visible(bob, message.conversation) == ["Stop that."]

    def test_it_ends_with_the_block(self, block, alice, bob):
        block()
        Block.objects.unblock(alice, bob)

        assert Message.send_to_users("Sorry", bob, [alice]).number == 1

    def test_nobody_blocks_themselves(self, alice):
        with refused(RefusalCode.CANNOT_BLOCK_YOURSELF):
            Block.objects.block(alice, alice)
        with pytest.raises(IntegrityError), transaction.atomic():
            Block.objects.create(blocker=alice, blocked=alice)

    def test_twice_is_once(self, block, alice, bob):
        assert block() == block()
        Block.objects.unblock(alice, bob)
        Block.objects.unblock(alice, bob)

        assert not Block.objects.exists()


class TestUnread:
    """Nothing waits for somebody that is hidden from them."""

    def test_what_is_said_after_it_does_not_wait(self, block, alice, bob, carol):
        ours = group(carol, alice, bob)
        block()

        say(bob, ours)
        assert (unread(alice), unread(carol)) == ([0], [1])
        assert participation_of(alice, ours).first_unread_number is None

        heard = say(carol, ours)
        say(bob, ours)
        assert unread(alice) == [1]
        assert participation_of(alice, ours).first_unread_number == heard.number

    def test_what_was_said_before_waits_no_more(self, block, alice, bob, carol):
        ours, theirs = group(carol, alice, bob), private(alice, bob)
        for sender in (bob, carol, bob):
            say(sender, ours)
        say(bob, theirs)
        assert unread(alice) == [1, 3]

        block()

        assert unread(alice) == [0, 1]
        assert participation_of(alice, ours).first_unread_number == 2
        assert unread(carol) == [2]

    def test_it_waits_again_once_the_block_is_over(self, block, alice, bob, carol):
        ours = group(carol, alice, bob)
        say(bob, ours)
        participation_of(alice, ours).read()
        block()
        said = say(bob, ours)

        Block.objects.unblock(alice, bob)

        assert unread(alice) == [1]
        assert participation_of(alice, ours).first_unread_number == said.number

    def test_who_replies_has_read_what_is_hidden(self, block, alice, bob, carol):
        ours = group(carol, alice, bob)
        block()
        say(bob, ours)
        say(alice, ours)

        Block.objects.unblock(alice, bob)

        assert unread(alice) == [0]

    def test_who_left_gets_nothing_that_came_after(self, block, alice, bob, carol):
        ours = group(carol, alice, bob)
        block()
        hidden = say(bob, ours)
        participation_of(alice, ours).leave()
        say(bob, ours)

        Block.objects.unblock(alice, bob)

        assert participation_of(alice, ours).first_unread_number == hidden.number
        assert participation_of(alice, ours).unread_count == 1

    def test_the_order_of_the_inbox_is_everybodys(self, block, alice, bob, carol):
        ours = group(carol, alice, bob)
        other = group(carol, alice)
        block()

        say(bob, ours)

        assert inbox(alice) == [ours, other]

    def test_it_costs_the_same_for_many_conversations(
        self, alice, bob, carol, django_assert_num_queries
    ):
        for blocked, conversations in ((bob, 1), (carol, 30)):
            for _ in range(conversations):
                say(blocked, group(blocked, alice))
            with django_assert_num_queries(10):
                Block.objects.block(alice, blocked)
