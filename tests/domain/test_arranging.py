"""People mute, archive and pin conversations for themselves, and nobody else notices it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from talk import wakeups
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Participation
from talk.models.participation.arranging import MOST_PINNED

from .acting import everything, group, inbox, participation_of, private, refused, say

Level = Participation.NotificationLevel
SOON = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol)


def place(user, conversation):
    return participation_of(user, conversation)


def archive(user):
    return list(Participation.objects.inbox_for(user, archived=True))


def unread(user, **muted):
    return Participation.objects.unread_total(user, **muted)


def pins(user):
    return Participation.objects.filter(user=user, pinned_at__isnull=False).count()


SETTINGS = {
    "set_notifications": (Level.MENTIONS, SOON),
    "archive": (),
    "pin": (),
}
ENDS = {"set_notifications": (), "unarchive": (), "unpin": ()}


class TestAlone:
    @pytest.mark.parametrize("verb", SETTINGS)
    def test_nobody_else_notices_it(self, alice, bob, lunch, verb):
        say(alice, lunch)
        others = Participation.objects.exclude(user=bob)
        before, told = place(bob, lunch), (list(Event.objects.values()), list(others.values()))

        getattr(place(bob, lunch), verb)(*SETTINGS[verb])

        after = place(bob, lunch)
        assert after.changed_at > before.changed_at
        assert (list(Event.objects.values()), list(others.values())) == told
        assert after.last_activity_at == before.last_activity_at, "its place in the list stays"

    @pytest.mark.parametrize("verb", SETTINGS)
    def test_the_other_devices_of_the_person_hear_of_it(self, alice, lunch, monkeypatch, verb):
        rung, told = [], []
        monkeypatch.setattr(wakeups, "wake_inbox", rung.append)
        monkeypatch.setattr(wakeups, "publish", told.append)

        getattr(place(alice, lunch), verb)(*SETTINGS[verb])

        assert (rung, told) == ([alice.pk], [])

    @pytest.mark.parametrize("verb", SETTINGS)
    def test_repeating_is_no_change_and_rings_nobody(self, alice, lunch, monkeypatch, verb):
        getattr(place(alice, lunch), verb)(*SETTINGS[verb])
        before = everything()
        monkeypatch.setattr(wakeups, "wake_inbox", None)

        getattr(place(alice, lunch), verb)(*SETTINGS[verb])

        assert everything() == before

    @pytest.mark.parametrize("verb", ENDS)
    def test_ending_what_was_not_set_is_no_change(self, alice, lunch, monkeypatch, verb):
        before = everything()
        monkeypatch.setattr(wakeups, "wake_inbox", None)

        getattr(place(alice, lunch), verb)(*ENDS[verb])

        assert everything() == before

    def test_who_is_suspended_may_do_it(self, bob, lunch):
        place(bob, lunch).suspend()

        for verb, given in SETTINGS.items():
            getattr(place(bob, lunch), verb)(*given)

        assert place(bob, lunch).pinned_at

    def test_what_is_left_keeps_its_settings_for_when_one_returns(self, alice, bob, lunch):
        place(bob, lunch).set_notifications(Level.MENTIONS, SOON)
        place(bob, lunch).pin()
        before = place(bob, lunch)

        place(bob, lunch).leave()
        place(bob, lunch).reinstate(place(alice, lunch))

        after = place(bob, lunch)
        kept = ("notify", "muted_until", "pinned_at")
        assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
        assert after.is_muted

    def test_what_is_left_can_be_arranged_too(self, alice, bob, lunch):
        place(bob, lunch).leave()

        place(bob, lunch).archive()

        left = Participation.objects.inbox_for(bob, "left")
        assert not left
        assert list(Participation.objects.inbox_for(bob, "left", archived=None))


class TestArchive:
    def test_what_is_archived_is_in_another_list(self, alice, bob, lunch):
        with_bob = private(alice, bob)

        place(alice, lunch).archive()

        assert inbox(alice) == [with_bob]
        assert archive(alice) == [place(alice, lunch)]
        assert len(Participation.objects.inbox_for(alice, archived=None)) == 2
        assert lunch in inbox(bob), "for others it stays where it is"

    def test_it_comes_back_to_where_it_was(self, alice, bob, lunch):
        with_bob = private(alice, bob)
        place(alice, lunch).archive()

        place(alice, lunch).unarchive()

        assert inbox(alice) == [with_bob, lunch]
        assert archive(alice) == []

    def test_a_message_of_another_brings_it_back(self, alice, bob, carol, lunch):
        for person in (bob, carol):
            place(person, lunch).archive()

        say(alice, lunch)

        assert inbox(bob) == inbox(carol) == [lunch]

    @pytest.mark.parametrize("muted", [(Level.NOTHING,), (Level.EVERYTHING, SOON)])
    def test_a_message_of_another_brings_nothing_back_that_is_muted(self, alice, bob, lunch, muted):
        place(bob, lunch).set_notifications(*muted)
        place(bob, lunch).archive()
        before = place(bob, lunch)

        place(alice, lunch).send("Hello", mentions=[bob])

        assert inbox(bob) == []
        after = place(bob, lunch)
        assert after.archived_at == before.archived_at
        assert after.unread_count == 1, "muting hides no unread"
        assert after.last_activity_at > before.last_activity_at, "the archive is in order, too"

    @pytest.mark.parametrize("muted", [(Level.NOTHING,), (Level.EVERYTHING, SOON)])
    def test_ones_own_message_always_does(self, bob, lunch, muted):
        place(bob, lunch).set_notifications(*muted)
        place(bob, lunch).archive()

        say(bob, lunch)

        assert inbox(bob) == [lunch]

    def test_if_only_mentions_are_notified_any_message_does(self, alice, bob, lunch):
        place(bob, lunch).set_notifications(Level.MENTIONS)
        place(bob, lunch).archive()

        say(alice, lunch)

        assert inbox(bob) == [lunch]

    def test_an_announcement_does_unless_it_is_muted(self, bob, carol, lunch):
        place(carol, lunch).set_notifications(Level.NOTHING)
        for person in (bob, carol):
            place(person, lunch).archive()

        lunch.announce("The kitchen closes at ten.")

        assert (inbox(bob), inbox(carol)) == ([lunch], [])

    def test_a_message_that_a_block_hides_does_not(self, alice, bob, carol, lunch):
        Block.objects.block(bob, alice)
        for person in (bob, carol):
            place(person, lunch).archive()

        say(alice, lunch)

        assert (inbox(bob), inbox(carol)) == ([], [lunch])

    def test_what_happens_besides_does_not(self, alice, bob, carol, dave, lunch):
        said = say(alice, lunch)
        place(bob, lunch).archive()

        place(alice, lunch).rename("Lunch")
        place(alice, lunch).invite([dave])
        place(carol, lunch).leave()
        place(alice, lunch).edit(said, "Other", mentions=[bob])
        place(alice, lunch).react(said, "👍")
        place(bob, lunch).read()
        place(bob, lunch).mark_unread()
        place(bob, lunch).set_notifications(Level.MENTIONS)

        assert inbox(bob) == []

    def test_taking_part_again_does_also_if_it_is_muted(self, alice, bob, lunch):
        place(bob, lunch).set_notifications(Level.NOTHING)
        place(bob, lunch).leave()
        place(bob, lunch).archive()

        place(bob, lunch).reinstate(place(alice, lunch))

        assert inbox(bob) == [lunch]

    def test_being_invited_again_does_too(self, alice, bob, lunch, settings):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        place(bob, lunch).leave()
        place(bob, lunch).archive()

        place(alice, lunch).invite([bob])

        assert list(Participation.objects.inbox_for(bob, "invited"))
        place(bob, lunch).archive()
        place(bob, lunch).accept()
        assert inbox(bob) == [lunch]

    def test_it_leaves_the_archived_out_of_the_total(self, alice, bob, lunch):
        place(bob, lunch).set_notifications(Level.NOTHING)
        place(bob, lunch).archive()

        say(alice, lunch)

        assert (unread(bob), unread(bob, muted=True)) == (0, 0)
        assert place(bob, lunch).unread_count == 1


class TestMute:
    @pytest.mark.parametrize("muted", [(Level.NOTHING,), (Level.EVERYTHING, SOON)])
    def test_it_hides_no_unread_and_the_total_leaves_it_out(self, alice, bob, lunch, muted):
        with_alice = private(alice, bob)
        place(bob, lunch).set_notifications(*muted)

        for conversation in (lunch, lunch, with_alice):
            say(alice, conversation)

        assert place(bob, lunch).is_muted
        assert place(bob, lunch).unread_count == 2
        assert place(bob, lunch) in Participation.objects.inbox_for(bob).unread()
        assert (unread(bob), unread(bob, muted=True)) == (1, 3)

    def test_the_level_of_mentions_is_not_muted(self, alice, bob, lunch):
        place(bob, lunch).set_notifications(Level.MENTIONS)
        say(alice, lunch)

        assert not place(bob, lunch).is_muted
        assert unread(bob) == 1

    def test_it_ends_by_itself(self, alice, bob, lunch, monkeypatch):
        until = timezone.now() + timedelta(hours=1)
        place(bob, lunch).set_notifications(muted_until=until)
        place(bob, lunch).archive()
        say(alice, lunch)
        assert place(bob, lunch).is_muted
        monkeypatch.setattr(timezone, "now", lambda: until)

        assert not place(bob, lunch).is_muted
        say(alice, lunch)
        assert inbox(bob) == [lunch]
        assert unread(bob) == 2

    def test_one_can_end_it(self, alice, bob, lunch):
        place(bob, lunch).set_notifications(Level.NOTHING, SOON)
        place(bob, lunch).set_notifications()
        say(alice, lunch)

        assert not place(bob, lunch).is_muted
        assert unread(bob) == 1

    def test_it_does_not_end_before_it_begins(self, bob, lunch, monkeypatch):
        now = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: now)

        for until in (now, now - timedelta(microseconds=1), datetime.min.replace(tzinfo=UTC)):
            with refused(RefusalCode.INVALID_EXPIRY, "muted_until"):
                place(bob, lunch).set_notifications(muted_until=until)
        place(bob, lunch).set_notifications(muted_until=datetime.max.replace(tzinfo=UTC))
        assert place(bob, lunch).is_muted


class TestPins:
    def test_the_pinned_are_pinned_for_one_person(self, alice, bob, lunch):
        place(alice, lunch).pin()

        assert place(alice, lunch).pinned_at
        assert not place(bob, lunch).pinned_at
        place(alice, lunch).unpin()
        assert not place(alice, lunch).pinned_at

    def test_pinned_and_archived_is_what_came_last(self, alice, lunch):
        place(alice, lunch).pin()
        place(alice, lunch).archive()
        assert (place(alice, lunch).pinned_at, inbox(alice)) == (None, [])

        place(alice, lunch).pin()
        assert (place(alice, lunch).archived_at, inbox(alice)) == (None, [lunch])

    def test_there_are_at_most_twenty(self, alice, bob, carol):
        groups = [group(alice, bob) for _each in range(MOST_PINNED + 1)]
        for each in groups[:-1]:
            place(alice, each).pin()

        with refused(RefusalCode.TOO_MANY_PINS):
            place(alice, groups[-1]).pin()

        place(alice, groups[0]).pin()
        place(bob, groups[-1]).pin()
        place(alice, groups[0]).unpin()
        place(alice, groups[-1]).pin()
        assert (pins(alice), MOST_PINNED) == (20, 20)

    def test_what_was_left_counts_so_that_there_are_no_more_when_one_returns(self, alice, bob):
        groups = [group(alice, bob) for _each in range(MOST_PINNED + 1)]
        for each in groups[:-1]:
            place(bob, each).pin()
        place(bob, groups[0]).leave()

        with refused(RefusalCode.TOO_MANY_PINS):
            place(bob, groups[-1]).pin()

        place(bob, groups[0]).unpin()
        place(bob, groups[-1]).pin()
