"""Inviting people from a private conversation starts a group beside it."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation
from talk.privacy import erase

from .acting import (
    crowd,
    everything,
    group,
    inbox,
    participation_of,
    private,
    refused,
    say,
    story,
    visible,
)


def test_naming_new_people_starts_a_group_beside_it(alice, bob, carol):
    """A private conversation can be upgraded into a group: naming new people in a private
    conversation leaves it exactly as it is, unread counts included, and starts (or finds, by
    rule 3) the group of all of them, without its history. The two are linked (`upgraded_from`),
    and the result says that another conversation answered."""
    pair = private(alice, bob)
    say(bob, pair, "A secret")
    before = Conversation.objects.filter(pk=pair.pk).values().get()
    places = list(pair.participations.order_by("pk").values())
    assert participation_of(alice, pair).unread_count == 1, "for its staying to mean anything"

    message = participation_of(alice, pair).send("Meet Carol", invite=[carol])

    assert Conversation.objects.filter(pk=pair.pk).values().get() == before
    assert list(pair.participations.order_by("pk").values()) == places
    answered = message.conversation
    assert answered != pair
    assert not answered.is_private
    assert answered.upgraded_from == pair
    assert list(pair.upgraded_to.all()) == [answered]
    assert {place.user for place in answered.participations.all()} == {alice, bob, carol}
    for person in (alice, bob, carol):
        assert visible(person, answered) == ["Meet Carol"]


def test_it_is_found_the_next_time(alice, bob, carol):
    pair = private(alice, bob)
    first = participation_of(alice, pair).send("One", invite=[carol])

    second = participation_of(bob, pair).send("Two", invite=[carol])

    assert second.conversation == first.conversation
    assert story(first.conversation) == ["upgraded", "text", "text"]


def test_a_group_that_was_there_is_found_and_linked(alice, bob, carol):
    there = group(alice, bob, carol, title="Lunch")
    pair = private(alice, bob)

    found = participation_of(bob, pair).invite([carol])

    assert found == there
    assert found.upgraded_from == pair
    assert found.title == "Lunch"


def test_a_group_is_linked_to_the_first_that_it_comes_from(alice, bob, carol):
    first, second = private(alice, bob), private(alice, carol)
    conversation = participation_of(alice, first).invite([carol])

    assert participation_of(alice, second).invite([bob]) == conversation

    conversation.refresh_from_db()
    assert conversation.upgraded_from == first


def test_who_upgrades_owns_the_group(alice, bob, carol):
    conversation = participation_of(bob, private(alice, bob)).invite([carol])

    assert participation_of(bob, conversation).role == "owner"
    assert participation_of(alice, conversation).role == "member"


def test_the_upgrade_is_told_but_waits_for_nobody(alice, bob, carol):
    conversation = participation_of(alice, private(alice, bob)).invite([carol])

    assert story(conversation) == ["upgraded"]
    assert participation_of(bob, conversation).unread_count == 0


def test_naming_only_who_is_in_it_already_stays_in_it(alice, bob):
    pair = private(alice, bob)

    message = participation_of(alice, pair).send("Still us", invite=[bob, alice])

    assert message.conversation == pair
    assert Conversation.objects.count() == 1


def test_naming_nobody_is_no_upgrade(alice, bob):
    pair = private(alice, bob)
    before = everything()

    assert participation_of(alice, pair).invite([]) == pair

    assert everything() == before


def test_the_link_stays_when_the_group_changes(alice, bob, carol, dave):
    pair = private(alice, bob)
    conversation = participation_of(alice, pair).invite([carol])

    participation_of(alice, conversation).rename("Three")
    participation_of(carol, conversation).invite([dave])

    conversation.refresh_from_db()
    assert conversation.upgraded_from == pair


def test_the_newcomer_does_not_get_into_the_private_one(alice, bob, carol):
    pair = private(alice, bob)
    participation_of(alice, pair).invite([carol])

    with refused(RefusalCode.NOT_A_PARTICIPANT):
        pair.participation_of(carol)
    assert pair not in inbox(carol)


def test_an_upgrade_that_is_too_large_is_none(alice, bob, carol, dave, settings):
    settings.TALK = {"MAX_PARTICIPANTS": 3}
    pair = private(alice, bob)

    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        participation_of(alice, pair).invite([carol, dave])

    assert not participation_of(alice, pair).invite([carol]).is_private


def test_an_upgrade_to_1001_is_none(alice, bob):
    pair = private(alice, bob)

    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        participation_of(alice, pair).invite(crowd(999))


def test_a_message_that_is_refused_upgrades_nothing(alice, bob, carol):
    pair = private(alice, bob)

    with refused(RefusalCode.EMPTY_BODY, "body"):
        participation_of(alice, pair).send(" ", invite=[carol])


def test_an_upgrade_that_somebody_else_was_faster_with_is_not_repeated(
    alice, bob, carol, monkeypatch
):
    pair = private(alice, bob)
    among = type(Conversation.objects).among

    def slowly(self, *people):
        found = among(self, *people)
        monkeypatch.undo()
        participation_of(bob, pair).invite([carol])
        return found

    monkeypatch.setattr(type(Conversation.objects), "among", slowly)

    found = participation_of(alice, pair).invite([carol])

    assert found.upgraded_from == pair
    assert story(found) == ["upgraded"]


@pytest.mark.parametrize("is_there_already", [True, False])
def test_who_is_blocked_starts_no_group_from_the_private_conversation(
    alice, bob, carol, is_there_already
):
    """Also if a group of all these people is there already."""
    pair = private(alice, bob)
    if is_there_already:
        group(alice, bob, carol)
    Block.objects.block(bob, alice)

    with refused(RefusalCode.NOT_REACHABLE):
        participation_of(alice, pair).invite([carol])


def test_from_the_private_conversation_with_an_erased_account_no_group_starts(alice, bob, carol):
    pair = private(alice, bob)
    erase(bob, "asked")

    with refused(RefusalCode.UNKNOWN_USER):
        participation_of(alice, pair).invite([carol])
    assert not Conversation.objects.filter(upgraded_from=pair).exists()
