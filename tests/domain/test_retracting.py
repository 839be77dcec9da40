"""Taking back what one said, and removing what others said in a group."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.models import Block, Edit, Event, Mention, Message, Participation, Reaction
from talk.moderation import remove_message as moderate
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

pytestmark = pytest.mark.django_db

ROLES = Participation.Role
GONE = Message.Removal


@pytest.fixture
def harbour(alice, bob, carol):
    """Alice owns it, Bob is an admin, Carol a member."""
    conversation = group(alice, bob, carol, title="Harbour")
    promote(bob, ROLES.ADMIN, conversation)
    return conversation


def promote(user, role, conversation):
    participation_of(user, conversation).change_role(role)


def now(message):
    return Message.objects.get(pk=message.pk)


def retract(user, message):
    return participation_of(user, message.conversation).retract(now(message))


def remove(user, message):
    return participation_of(user, message.conversation).remove_message(now(message))


def last_event(conversation):
    return Event.objects.filter(conversation=conversation).latest("revision")


def places(conversation):
    rows = Participation.objects.filter(conversation=conversation).order_by("pk")
    return {row["user_id"]: row for row in rows.values()}


class TestTakingBack:
    def test_who_said_it_takes_it_back_and_its_number_stays(self, harbour, carol):
        said = say(carol, harbour, "Oops")

        gone = retract(carol, said)

        kept = now(said)
        assert (kept.body, kept.removed_as, kept.number) == ("", GONE.RETRACTED, said.number)
        assert (gone.body, gone.removal, gone.revision) == ("", GONE.RETRACTED, kept.revision)

    def test_it_is_one_change_with_an_actor(self, harbour, carol):
        said = say(carol, harbour)
        revision = said.conversation.revision

        retract(carol, said)

        last = last_event(harbour)
        assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_REMOVED, carol, said)
        assert last.revision == now(said).revision == revision + 1

    def test_all_that_hung_on_the_words_is_gone(self, harbour, bob, carol):
        said = participation_of(carol, harbour).send("Oops", mentions=[bob])
        participation_of(carol, harbour).edit(now(said), "Oops, again")
        Reaction.objects.create(message=said, user=bob, emoji="👍")

        retract(carol, said)

        assert not Edit.objects.exists()
        assert not Mention.objects.exists()
        assert not Reaction.objects.exists()

    def test_the_caller_holds_what_is_stored(self, harbour, alice):
        place = participation_of(alice, harbour)
        said = place.send("Oops", uuid.uuid4(), mention_all=True)

        place.retract(said)

        stored = Message.objects.values().get(pk=said.pk)
        assert {name: getattr(said, name) for name in stored} == stored

    def test_twice_is_no_change(self, harbour, carol):
        said = say(carol, harbour)
        retract(carol, said)
        before = everything()

        again = retract(carol, said)

        assert everything() == before
        assert again.removal == GONE.RETRACTED

    def test_twice_is_no_change_either_when_it_would_be_too_late(self, harbour, carol, settings):
        said = say(carol, harbour)
        retract(carol, said)
        settings.TALK = {**settings.TALK, "RETRACT_SECONDS": 0}

        assert retract(carol, said).removal == GONE.RETRACTED

    def test_who_is_suspended_may_take_back_what_they_said(self, harbour, carol):
        said = say(carol, harbour)
        participation_of(carol, harbour).suspend()

        assert retract(carol, said).removal == GONE.RETRACTED

    def test_so_may_who_was_blocked(self, alice, bob):
        said = say(alice, private(alice, bob))
        Block.objects.block(bob, alice)

        assert retract(alice, said).removal == GONE.RETRACTED

    def test_so_may_who_is_alone_in_a_private_conversation(self, alice, bob):
        said = say(alice, private(alice, bob))
        erase(bob, "They asked for it.")

        assert retract(alice, said).removal == GONE.RETRACTED

    def test_who_left_takes_nothing_back(self, harbour, carol):
        said = say(carol, harbour)
        participation_of(carol, harbour).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            retract(carol, said)

    def test_who_left_does_not_learn_of_what_was_said_later(self, harbour, alice, bob):
        participation_of(bob, harbour).leave()
        later = say(alice, harbour)

        for each in (retract, remove):
            with refused(RefusalCode.NOT_FOUND, "message"):
                each(bob, later)

    def test_nobody_takes_back_what_others_said(self, harbour, alice, carol):
        said = say(carol, harbour)

        with refused(RefusalCode.NOT_YOURS, "message"):
            retract(alice, said)

    def test_nobody_takes_back_an_announcement(self, harbour, alice):
        announced = harbour.announce("Maintenance at noon")

        with refused(RefusalCode.NOT_YOURS, "message"):
            retract(alice, announced)

    def test_what_happened_can_not_be_taken_back(self, harbour, alice):
        participation_of(alice, harbour).rename("Quay")

        with refused(RefusalCode.NOT_A_TEXT, "message"):
            retract(alice, harbour.messages.get(kind="renamed"))

    @pytest.mark.parametrize("whose", ["alice", "carol"])
    def test_what_is_gone_otherwise_is_not_found(self, harbour, alice, carol, whose):
        said = say(carol, harbour)
        moderate(said, None, "Spam.")

        with refused(RefusalCode.NOT_FOUND, "message"):
            retract({"alice": alice, "carol": carol}[whose], said)

    def test_what_somebody_else_took_back_is_not_found(self, harbour, alice, carol):
        said = say(carol, harbour)
        retract(carol, said)

        with refused(RefusalCode.NOT_FOUND, "message"):
            retract(alice, said)

    def test_a_message_of_another_conversation_is_not_found(self, harbour, alice, bob):
        elsewhere = say(alice, private(alice, bob))

        with refused(RefusalCode.NOT_FOUND, "message"):
            participation_of(alice, harbour).retract(elsewhere)

    def test_what_one_cleared_one_does_not_take_back(self, harbour, carol):
        said = say(carol, harbour)
        participation_of(carol, harbour).clear()

        with refused(RefusalCode.NOT_FOUND, "message"):
            retract(carol, said)

    @pytest.mark.parametrize(
        ("seconds", "age", "is_late"),
        [
            (None, 10**8, False),
            (60, 70, False),
            (60, 81, True),
            (0.5, 10, False),
            (0.5, 21, True),
            (0, 0, True),
        ],
    )
    def test_the_time_for_it_is_unlimited_unless_the_project_says_so(
        self, harbour, carol, settings, seconds, age, is_late
    ):
        settings.TALK = {**settings.TALK, "RETRACT_SECONDS": seconds}
        said = say(carol, harbour)
        sent_at = said.sent_at - timedelta(seconds=age)
        Message.objects.filter(pk=said.pk).update(sent_at=sent_at)

        if is_late:
            with refused(RefusalCode.TOO_LATE, "message"):
                retract(carol, said)
        else:
            assert retract(carol, said).removal == GONE.RETRACTED

    def test_a_retry_of_the_send_answers_it_and_says_nothing_anew(self, harbour, carol):
        retry = uuid.uuid4()
        said = participation_of(carol, harbour).send("Oops", retry)
        retract(carol, said)
        before = story(harbour)

        again = participation_of(carol, harbour).send("Oops", retry)

        assert (again, again.body, again.removal) == (said, "", GONE.RETRACTED)
        assert story(harbour) == before


class TestRemoving:
    @pytest.mark.parametrize(
        ("by", "whose"), [("alice", "bob"), ("alice", "carol"), ("bob", "carol")]
    )
    def test_owners_remove_what_admins_and_members_said_and_admins_what_members_said(
        self, request, harbour, by, whose
    ):
        by, whose = request.getfixturevalue(by), request.getfixturevalue(whose)
        said = say(whose, harbour)

        gone = remove(by, said)

        assert (now(said).body, now(said).removed_as) == ("", GONE.REMOVED)
        assert gone.removal == GONE.REMOVED
        assert (last_event(harbour).kind, last_event(harbour).actor) == ("message_removed", by)

    @pytest.mark.parametrize(
        ("by", "whose"),
        [("bob", "alice"), ("carol", "alice"), ("carol", "bob"), ("carol", "carol")],
    )
    def test_nobody_removes_what_those_said_on_whom_they_may_not_act(
        self, request, harbour, by, whose
    ):
        by, whose = request.getfixturevalue(by), request.getfixturevalue(whose)
        said = say(whose, harbour)

        with refused(RefusalCode.NOT_ALLOWED):
            remove(by, said)

    def test_admins_do_not_act_on_each_other(self, harbour, bob, carol):
        promote(carol, ROLES.ADMIN, harbour)
        said = say(carol, harbour)

        with refused(RefusalCode.NOT_ALLOWED):
            remove(bob, said)

    def test_owners_act_on_each_other(self, harbour, alice, bob):
        promote(bob, ROLES.OWNER, harbour)
        said = say(alice, harbour)

        assert remove(bob, said).removal == GONE.REMOVED

    def test_roles_of_now_count_and_not_those_of_then(self, harbour, alice, bob, carol):
        by_carol, by_bob = say(carol, harbour), say(bob, harbour)
        promote(carol, ROLES.ADMIN, harbour)
        promote(bob, ROLES.MEMBER, harbour)

        assert remove(carol, by_bob).removal == GONE.REMOVED
        with refused(RefusalCode.NOT_ALLOWED):
            remove(bob, by_carol)

    def test_what_an_owner_said_who_left_is_like_what_a_member_said(
        self, harbour, alice, bob, carol
    ):
        said = say(alice, harbour)
        promote(carol, ROLES.OWNER, harbour)
        participation_of(alice, harbour).leave()

        assert remove(bob, said).removal == GONE.REMOVED

    @pytest.mark.parametrize("role", [ROLES.OWNER, ROLES.ADMIN])
    def test_so_is_what_somebody_said_whose_account_is_gone(self, harbour, alice, bob, carol, role):
        said = say(carol, harbour)
        erase(carol, "They asked for it.", keep_words=True)
        carol.delete()
        assert now(said).sender is None

        assert remove(alice if role == ROLES.OWNER else bob, said).removal == GONE.REMOVED

    def test_announcements_are_removed_by_moderators_alone(self, harbour, alice):
        announced = harbour.announce("Maintenance at noon")

        with refused(RefusalCode.NOT_ALLOWED, "message"):
            remove(alice, announced)

    def test_in_private_everybody_takes_back_their_own_alone(self, alice, bob):
        said = say(alice, private(alice, bob))

        for each in (alice, bob):
            with refused(RefusalCode.PRIVATE_CONVERSATION):
                remove(each, said)

    def test_who_left_or_is_suspended_removes_nothing(self, harbour, bob, carol):
        said = say(carol, harbour)
        participation_of(bob, harbour).suspend()
        with refused(RefusalCode.SUSPENDED):
            remove(bob, said)

        participation_of(bob, harbour).leave()
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            remove(bob, said)

    def test_who_may_not_remove_is_refused_what_was_removed_already_too(self, harbour, bob, carol):
        said = say(carol, harbour)
        remove(bob, said)
        with refused(RefusalCode.NOT_ALLOWED):
            remove(carol, said)

        participation_of(bob, harbour).suspend()
        with refused(RefusalCode.SUSPENDED):
            remove(bob, said)

    def test_what_happened_can_not_be_removed(self, harbour, alice):
        participation_of(alice, harbour).rename("Quay")

        with refused(RefusalCode.NOT_A_TEXT, "message"):
            remove(alice, harbour.messages.get(kind="renamed"))

    def test_removing_it_again_is_no_change(self, harbour, alice, bob, carol):
        said = say(carol, harbour)
        remove(bob, said)
        before = everything()

        assert remove(alice, said).removal == GONE.REMOVED
        assert everything() == before

    def test_what_was_taken_back_is_not_found(self, harbour, alice, carol):
        said = say(carol, harbour)
        retract(carol, said)

        with refused(RefusalCode.NOT_FOUND, "message"):
            remove(alice, said)

    def test_what_was_removed_is_not_taken_back(self, harbour, alice, carol):
        said = say(carol, harbour)
        remove(alice, said)

        with refused(RefusalCode.NOT_FOUND, "message"):
            retract(carol, said)


class TestWhatFollows:
    """For what is unread, for inboxes, and for who is gone."""

    def test_it_is_unread_for_nobody_any_more_and_the_next_one_is_the_first(
        self, harbour, alice, bob, carol
    ):
        participation_of(bob, harbour).read()
        first, second = say(alice, harbour, "one"), say(carol, harbour, "two")
        third = say(alice, harbour, "three")

        retract(alice, first)
        place = participation_of(bob, harbour)
        assert (place.unread_count, place.first_unread_number) == (2, second.number)

        retract(alice, third)
        place = participation_of(bob, harbour)
        assert (place.unread_count, place.first_unread_number) == (1, second.number)

        remove(alice, second)
        place = participation_of(bob, harbour)
        assert (place.unread_count, place.first_unread_number) == (0, None)
        assert place not in Participation.objects.inbox_for(bob).unread()

    def test_what_was_read_stays_read(self, harbour, alice, bob):
        said = say(alice, harbour)
        participation_of(bob, harbour).read()
        number = participation_of(bob, harbour).last_read_number

        retract(alice, said)

        place = participation_of(bob, harbour)
        assert (place.last_read_number, place.unread_count) == (number, 0)

    def test_the_latest_message_stays_and_shows_that_it_was_taken_back(self, harbour, alice):
        say(alice, harbour, "one")
        said = say(alice, harbour, "two")
        place = participation_of(alice, harbour)

        place.retract(now(said))

        for conversation in (place.conversation, participation_of(alice, harbour).conversation):
            assert conversation.latest_message == said
            assert conversation.latest_message.removal == GONE.RETRACTED

    def test_it_is_not_told_as_news(self, harbour, alice, bob):
        said = say(alice, harbour)
        later = say(alice, private(alice, bob)).conversation
        before = places(harbour)[bob.pk]["last_activity_at"]

        retract(alice, said)

        assert places(harbour)[bob.pk]["last_activity_at"] == before
        assert inbox(bob) == [later, harbour]

    def test_of_an_earlier_message_only_those_inboxes_are_told_for_whom_it_was_unread(
        self, harbour, alice, bob, carol
    ):
        said = say(alice, harbour, "one")
        participation_of(bob, harbour).read()
        say(bob, harbour, "two")
        before = places(harbour)

        retract(alice, said)

        after = places(harbour)
        changed = {key for key, row in after.items() if row != before[key]}
        assert changed == {carol.pk}, "Bob had read it, and it is Alice's own"

    @pytest.mark.parametrize("is_first", [True, False])
    def test_an_inbox_is_told_wherever_among_the_unread_messages_it_was(
        self, harbour, alice, carol, is_first
    ):
        """Its unread count is another one, even if the first unread message stays the same."""
        messages = [say(alice, harbour), say(alice, harbour), say(alice, harbour)]
        before = participation_of(carol, harbour)
        assert before.unread_count == 3

        retract(alice, messages[0 if is_first else 1])

        after = participation_of(carol, harbour)
        assert after.unread_count == 2
        assert after.first_unread_number == (2 if is_first else 1)
        assert after.changed_at > before.changed_at

    def test_of_the_last_message_all_inboxes_are_told(self, harbour, alice, bob):
        said = say(alice, harbour)
        participation_of(bob, harbour).read()
        before = places(harbour)

        retract(alice, said)

        after = places(harbour)
        assert all(row["changed_at"] > before[key]["changed_at"] for key, row in after.items())

    def test_who_left_sees_it_go_too(self, harbour, alice, carol):
        said = say(alice, harbour, "Oops")
        participation_of(carol, harbour).leave()
        assert visible(carol, harbour) == ["Oops"]

        retract(alice, said)

        assert visible(carol, harbour) == [""]
        assert participation_of(carol, harbour).removal_of(now(said)) == GONE.RETRACTED


@pytest.mark.parametrize("verb", ["retract", "remove_message"])
def test_it_takes_as_many_statements_for_two_as_for_a_thousand(verb):
    owner, *others = crowd(1_000)

    def statements(members):
        conversation = group(owner, *members)
        author = members[0] if verb == "remove_message" else owner
        said = say(author, conversation)
        place = participation_of(owner, conversation)
        with CaptureQueriesContext(connection) as captured:
            getattr(place, verb)(now(said))
        return len(captured)

    assert statements(others[:1]) == statements(others)
