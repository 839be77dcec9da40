"""Private conversations of two people."""

import pytest
from django.db import IntegrityError, transaction

from talk.exceptions import RefusalCode
from talk.models import Conversation, Participation
from talk.models.conversation import ConversationQuerySet

from .acting import inbox, participation_of, private, refused, say


def test_there_is_one_per_pair(alice, bob):
    """A private conversation can be started between two users. There is one per pair, held by a
    unique constraint on a canonical pair key, not by a look-up before an insert."""
    started = Conversation.objects.between(alice, bob)

    assert Conversation.objects.between(bob, alice) == started
    assert Conversation.objects.between(alice, bob) == started
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(kind=Conversation.Kind.PRIVATE, pair=started.pair)
    assert Conversation.objects.count() == 1


def test_a_look_up_that_finds_nothing_yet_does_not_make_a_second_one(alice, bob, monkeypatch):
    started = Conversation.objects.between(alice, bob)
    before = started.revision

    monkeypatch.setattr(ConversationQuerySet, "first", lambda self: None)
    found = Conversation.objects.between(bob, alice)

    assert found == started
    assert found.revision == before
    assert found.participations.count() == 2


def test_it_has_both_as_members_and_nobody_as_owner(alice, bob):
    conversation = private(alice, bob)

    assert conversation.is_private
    places = conversation.participations.all()
    assert {place.user for place in places} == {alice, bob}
    assert {place.role for place in places} == {Participation.Role.MEMBER}
    assert inbox(alice) == inbox(bob) == [conversation]
    assert conversation.last_number == 0
    assert conversation.revision == 1


def test_each_pair_has_its_own(alice, bob, carol):
    conversations = {private(alice, bob), private(alice, carol), private(bob, carol)}

    assert len(conversations) == 3


def test_a_member_cannot_leave_it(alice, bob):
    """A member cannot leave a private conversation: a clear error, not a silent nothing."""
    conversation = private(alice, bob)

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        participation_of(alice, conversation).leave()

    say(bob, conversation)
    assert inbox(alice) == [conversation]


def test_nobody_is_removed_from_it(alice, bob):
    conversation = private(alice, bob)

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        participation_of(bob, conversation).remove(by=participation_of(alice, conversation))
    with refused(RefusalCode.PRIVATE_CONVERSATION):
        participation_of(bob, conversation).remove()


def test_nobody_is_reinstated_into_it(alice, bob):
    conversation = private(alice, bob)

    with refused(RefusalCode.ALREADY_ACTIVE):
        participation_of(bob, conversation).reinstate(by=participation_of(alice, conversation))


def test_it_has_no_roles(alice, bob):
    conversation = private(alice, bob)

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        participation_of(bob, conversation).change_role(Participation.Role.OWNER)


def test_it_has_no_title(alice, bob):
    with refused(RefusalCode.PRIVATE_CONVERSATION, "title"):
        Conversation.objects.start_private(alice, [bob], title="Us")
    conversation = Conversation.objects.start_private(alice, [bob], title="  ")
    with refused(RefusalCode.PRIVATE_CONVERSATION):
        participation_of(alice, conversation).rename("Us")


def test_it_has_two_people(alice, bob, carol):
    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        Conversation.objects.start_private(alice, [bob, carol])

    assert Conversation.objects.start_private(alice, [alice, bob, bob]) == private(alice, bob)


def test_nobody_has_one_with_themselves(alice):
    with refused(RefusalCode.NO_RECIPIENTS):
        Conversation.objects.between(alice, alice)


def test_the_project_takes_nobody_into_it(alice, bob, carol):
    conversation = private(alice, bob)

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        conversation.add_participants([carol])
