"""Invitations, where people are asked before they take part in a group."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation, Message, Participation
from talk.moderation import suspend
from talk.privacy import erase

from .acting import group, inbox, participation_of, private, refused, say, story, visible

pytestmark = pytest.mark.django_db

Status = Participation.Status


@pytest.fixture(autouse=True)
def they_are_asked(settings):
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}


@pytest.fixture
def ours(alice, bob):
    """Alice's group, with Bob, who was asked and accepted, and a few words."""
    conversation = group(alice, bob, title="Ours")
    participation_of(bob, conversation).accept()
    for body in ("one", "two"):
        say(alice, conversation, body)
    return conversation


def status(user, conversation):
    return participation_of(user, conversation).status


def invitations(user):
    places = Participation.objects.invitations_of(user)
    return [(place.conversation, place.invited_by) for place in places]


def test_who_is_named_at_the_start_is_asked(alice, bob, carol):
    conversation = group(alice, bob, carol)

    assert [status(user, conversation) for user in (alice, bob, carol)] == [
        Status.ACTIVE,
        Status.INVITED,
        Status.INVITED,
    ]
    assert invitations(bob) == [(conversation, alice)]
    assert (inbox(alice), inbox(bob)) == ([conversation], [])


def test_who_is_asked_reads_nothing_and_says_nothing(ours, bob, carol, dave):
    participation_of(bob, ours).invite([carol])

    assert visible(carol, ours) == []
    assert participation_of(carol, ours).left_at_title == "Ours"
    for act in (
        lambda: say(carol, ours),
        lambda: participation_of(carol, ours).read(),
        lambda: participation_of(carol, ours).invite([dave]),
        lambda: participation_of(carol, ours).leave(),
    ):
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            act()
    assert story(ours) == ["joined", "text", "text"], "the others are not told in words"


def test_who_accepts_is_in_with_all_the_history(ours, bob, carol):
    participation_of(bob, ours).invite([carol])
    place = participation_of(carol, ours)

    place.accept()

    assert place.is_active
    assert visible(carol, ours) == ["one", "two"]
    assert (place.unread_count, place.left_at_number) == (0, None)
    joined = ours.messages.latest("number")
    assert (joined.kind, joined.sender, joined.subject) == ("joined", carol, carol)
    assert say(bob, ours)
    assert participation_of(carol, ours).unread_count == 1


def test_who_declines_has_seen_nothing_and_is_asked_again_by_owners_alone(ours, alice, bob, carol):
    participation_of(bob, ours).invite([carol])
    participation_of(carol, ours).decline()

    assert status(carol, ours) == Status.DECLINED
    assert (visible(carol, ours), invitations(carol)) == ([], [])
    with refused(RefusalCode.NOT_ALLOWED):
        participation_of(bob, ours).invite([carol])
    participation_of(alice, ours).invite([carol])
    assert invitations(carol) == [(ours, alice)]


def test_nobody_accepts_or_declines_what_they_are_not_asked(ours, alice, bob, carol):
    participation_of(bob, ours).invite([carol])
    participation_of(carol, ours).decline()

    for user in (alice, bob, carol):
        for act in (participation_of(user, ours).accept, participation_of(user, ours).decline):
            with refused(RefusalCode.NOT_INVITED):
                act()


def test_asking_twice_is_asking_once(ours, alice, bob, carol):
    participation_of(bob, ours).invite([carol])
    ours.refresh_from_db()
    revision = ours.revision

    participation_of(alice, ours).invite([carol])

    ours.refresh_from_db()
    assert (ours.revision, invitations(carol)) == (revision, [(ours, bob)])


def test_who_left_is_asked_again_and_keeps_what_they_had(ours, alice, bob):
    participation_of(bob, ours).leave()
    say(alice, ours, "three")
    participation_of(bob, ours).reinstate(by=participation_of(alice, ours))

    assert status(bob, ours) == Status.INVITED
    assert visible(bob, ours) == ["one", "two"]
    participation_of(bob, ours).accept()
    assert visible(bob, ours) == ["one", "two", "three"]
    assert participation_of(bob, ours).unread_count == 3
    assert story(ours)[-1] == "reinstated"


def test_who_was_removed_is_asked_by_owners_and_admins_alone(ours, alice, bob, carol):
    participation_of(bob, ours).invite([carol])
    participation_of(carol, ours).accept()
    participation_of(carol, ours).remove(by=participation_of(alice, ours))

    with refused(RefusalCode.NOT_ALLOWED):
        participation_of(bob, ours).invite([carol])
    participation_of(alice, ours).invite([carol])
    assert status(carol, ours) == Status.INVITED


def test_an_invitation_can_be_taken_back(ours, alice, bob, carol):
    participation_of(bob, ours).invite([carol])

    with refused(RefusalCode.NOT_ALLOWED):
        participation_of(carol, ours).remove(by=participation_of(bob, ours))
    participation_of(carol, ours).remove(by=participation_of(alice, ours))

    assert invitations(carol) == []
    with refused(RefusalCode.NOT_INVITED):
        participation_of(carol, ours).accept()


def test_the_project_itself_asks_nobody(ours, carol, dave, alice):
    ours.add_participants([carol])
    participation_of(alice, ours).invite([dave])
    ours.add_participants([dave])

    assert {status(carol, ours), status(dave, ours)} == {Status.ACTIVE}


def test_messages_to_the_same_people_find_the_group_they_were_asked_to(alice, bob, carol):
    first = Message.send_to_users("one", alice, [bob, carol])
    participation_of(bob, first.conversation).accept()
    second = Message.send_to_users("two", bob, [carol, alice])

    assert first.conversation == second.conversation
    participation_of(carol, first.conversation).decline()
    third = Message.send_to_users("three", alice, [bob, carol])
    assert third.conversation != first.conversation


def test_a_group_that_its_owner_left_goes_to_who_comes(alice, bob, carol):
    conversation = group(alice, bob, carol)
    participation_of(alice, conversation).leave()
    participation_of(bob, conversation).accept()

    assert participation_of(bob, conversation).role == "owner"


def test_as_many_are_asked_as_may_be_in_it(alice, bob, carol, settings, ours):
    settings.TALK = {**settings.TALK, "MAX_PARTICIPANTS": 2}

    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        participation_of(bob, ours).invite([carol])


def test_in_private_nobody_is_asked(alice, bob):
    assert status(bob, private(alice, bob)) == Status.ACTIVE


def test_an_upgrade_asks_everybody_but_who_does_it(alice, bob, carol):
    conversation = participation_of(alice, private(alice, bob)).invite([carol])

    assert Conversation.objects.get(pk=conversation.pk).upgraded_from
    assert [status(user, conversation) for user in (alice, bob, carol)] == [
        Status.ACTIVE,
        Status.INVITED,
        Status.INVITED,
    ]


def test_who_is_only_asked_does_nothing_there_and_writes_elsewhere(alice, bob, carol):
    asked = group(alice, bob, carol)
    pair = private(alice, bob)

    led = participation_of(bob, pair).invite([carol])
    sent = Message.send_to_users("Hello", bob, [alice, carol])

    assert led == sent.conversation != asked
    asked.refresh_from_db()
    assert (asked.upgraded_from, asked.last_number) == (None, 0)


def test_what_a_blocked_person_asked_is_declined(ours, bob, carol):
    participation_of(bob, ours).invite([carol])

    Block.objects.block(carol, bob)

    assert invitations(carol) == []
    assert status(carol, ours) == Status.DECLINED


def test_an_heir_can_act(alice, bob, carol, erin):
    conversation = group(alice, bob, carol)
    for user in (bob, carol):
        participation_of(user, conversation).accept()
    suspend(participation_of(bob, conversation), erin, "rude")
    participation_of(alice, conversation).leave()

    assert participation_of(carol, conversation).role == "owner"


@pytest.mark.parametrize("is_erased", [False, True])
def test_an_invited_person_whose_account_is_gone_has_declined(ours, bob, carol, is_erased):
    participation_of(bob, ours).invite([carol])
    before = story(ours)

    if is_erased:
        erase(carol, "She asked for it.")
    else:
        carol.delete()

    assert story(ours) == before, "nobody left: they were never in it"
    assert not ours.participations.filter(status=Status.INVITED).exists()
    assert ours.events.order_by("revision").last().kind == "participant_declined"
