"""Erasing a person erases the titles that they gave to groups, and no other titles."""

import pytest

from talk import privacy
from talk.models import Event, Participation

from .acting import group, participation_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(alice, bob, carol):
    return group(alice, bob, carol, title="Ours")


def titles(conversation):
    conversation.refresh_from_db()
    renamed = conversation.messages.filter(kind="renamed").order_by("number")
    return conversation.title, [(each.body, each.removed_as) for each in renamed]


def test_the_one_that_they_gave_at_the_start_is_gone(ours, alice, bob):
    before = participation_of(bob, ours).changed_at
    privacy.erase(alice, "She asked for it.")

    assert titles(ours) == ("", [])
    assert Event.objects.filter(conversation=ours, kind="conversation_renamed").exists()
    assert participation_of(bob, ours).changed_at > before, "it is told in their inbox"


def test_those_that_they_gave_later_are_gone(ours, alice, bob, carol):
    participation_of(bob, ours).change_role(Participation.Role.ADMIN)
    participation_of(bob, ours).rename("Bob's")
    participation_of(carol, ours).leave()
    participation_of(alice, ours).rename("Hers")
    assert participation_of(carol, ours).left_at_title == "Bob's"
    privacy.erase(alice, "She asked for it.")

    assert titles(ours) == ("", [("Bob's", ""), ("", "erased")])
    assert participation_of(carol, ours).left_at_title == "Bob's"


def test_what_others_gave_stays(ours, alice, bob, carol):
    participation_of(carol, ours).leave()
    participation_of(bob, ours).change_role(Participation.Role.ADMIN)
    participation_of(bob, ours).rename("Bob's")
    privacy.erase(alice, "She asked for it.")

    assert titles(ours) == ("Bob's", [("Bob's", "")])
    assert participation_of(carol, ours).left_at_title == "", "which was called Ours by Alice"


def test_in_a_group_that_another_started(alice, bob, carol):
    ours = group(bob, alice, carol, title="Bob's")
    participation_of(alice, ours).change_role(Participation.Role.ADMIN)
    participation_of(alice, ours).rename("Hers")
    participation_of(carol, ours).leave()
    privacy.erase(alice, "She asked for it.")

    assert titles(ours) == ("", [("", "erased")])
    assert participation_of(carol, ours).left_at_title == ""


def test_they_stay_with_the_words(ours, alice):
    participation_of(alice, ours).rename("Hers")
    privacy.erase(alice, "She asked for it.", keep_words=True)

    assert titles(ours) == ("Hers", [("Hers", "")])
