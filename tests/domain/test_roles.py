"""Roles in a group, and who becomes its owner when the owner leaves."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Event, Participation

from .acting import everything, group, participation_of, refused, story

OWNER, ADMIN, MEMBER = Participation.Role.OWNER, Participation.Role.ADMIN, Participation.Role.MEMBER


@pytest.fixture
def conversation(alice, bob, carol, dave):
    """Alice's, with Bob, Carol and Dave."""
    return group(alice, bob, carol, dave)


@pytest.fixture
def give(conversation):
    """`give(bob, ADMIN, by=alice)`; without `by` the project does it."""

    def give(person, role, by=None):
        by = by and participation_of(by, conversation)
        participation_of(person, conversation).change_role(role, by=by)

    return give


@pytest.fixture
def roles(conversation):
    """Who has which role now, of those who are here."""
    return lambda: {place.user: place.role for place in conversation.participations.active()}


def test_owners_give_any_role(alice, bob, carol, give, roles):
    give(bob, OWNER, by=alice)
    give(carol, ADMIN, by=bob)
    give(alice, MEMBER, by=bob)

    now = roles()
    assert (now[alice], now[bob], now[carol]) == (MEMBER, OWNER, ADMIN)


def test_admins_make_admins_of_members(alice, bob, carol, give, roles):
    give(bob, ADMIN)

    give(carol, ADMIN, by=bob)

    assert roles()[carol] == ADMIN
    with refused(RefusalCode.NOT_ALLOWED):
        give(carol, MEMBER, by=bob)
    with refused(RefusalCode.NOT_ALLOWED):
        give(alice, MEMBER, by=bob)


def test_nobody_makes_themselves_or_others_more_than_they_are(bob, carol, dave, give):
    give(bob, ADMIN)

    for person, role, by in ((dave, OWNER, bob), (bob, OWNER, bob), (carol, ADMIN, dave)):
        with refused(RefusalCode.NOT_ALLOWED):
            give(person, role, by=by)
    with refused(RefusalCode.NOT_ALLOWED):
        give(dave, ADMIN, by=dave)


def test_an_owner_of_another_group_has_no_say(alice, bob, conversation):
    elsewhere = group(bob, alice)

    with refused(RefusalCode.NOT_A_PARTICIPANT):
        participation_of(bob, conversation).change_role(OWNER, by=participation_of(bob, elsewhere))


def test_who_left_has_no_say_and_no_role(alice, bob, conversation, give):
    give(bob, OWNER)
    participation_of(alice, conversation).leave()

    with refused(RefusalCode.NOT_A_PARTICIPANT):
        give(bob, MEMBER, by=alice)
    with refused(RefusalCode.NOT_A_MEMBER):
        give(alice, ADMIN, by=bob)


def test_the_last_owner_stays_one(alice, bob, give, roles):
    with refused(RefusalCode.LAST_OWNER):
        give(alice, MEMBER, by=alice)
    with refused(RefusalCode.LAST_OWNER):
        give(alice, ADMIN)

    give(bob, OWNER, by=alice)
    give(alice, MEMBER, by=alice)

    assert roles()[alice] == MEMBER


def test_the_same_role_again_is_no_news(alice, bob, give):
    before = everything()

    give(bob, MEMBER, by=alice)

    assert everything() == before


def test_a_new_role_is_an_event_but_no_message(alice, bob, conversation, give):
    give(bob, ADMIN, by=alice)

    event = Event.objects.filter(conversation=conversation).latest("revision")
    assert event.kind == Event.Kind.PARTICIPANT_ROLE_CHANGED
    assert (event.actor, event.participation) == (alice, participation_of(bob, conversation))
    assert story(conversation) == []


class TestSuccession:
    def test_the_longest_standing_member_becomes_owner(self, alice, bob, carol, conversation):
        participation_of(bob, conversation).leave()
        participation_of(bob, conversation).reinstate(by=participation_of(carol, conversation))

        participation_of(alice, conversation).leave()

        assert participation_of(carol, conversation).role == OWNER, "Bob has been away"
        assert participation_of(bob, conversation).role == MEMBER

    def test_admins_come_first(self, alice, bob, dave, conversation, give, roles):
        give(dave, ADMIN)

        participation_of(alice, conversation).leave()

        now = roles()
        assert (now[dave], now[bob]) == (OWNER, MEMBER)

    def test_nobody_inherits_while_there_is_an_owner(self, alice, bob, carol, conversation, give):
        give(carol, OWNER)

        participation_of(alice, conversation).leave()

        assert participation_of(bob, conversation).role == MEMBER

    def test_also_when_the_owner_was_removed(self, alice, bob, conversation):
        participation_of(alice, conversation).remove()

        assert participation_of(bob, conversation).role == OWNER

    def test_it_is_an_event_after_the_leaving(self, alice, bob, conversation):
        participation_of(alice, conversation).leave()

        left, heir = Event.objects.after(conversation, 1)
        assert (left.kind, left.participation.user) == ("participant_left", alice)
        assert (heir.kind, heir.participation.user) == ("participant_role_changed", bob)
        assert participation_of(alice, conversation).last_visible_revision == left.revision

    def test_who_is_let_into_an_empty_group_owns_it(self, alice, bob):
        conversation = group(alice, bob)
        participation_of(alice, conversation).leave()
        participation_of(bob, conversation).leave()

        participation_of(alice, conversation).reinstate()

        assert participation_of(alice, conversation).role == OWNER
