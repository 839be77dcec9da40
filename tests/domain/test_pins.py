"""Pinned messages: who may pin what, and what becomes of a pin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk import moderation
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation, Pin
from talk.models.pin import MOST_PINS
from talk.policy import Policy
from talk.privacy import erase
from talk.purging import purge

from .acting import crowd, everything, group, participation_of, private, refused, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour(alice, bob, carol):
    """Alice owns it, Bob is an admin, Carol a member."""
    harbour = group(alice, bob, carol, title="Harbour")
    owner = participation_of(alice, harbour)
    participation_of(bob, harbour).change_role(Participation.Role.ADMIN, by=owner)
    return harbour


@pytest.fixture
def said(carol, harbour):
    return say(carol, harbour)


def pin(user, message):
    return participation_of(user, message.conversation).pin_message(now(message))


def unpin(user, message):
    return participation_of(user, message.conversation).unpin_message(now(message))


def now(message):
    return Message.objects.get(pk=message.pk)


def pinned(conversation):
    """The numbers of what is pinned, and by whom, in the order in which that was done."""
    rows = Pin.objects.filter(conversation=conversation).order_by("pk")
    rows = rows.select_related("message", "by")
    return [(row.message.number, row.by and row.by.username) for row in rows]


def seen(user, conversation, size=100, before=None):
    """The numbers of the pinned messages that a person sees, the last pinned first."""
    found = Pin.objects.pages_in([conversation.pk], size, before, user=user)
    return [Message.objects.get(pk=each.message_id).number for each in found]


def events(conversation):
    told = Event.objects.filter(conversation=conversation)
    return list(told.order_by("revision").values_list("kind", flat=True))


class TestPinning:
    def test_owners_and_admins_pin_what_anybody_said(self, harbour, said, alice, bob):
        later = say(alice, harbour)
        assert pin(alice, said) == said
        pin(bob, later)

        assert pinned(harbour) == [(said.number, "alice"), (later.number, "bob")]

    def test_in_private_both_pin(self, alice, bob):
        ours = private(alice, bob)
        said = [say(alice, ours), say(alice, ours)]

        pin(alice, said[0])
        pin(bob, said[1])

        assert pinned(ours) == [(1, "alice"), (2, "bob")]

    def test_it_is_one_change_that_names_the_message_and_who_did_it(self, harbour, said, bob):
        before = len(events(harbour))

        answer = pin(bob, said)

        last = Event.objects.filter(conversation=harbour).latest("revision")
        assert len(events(harbour)) == before + 1
        assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_PINNED, bob, said)
        assert last.participation == participation_of(bob, harbour)
        assert now(said).revision == answer.revision == last.revision
        assert Pin.objects.get().at == last.at

    def test_twice_is_no_change_whoever_pinned_it(self, said, alice, bob):
        pin(bob, said)

        before = everything()
        for each in (bob, alice):
            assert pin(each, said).revision == now(said).revision

        assert everything() == before

    def test_an_announcement_is_pinned_as_well(self, harbour, alice):
        announced = harbour.announce("Maintenance at six")

        pin(alice, announced)

        assert pinned(harbour) == [(announced.number, "alice")]


class TestUnpinning:
    def test_owners_and_admins_unpin_what_anybody_pinned(self, harbour, said, alice, bob):
        pin(alice, said)

        answer = unpin(bob, said)

        last = Event.objects.filter(conversation=harbour).latest("revision")
        assert pinned(harbour) == []
        assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_UNPINNED, bob, said)
        assert last.participation == participation_of(bob, harbour)
        assert now(said).revision == answer.revision == last.revision

    def test_what_is_not_pinned_is_no_change(self, said, alice):
        before = everything()

        assert unpin(alice, said) == said

        assert everything() == before

    def test_what_is_pinned_again_is_the_last_pinned(self, harbour, alice):
        one, other = say(alice, harbour), say(alice, harbour)
        for act, message in ((pin, one), (pin, other), (unpin, one), (pin, one)):
            act(alice, message)

        assert seen(alice, harbour) == [one.number, other.number]


class TestHowMany:
    @pytest.fixture
    def full(self, harbour, alice):
        rows = [say(alice, harbour) for _each in range(MOST_PINS)]
        for message in rows:
            pin(alice, message)
        return rows

    def test_fifty_are_pinned_and_no_more(self, harbour, full, said, alice, bob):
        for each in (alice, bob):
            with refused(RefusalCode.TOO_MANY_PINS, "message"):
                pin(each, said)
        assert len(pinned(harbour)) == MOST_PINS == 50

    def test_those_that_are_pinned_can_be_pinned_again(self, full, alice):
        before = everything()
        pin(alice, full[0])

        assert everything() == before

    def test_another_one_is_pinned_after_one_is_unpinned(self, harbour, full, said, alice):
        unpin(alice, full[0])
        pin(alice, said)

        assert len(pinned(harbour)) == 50

    def test_or_after_the_words_of_one_are_gone(self, harbour, full, said, alice):
        participation_of(alice, harbour).retract(now(full[0]))
        pin(alice, said)

        assert len(pinned(harbour)) == 50

    def test_other_conversations_have_fifty_of_their_own(self, full, alice, bob):
        elsewhere = say(alice, private(alice, bob))

        pin(alice, elsewhere)

        assert len(pinned(elsewhere.conversation)) == 1

    def test_those_past_their_time_do_not_count(self, settings, harbour, full, said, alice):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}
        gone = Message.objects.filter(pk__in=[each.pk for each in full[:1]])
        gone.update(sent_at="2020-01-01T00:00:00Z")

        pin(alice, said)

        assert said.number in seen(alice, harbour)
        assert full[0].number not in seen(alice, harbour)


@pytest.mark.parametrize("verb", [pin, unpin])
class TestWhoMayNot:
    """Neither pin nor unpin."""

    @pytest.fixture(autouse=True)
    def _is_pinned(self, verb, said, alice):
        if verb is unpin:
            pin(alice, said)

    def test_a_member_without_a_role(self, verb, said, carol):
        with refused(RefusalCode.NOT_ALLOWED, "message"):
            verb(carol, said)

    def test_who_left(self, verb, said, bob):
        participation_of(bob, said.conversation).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            verb(bob, said)

    def test_who_was_removed(self, verb, said, alice, bob):
        participation_of(bob, said.conversation).remove(participation_of(alice, said.conversation))

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            verb(bob, said)

    def test_who_left_does_not_learn_of_what_was_said_later(self, verb, harbour, alice, bob):
        participation_of(bob, harbour).leave()
        later = say(alice, harbour)

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, later)

    def test_who_is_only_invited(self, verb, settings, said, alice, dave):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        participation_of(alice, said.conversation).invite([dave])

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(dave, said)

    def test_who_is_suspended(self, verb, said, bob):
        Participation.objects.filter(user=bob).update(suspended_at=said.sent_at)

        with refused(RefusalCode.SUSPENDED):
            verb(bob, said)

    def test_in_private_who_is_blocked_by_the_other(self, verb, alice, bob):
        said = say(alice, private(alice, bob))
        pin(bob, said)
        Block.objects.block(alice, bob)

        with refused(RefusalCode.NOT_REACHABLE):
            verb(bob, said)
        # Who blocked may still write, and so may pin.
        verb(alice, said)

    def test_who_cleared_the_conversation(self, verb, said, bob):
        participation_of(bob, said.conversation).clear()

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, said)

    def test_with_what_happened(self, verb, harbour, alice):
        participation_of(alice, harbour).rename("Port")
        renamed = harbour.messages.get(kind=Message.Kind.RENAMED)

        with refused(RefusalCode.NOT_A_TEXT, "message"):
            verb(alice, renamed)

    def test_with_what_is_gone(self, verb, said, alice, carol):
        participation_of(carol, said.conversation).retract(now(said))

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(alice, said)

    def test_with_what_is_past_its_time(self, verb, settings, said, alice):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(alice, said)

    def test_with_a_message_of_another_conversation(self, verb, harbour, alice, bob):
        elsewhere = say(alice, group(alice, bob, title="Elsewhere"))
        place = participation_of(alice, harbour)

        with refused(RefusalCode.NOT_FOUND, "message"):
            (place.pin_message if verb is pin else place.unpin_message)(elsewhere)


class Lenient(Policy):
    def may_pin(self, member):
        return member.user.username == "carol"


def test_the_policy_of_the_project_decides_who_may(settings, harbour, said, alice, carol):
    settings.TALK = {**settings.TALK, "POLICY": f"{__name__}.Lenient"}
    pin(carol, said)

    with refused(RefusalCode.NOT_ALLOWED, "message"):
        unpin(alice, said)
    assert pinned(harbour) == [(said.number, "carol")]


class TestWhatBecomesOfAPin:
    """A pin goes with the words, and nothing but that change is told."""

    @pytest.fixture
    def kept(self, harbour, said, alice):
        kept = say(alice, harbour, "Kept")
        for message in (said, kept):
            pin(alice, message)
        return kept

    def retracted(self, said, carol):
        participation_of(carol, said.conversation).retract(now(said))

    def removed(self, said, carol):
        owner = said.conversation.participations.get(role="owner")
        participation_of(owner.user, said.conversation).remove_message(now(said))

    def moderated(self, said, carol):
        moderation.remove_message(now(said), None, "rude")

    def erased(self, said, carol):
        erase(carol, "She asked for it.")

    def expired(self, said, carol):
        Message.objects.filter(pk=said.pk).update(sent_at="2020-01-01T00:00:00Z")
        assert purge() == 1

    @pytest.mark.parametrize("how", ["retracted", "removed", "moderated", "erased", "expired"])
    def test_it_goes_with_the_words(self, settings, harbour, said, kept, alice, carol, how):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}
        before = len(events(harbour))

        getattr(self, how)(said, carol)

        assert pinned(harbour) == [(kept.number, "alice")]
        told = events(harbour)[before:]
        assert Event.Kind.MESSAGE_UNPINNED not in told
        assert told.count(Event.Kind.MESSAGE_REMOVED) == (how != "expired")

    def test_what_is_past_its_time_is_not_shown_although_it_was_not_purged_yet(
        self, settings, harbour, said, kept, alice
    ):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}
        Message.objects.filter(pk=said.pk).update(sent_at="2020-01-01T00:00:00Z")

        assert len(pinned(harbour)) == 2
        assert seen(alice, harbour) == [kept.number]

    def test_an_edit_leaves_it(self, harbour, said, kept, carol):
        participation_of(carol, harbour).edit(now(said), "Other words")

        assert len(pinned(harbour)) == 2

    def test_the_pins_of_who_leaves_stay(self, harbour, kept, alice):
        before = pinned(harbour)

        participation_of(alice, harbour).leave()

        assert pinned(harbour) == before

    def test_the_pins_of_a_deleted_account_name_nobody(self, harbour, said, kept, alice):
        alice.delete()

        assert pinned(harbour) == [(said.number, None), (kept.number, None)]

    @pytest.mark.parametrize("keep_words", [False, True])
    def test_nor_do_those_of_somebody_erased(self, harbour, said, kept, alice, keep_words):
        erase(alice, "She asked for it.", keep_words=keep_words)

        # What she said herself is gone, unless it is kept.
        numbers = [said.number, kept.number] if keep_words else [said.number]
        assert pinned(harbour) == [(number, None) for number in numbers]

    def test_those_of_a_private_conversation_do_not_follow_into_a_group(self, alice, bob, carol):
        ours = private(alice, bob)
        pin(alice, say(bob, ours))

        larger = participation_of(alice, ours).invite([carol])

        assert larger != ours
        assert (len(pinned(ours)), pinned(larger)) == (1, [])


class TestWhoSeesWhich:
    def test_who_left_sees_those_from_before_that_are_pinned_still(
        self, harbour, said, alice, carol
    ):
        first, later = say(alice, harbour), say(alice, harbour)
        for message in (said, first):
            pin(alice, message)
        participation_of(carol, harbour).leave()
        pin(alice, later)
        unpin(alice, first)

        assert seen(carol, harbour) == [said.number]
        assert seen(alice, harbour) == [later.number, said.number]

    def test_and_not_what_was_unpinned_and_pinned_again(self, harbour, said, alice, carol):
        pin(alice, said)
        participation_of(carol, harbour).leave()
        unpin(alice, said)
        pin(alice, said)

        assert seen(carol, harbour) == []

    def test_whoever_is_back_sees_all(self, harbour, said, alice, carol):
        participation_of(carol, harbour).leave()
        pin(alice, said)
        participation_of(carol, harbour).reinstate(participation_of(alice, harbour))

        assert seen(carol, harbour) == [said.number]

    def test_who_was_only_ever_invited_sees_none(self, settings, harbour, said, alice, dave):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        pin(alice, said)
        participation_of(alice, harbour).invite([dave])

        assert seen(dave, harbour) == []
        participation_of(dave, harbour).decline()
        assert seen(dave, harbour) == []

    def test_who_cleared_the_conversation_sees_those_of_later_messages(
        self, harbour, said, alice, bob
    ):
        pin(alice, said)
        participation_of(bob, harbour).clear()
        later = say(alice, harbour)
        pin(alice, later)

        assert seen(bob, harbour) == [later.number]
        assert seen(alice, harbour) == [later.number, said.number]

    def test_a_stranger_sees_none(self, harbour, said, alice, dave):
        pin(alice, said)

        assert seen(dave, harbour) == []

    def test_members_who_share_an_answer_see_those_from_a_number_on(self, harbour, alice):
        rows = [say(alice, harbour) for _each in range(3)]
        for message in rows:
            pin(alice, message)

        found = Pin.objects.pages_in([harbour.pk], 9, start=rows[1].number)

        assert [each.message_id for each in found] == [rows[2].pk, rows[1].pk]

    def test_pages_continue_where_the_last_one_ended(self, harbour, alice):
        rows = [say(alice, harbour) for _each in range(5)]
        for message in rows:
            pin(alice, message)
        numbers = [each.number for each in reversed(rows)]

        second = Pin.objects.pages_in([harbour.pk], 2, user=alice)[-1]

        assert seen(alice, harbour, size=2) == numbers[:2]
        assert seen(alice, harbour, before=second.pk) == numbers[2:]


def test_it_makes_nothing_unread_and_moves_nobodys_inbox(harbour, said, alice, carol):
    participation_of(carol, harbour).read()
    before = [*Participation.objects.order_by("pk").values()]

    pin(alice, said)
    unpin(alice, said)

    assert [*Participation.objects.order_by("pk").values()] == before


@pytest.mark.parametrize("size", [50, 1_000])
def test_it_takes_as_many_statements_for_a_thousand_members_as_for_fifty(alice, bob, size):
    there = group(alice, bob, *crowd(size - 2))
    said = say(bob, there)
    place, message = participation_of(alice, there), now(said)

    for verb in (place.pin_message, place.unpin_message):
        with CaptureQueriesContext(connection) as asked:
            verb(message)

        written = [each["sql"] for each in asked if is_a_write(each["sql"])]
        assert sorted(table_of(each) for each in written) == [
            "talk_conversation",
            "talk_event",
            "talk_message",
            "talk_pin",
        ]


def is_a_write(sql):
    return sql.split()[0] in {"INSERT", "UPDATE", "DELETE"}


def table_of(sql):
    return sql.split('"')[1]
