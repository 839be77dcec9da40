"""Group conversations."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message, Participation

from .acting import crowd, group, inbox, participation_of, private, refused, say, story, visible


@pytest.mark.parametrize("size", [2, 3, 1_000])
def test_a_group_has_any_number_of_people(alice, size):
    """A group conversation can be started between any number of users."""
    others = crowd(size - 1)

    conversation = Conversation.objects.start_group(alice, others)

    assert not conversation.is_private
    assert conversation.participations.active().count() == size
    assert inbox(others[-1]) == [conversation]


def test_who_starts_it_is_its_owner(alice, bob, carol):
    conversation = group(alice, bob, carol, title="Lunch")

    roles = {place.user: place.role for place in conversation.participations.all()}
    assert roles == {
        alice: Participation.Role.OWNER,
        bob: Participation.Role.MEMBER,
        carol: Participation.Role.MEMBER,
    }


def test_a_group_of_two_is_not_their_private_conversation(alice, bob):
    conversation = group(alice, bob)

    assert conversation != private(alice, bob)
    assert not conversation.is_private


def test_starting_one_on_purpose_starts_one_more(alice, bob, carol):
    assert group(alice, bob, carol) != group(alice, bob, carol)


def test_each_person_is_in_it_once(alice, bob):
    conversation = group(alice, bob, alice, bob)

    assert conversation.participations.count() == 2


def test_members_taken_in_later_inherit_its_history(alice, bob, carol):
    """A group can take in more members later; they inherit its whole history."""
    conversation = group(alice, bob)
    say(alice, conversation, "Before Carol")
    assert not conversation.participations.filter(user=carol).exists()

    participation_of(bob, conversation).invite([carol])

    assert visible(carol, conversation) == ["Before Carol"]
    place = participation_of(carol, conversation)
    assert (place.unread_count, place.first_unread_number) == (0, None)
    assert inbox(carol)[0] == conversation
    joined = conversation.messages.get(kind=Message.Kind.JOINED)
    assert (joined.sender, joined.subject) == (bob, carol)


def test_people_are_taken_in_in_the_order_in_which_they_are_named(alice, bob, carol, dave, erin):
    conversation = group(alice, bob, carol, dave)
    for each in (bob, carol):
        participation_of(each, conversation).leave()

    participation_of(alice, conversation).invite([erin, carol, bob])

    came = conversation.messages.filter(kind__in=["joined", "reinstated"]).order_by("number")
    assert [message.subject for message in came] == [carol, bob, erin]


def test_inviting_who_is_in_already_changes_nothing(alice, bob):
    conversation = group(alice, bob)

    participation_of(alice, conversation).invite([bob, alice])

    assert conversation.participations.count() == 2
    assert story(conversation) == []
    assert conversation.events.count() == 1


def test_the_project_takes_people_in(alice, bob, carol):
    conversation = group(alice, bob)

    assert conversation.add_participants([carol]) == conversation

    assert participation_of(carol, conversation).is_active
    assert conversation.messages.get().sender is None


def test_a_member_takes_people_in_on_whose_behalf_the_project_acts(alice, bob, carol, dave):
    conversation, another = group(alice, bob), group(alice, dave)

    assert (
        conversation.add_participants([carol], by=participation_of(bob, conversation))
        == conversation
    )
    assert conversation.messages.get().sender == bob

    with refused(RefusalCode.NOT_A_PARTICIPANT):
        conversation.add_participants([carol], by=participation_of(dave, another))


def test_who_is_not_in_it_invites_nobody(alice, bob, carol, dave):
    conversation = group(alice, bob, carol)
    carols = participation_of(carol, conversation)
    carols.leave()

    with refused(RefusalCode.NOT_A_PARTICIPANT):
        carols.invite([dave])


def test_there_are_at_most_a_thousand(alice):
    people = crowd(1_001)

    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        group(alice, *people[:1_000])

    conversation = group(alice, *people[:999])
    assert conversation.participations.count() == 1_000
    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        participation_of(alice, conversation).invite([people[999]])
    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        conversation.add_participants(people)


def test_who_left_makes_room(alice, bob, carol, dave, settings):
    settings.TALK = {"MAX_PARTICIPANTS": 3}
    conversation = group(alice, bob, carol)
    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        participation_of(alice, conversation).invite([dave])

    participation_of(carol, conversation).leave()
    participation_of(alice, conversation).invite([dave])

    with refused(RefusalCode.TOO_MANY_PARTICIPANTS):
        participation_of(carol, conversation).reinstate(by=participation_of(alice, conversation))


class TestTitle:
    def test_it_is_kept_on_one_line(self, alice, bob):
        assert group(alice, bob, title="  Lunch \n at\tnoon ").title == "Lunch at noon"

    def test_it_has_at_most_200_characters(self, alice, bob):
        conversation = group(alice, bob, title="L" * 200)

        with refused(RefusalCode.INVALID_TITLE, "title"):
            group(alice, bob, title="L" * 201)
        with refused(RefusalCode.INVALID_TITLE, "title"):
            participation_of(alice, conversation).rename("L" * 201)

    @pytest.mark.parametrize("title", ["Lun\0ch", "Lun\ud800ch", "\udfff"])
    def test_it_has_no_characters_that_cannot_be_stored(self, alice, bob, title):
        conversation = group(alice, bob)

        with refused(RefusalCode.INVALID_TEXT, "title"):
            group(alice, bob, title=title)
        with refused(RefusalCode.INVALID_TEXT, "title"):
            participation_of(alice, conversation).rename(title)

    def test_owner_and_admin_change_it(self, alice, bob, carol):
        conversation = group(alice, bob, carol, title="Lunch")
        participation_of(bob, conversation).change_role(Participation.Role.ADMIN)

        participation_of(alice, conversation).rename("Brunch")
        participation_of(bob, conversation).rename(" Dinner ")

        conversation.refresh_from_db()
        assert conversation.title == "Dinner"
        told = conversation.messages.filter(kind=Message.Kind.RENAMED).order_by("number")
        assert [(one.sender, one.body) for one in told] == [(alice, "Brunch"), (bob, "Dinner")]

    def test_a_member_does_not_change_it(self, alice, bob, carol):
        conversation = group(alice, bob, carol, title="Lunch")

        with refused(RefusalCode.NOT_ALLOWED):
            participation_of(carol, conversation).rename("Brunch")

    def test_who_left_does_not_change_it(self, alice, bob, carol):
        conversation = group(alice, bob, carol, title="Lunch")
        alices = participation_of(alice, conversation)
        alices.leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            alices.rename("Brunch")

    def test_it_is_not_taken_away(self, alice, bob):
        conversation = group(alice, bob, title="Lunch")

        with refused(RefusalCode.INVALID_TITLE, "title"):
            participation_of(alice, conversation).rename(" \n ")

    def test_the_same_again_is_no_news(self, alice, bob):
        conversation = group(alice, bob, title="Lunch")

        participation_of(alice, conversation).rename("Lunch ")

        assert story(conversation) == []
