"""Members leave or are removed, and come back."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Participation

from .acting import group, inbox, participation_of, private, refused, say, story, visible


@pytest.fixture
def conversation(alice, bob, carol, dave):
    """Alice's, with Bob, Carol and Dave."""
    return group(alice, bob, carol, dave, title="Lunch")


class TestLeave:
    def test_who_leaves_receives_nothing_new(self, alice, carol, conversation):
        """A member can leave a group. From that moment they receive nothing new. They keep
        reading what they could read before (up to the number at which they left); the
        conversation is out of their inbox."""
        say(alice, conversation, "Before")
        assert inbox(carol) == [conversation], "for its going to mean anything"

        participation_of(carol, conversation).leave()
        say(alice, conversation, "After")

        place = participation_of(carol, conversation)
        assert visible(carol, conversation) == ["Before"]
        assert visible(alice, conversation) == ["Before", "After"]
        assert inbox(carol) == []
        assert Participation.objects.unread_total(carol) == 0
        assert place.left_at_number == place.last_visible_number == 2
        assert place.last_visible_revision == 3
        assert place.unread_count == 1

    def test_nothing_of_theirs_moves_any_more(self, alice, carol, conversation):
        theirs = conversation.participations.filter(user=carol)
        participation_of(carol, conversation).leave()
        before = theirs.values().get()

        say(alice, conversation)
        participation_of(alice, conversation).rename("Dinner")

        assert theirs.values().get() == before
        assert before["left_at_title"] == "Lunch"

    def test_everybody_is_told(self, carol, conversation):
        participation_of(carol, conversation).leave()

        told = conversation.messages.get()
        assert (told.kind, told.sender, told.subject) == ("left", carol, carol)

    def test_nobody_leaves_twice(self, carol, conversation):
        place = participation_of(carol, conversation)
        place.leave()

        for again in (place, participation_of(carol, conversation)):
            with refused(RefusalCode.ALREADY_LEFT):
                again.leave()

    def test_who_was_removed_does_not_leave(self, carol, conversation):
        participation_of(carol, conversation).remove()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(carol, conversation).leave()

    def test_who_left_marks_nothing(self, alice, carol, conversation):
        say(alice, conversation)
        participation_of(carol, conversation).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(carol, conversation).read()
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(carol, conversation).mark_unread()

    def test_a_group_that_all_have_left_stays_closed(self, alice, bob, carol):
        conversation = group(alice, bob)
        participation_of(alice, conversation).leave()
        participation_of(bob, conversation).leave()

        assert story(conversation) == ["left", "left"]
        assert inbox(alice) == inbox(bob) == []
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(alice, conversation).reinstate(by=participation_of(bob, conversation))
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(alice, conversation).invite([carol])


class TestReinstate:
    def test_nobody_comes_back_alone(self, alice, bob, carol, conversation):
        """Who left cannot come back by themselves: not by sending, not by inviting themselves,
        not by reinstating themselves. An active member can reinstate them; then they inherit the
        whole history, what was said meanwhile included."""
        say(alice, conversation, "Before")
        participation_of(carol, conversation).leave()
        say(alice, conversation, "Meanwhile")
        place = participation_of(carol, conversation)

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            place.send("I am back")
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            place.send("I am back", invite=[carol])
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            place.invite([carol])
        with refused(RefusalCode.CANNOT_REINSTATE_YOURSELF):
            place.reinstate(by=participation_of(carol, conversation))

        place.reinstate(by=participation_of(bob, conversation))

        assert place.is_active
        assert visible(carol, conversation) == ["Before", "Meanwhile"]
        assert inbox(carol) == [conversation]
        assert participation_of(carol, conversation).unread_count == 2
        told = conversation.messages.latest("number")
        assert (told.kind, told.sender, told.subject) == ("reinstated", bob, carol)

    def test_naming_who_left_brings_them_back(self, bob, carol, conversation):
        participation_of(carol, conversation).leave()

        participation_of(bob, conversation).send("Come back", invite=[carol])

        assert participation_of(carol, conversation).is_active
        assert story(conversation) == ["left", "reinstated", "text"]
        assert conversation.participations.filter(user=carol).count() == 1

    def test_what_was_read_before_stays_read(self, alice, bob, carol, conversation):
        say(alice, conversation, "Read")
        participation_of(carol, conversation).read()
        participation_of(carol, conversation).leave()
        say(alice, conversation, "Meanwhile")

        participation_of(carol, conversation).reinstate(by=participation_of(bob, conversation))

        place = participation_of(carol, conversation)
        assert (place.last_read_number, place.first_unread_number) == (1, 3)
        assert place.unread_count == 1

    def test_who_comes_back_is_a_member(self, alice, bob, conversation):
        participation_of(alice, conversation).leave()

        participation_of(alice, conversation).reinstate(by=participation_of(bob, conversation))

        assert participation_of(alice, conversation).role == Participation.Role.MEMBER
        assert participation_of(bob, conversation).role == Participation.Role.OWNER

    def test_nobody_who_is_here(self, alice, bob, conversation):
        with refused(RefusalCode.ALREADY_ACTIVE):
            participation_of(bob, conversation).reinstate(by=participation_of(alice, conversation))

    def test_not_by_who_is_away_themselves(self, bob, carol, conversation):
        participation_of(bob, conversation).leave()
        participation_of(carol, conversation).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(bob, conversation).reinstate(by=participation_of(carol, conversation))

    def test_not_by_a_member_of_another_group(self, alice, bob, carol, conversation):
        elsewhere = group(alice, bob)
        participation_of(carol, conversation).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(carol, conversation).reinstate(by=participation_of(bob, elsewhere))

    def test_nobody_who_was_deactivated(self, alice, bob, conversation):
        participation_of(bob, conversation).leave()
        bob.is_active = False
        bob.save()

        with refused(RefusalCode.UNKNOWN_USER):
            participation_of(bob, conversation).reinstate(by=participation_of(alice, conversation))

    def test_nobody_who_was_never_there(self, alice, bob, erin, conversation):
        for where in (conversation, private(alice, bob)):
            with refused(RefusalCode.NEVER_JOINED):
                Participation.objects.of_other(erin, where)

        assert Participation.objects.of_other(bob, conversation).user == bob


class TestRemove:
    def test_who_was_removed_is_brought_back_by_owner_or_admin_only(
        self, alice, bob, carol, dave, conversation
    ):
        participation_of(bob, conversation).change_role(Participation.Role.ADMIN)
        participation_of(carol, conversation).remove(by=participation_of(bob, conversation))
        assert inbox(carol) == []

        with refused(RefusalCode.NOT_ALLOWED):
            participation_of(carol, conversation).reinstate(by=participation_of(dave, conversation))
        with refused(RefusalCode.NOT_ALLOWED):
            participation_of(dave, conversation).invite([carol])
        participation_of(carol, conversation).reinstate(by=participation_of(bob, conversation))

        assert participation_of(carol, conversation).is_active
        assert story(conversation) == ["removed", "reinstated"]

    def test_owners_remove_everybody_admins_members_members_nobody(
        self, alice, bob, carol, dave, conversation
    ):
        for person in (bob, carol):
            participation_of(person, conversation).change_role(Participation.Role.ADMIN)

        for actor, other in ((dave, bob), (bob, carol), (bob, alice), (dave, alice)):
            with refused(RefusalCode.NOT_ALLOWED):
                participation_of(other, conversation).remove(
                    by=participation_of(actor, conversation)
                )

        participation_of(dave, conversation).remove(by=participation_of(bob, conversation))
        participation_of(bob, conversation).remove(by=participation_of(alice, conversation))
        assert conversation.participations.active().count() == 2

    def test_nobody_removes_themselves(self, alice, conversation):
        with refused(RefusalCode.CANNOT_REMOVE_YOURSELF):
            participation_of(alice, conversation).remove(by=participation_of(alice, conversation))

    @pytest.mark.parametrize("going", ["leave", "remove"])
    def test_nobody_is_removed_who_is_not_here(self, alice, carol, conversation, going):
        getattr(participation_of(carol, conversation), going)()

        with refused(RefusalCode.NOT_A_MEMBER):
            participation_of(carol, conversation).remove(by=participation_of(alice, conversation))

    def test_not_by_an_owner_of_another_group(self, alice, bob, carol, conversation):
        elsewhere = group(bob, alice)

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(carol, conversation).remove(by=participation_of(bob, elsewhere))

    def test_the_project_removes_anybody(self, alice, conversation):
        participation_of(alice, conversation).remove()

        told = conversation.messages.get()
        assert (told.kind, told.sender, told.subject) == ("removed", None, alice)
