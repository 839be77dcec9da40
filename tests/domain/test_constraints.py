"""Constraints of the database, which hold whatever code writes to it."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from talk.models import Conversation, Event, Message, Participation

from .acting import group, private, say


@pytest.fixture
def conversation(alice, bob):
    conversation = group(alice, bob)
    say(alice, conversation)
    return conversation


def refuse(queryset, **values):
    """The database does not take `values` for the one row there is, and takes its own again."""
    row = queryset.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        queryset.update(**values)
    queryset.update(**{name: getattr(row, name) for name in values})


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Us"},
        {"pair": None},
        {"kind": "group"},
        {"kind": "crowd"},
        {"last_number": -1},
        {"revision": -1},
    ],
)
def test_a_private_conversation_has_a_pair_and_no_title(alice, bob, values):
    refuse(Conversation.objects.filter(pk=private(alice, bob).pk), **values)


@pytest.mark.parametrize("values", [{"pair": "1:2"}, {"kind": "private"}, {"kind": ""}])
def test_a_group_has_no_pair(conversation, values):
    refuse(Conversation.objects.filter(pk=conversation.pk), **values)


@pytest.mark.parametrize("values", [{"number": 0}, {"number": -1}, {"body": ""}])
def test_a_message_has_a_number_and_words(conversation, values):
    refuse(conversation.messages.all(), **values)


@pytest.mark.parametrize(
    ("reply_to", "root"),
    [(None, 1), (1, None), (1, 0), (1, 2), (2, 1), (2, 2), (3, 1), (-1, -1)],
)
def test_a_reply_is_to_an_earlier_message_and_its_branch_began_no_later(
    alice, conversation, reply_to, root
):
    say(alice, conversation)
    second = conversation.messages.filter(number=2)

    refuse(second, reply_to=reply_to, root=root)
    assert second.update(reply_to=1, root=1)


def test_what_happened_may_have_no_words(conversation):
    conversation.messages.update(kind=Message.Kind.JOINED, body="")


def test_a_number_is_given_once_in_a_conversation(alice, bob, conversation):
    row = {"number": 1, "sender": bob, "body": "Again"}

    Message.objects.create(conversation=private(alice, bob), **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(conversation=conversation, **row)


def test_a_client_id_is_used_once_by_a_sender(alice, bob, conversation):
    row = {"conversation": conversation, "body": "Hello", "client_id": uuid.uuid4()}

    Message.objects.create(number=2, sender=alice, **row)
    Message.objects.create(number=3, sender=bob, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(number=4, sender=bob, **row)


@pytest.mark.parametrize(
    "values",
    [
        {"left_at": timezone.now()},
        {"left_at_number": 1},
        {"status": "left"},
        {"status": "removed", "left_at": timezone.now()},
        {"status": "left", "left_at_number": 1},
        {"last_read_number": 1},
        {"first_unread_number": 0},
        {"last_read_number": -1},
    ],
)
def test_a_participation_agrees_with_itself(bob, conversation, values):
    place = conversation.participations.filter(user=bob)
    assert place.get().first_unread_number == 1, "for reading past it to mean anything"

    refuse(place, **values)


def test_who_left_has_left_at_a_time_and_a_number(bob, conversation):
    place = conversation.participations.filter(user=bob)

    assert place.update(status="left", left_at=timezone.now(), left_at_number=1)


def test_a_person_takes_part_once(alice, bob, carol, conversation):
    now = timezone.now()
    row = {"conversation": conversation, "last_activity_at": now, "changed_at": now}

    Participation.objects.create(user=carol, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.create(user=carol, **row)


def test_a_revision_is_given_once_and_from_one(conversation):
    kind = Event.Kind.CONVERSATION_STARTED

    Event.objects.create(conversation=conversation, revision=99, kind=kind)
    for revision in (99, 0):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.create(conversation=conversation, revision=revision, kind=kind)
