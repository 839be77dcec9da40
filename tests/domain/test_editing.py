"""Editing: who may change which words, until when, and what follows from it."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Event, Message

from .acting import everything, group, participation_of, refused, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


def edit(user, message, body="New words"):
    return participation_of(user, message.conversation).edit(now(message), body)


def now(message):
    return Message.objects.get(pk=message.pk)


def earlier(message):
    return list(message.edits.order_by("until").values_list("body", flat=True))


def test_who_said_it_edits_it_and_it_keeps_its_place(harbour, alice):
    said = say(alice, harbour, "Old words")

    edited = edit(alice, said, "  New words ")

    assert now(said).body == edited.body == "New words"
    assert (edited.number, edited.sent_at, edited.sender) == (said.number, said.sent_at, alice)
    assert now(said).edited_at == edited.edited_at > said.sent_at
    assert earlier(said) == ["Old words"]
    assert said.edits.get().until == edited.edited_at


def test_an_edit_is_one_change_that_names_the_message_and_its_author(harbour, alice):
    said = say(alice, harbour)
    before = Event.objects.filter(conversation=harbour).count()

    edited = edit(alice, said)

    last = Event.objects.filter(conversation=harbour).latest("revision")
    assert Event.objects.filter(conversation=harbour).count() == before + 1
    assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_EDITED, alice, said)
    assert last.participation == participation_of(alice, harbour)
    assert now(said).revision == edited.revision == last.revision


def test_nobody_else_edits_it_whatever_their_role(harbour, alice, bob):
    said = say(bob, harbour)

    with refused(RefusalCode.NOT_YOURS, "message"):
        edit(alice, said)


def test_the_same_words_again_are_no_change(harbour, alice):
    said = say(alice, harbour, "Old words")

    before = everything()
    edited = edit(alice, said, " Old words\n")

    assert everything() == before
    assert edited.edited_at is None
    assert earlier(said) == []
