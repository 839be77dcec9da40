"""Defects of the app that Talk replaces, which Talk does not have."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message
from talk.models.conversation import ConversationQuerySet

from .acting import crowd, group, participation_of, private, refused, say, visible


def test_a_message_does_not_land_where_somebody_else_has_joined(alice, bob, carol, dave):
    there = Message.send_to_users("For three", alice, [bob, carol]).conversation
    assert Message.send_to_users("Again", alice, [bob, carol]).conversation == there
    participation_of(bob, there).invite([dave])

    message = Message.send_to_users("Not for Dave", alice, [bob, carol])

    assert message.conversation != there
    assert "Not for Dave" not in visible(dave, there)


def test_a_group_that_two_are_left_in_is_still_a_group(alice, bob, carol):
    there = group(alice, bob, carol)
    participation_of(carol, there).leave()
    assert there.participations.active().count() == 2

    assert participation_of(alice, there).invite([carol]) == there
    participation_of(bob, there).leave()

    there.refresh_from_db()
    assert not there.is_private


def test_who_left_can_write_to_the_same_people(alice, bob, carol):
    there = group(alice, bob, carol)
    participation_of(carol, there).leave()

    message = Message.send_to_users("A new start", carol, [alice, bob])

    assert message.conversation != there
    assert visible(alice, message.conversation) == ["A new start"]
    assert Message.send_to_users("Me too", bob, [alice, carol]).conversation == message.conversation


def test_two_first_messages_at_once_make_one_conversation(alice, bob, monkeypatch):
    """Neither finds the other's; that they wait for each other is tested with threads."""
    first = Message.send_to_users("Hello", alice, [bob])

    with monkeypatch.context() as patch:
        patch.setattr(ConversationQuerySet, "first", lambda self: None)
        second = Conversation.objects.between(bob, alice)

    assert second == first.conversation
    assert Message.send_to_users("And now?", bob, [alice]).conversation == second


@pytest.mark.parametrize("verb", ["leave", "revoke"])
def test_a_forbidden_leave_is_not_silent(alice, bob, verb):
    place = participation_of(alice, private(alice, bob))

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        getattr(place, verb)()


def test_the_query_that_finds_a_group_does_not_grow_with_its_members(alice):
    people = crowd(100)

    def cost(size):
        others = people[:size]
        group(alice, *others)
        with CaptureQueriesContext(connection) as queries:
            Message.send_to_users("Hello", alice, others)
        return len(queries), sum(query["sql"].count("JOIN") for query in queries)

    assert cost(2) == cost(100)


def test_writing_where_one_is_does_not_need_the_others(alice, bob, carol):
    there = group(alice, bob, carol)
    for each in (bob, carol):
        participation_of(each, there).leave()

    assert say(alice, there, "Anybody?").conversation == there
