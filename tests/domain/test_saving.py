"""Saved messages: each person has their own, and nobody else learns of it."""

import pytest

from talk import moderation
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation, SavedMessage
from talk.privacy import erase, export, kept_of
from talk.purging import purge

from .acting import everything, group, participation_of, private, refused, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(alice, harbour):
    return say(alice, harbour)


def save(user, message):
    return participation_of(user, message.conversation).save_message(now(message))


def unsave(user, message):
    return participation_of(user, message.conversation).unsave_message(now(message))


def now(message):
    return Message.objects.get(pk=message.pk)


def saved(user, size=100, before=None):
    """What a person saved and can read, the last saved first."""
    return [row.message for row in SavedMessage.objects.newest_question(user, size, before).ask()]


def others_than_saved():
    """Every row that Talk has, without who saved what."""
    *rows, _saved = everything()
    return rows


class TestSaving:
    def test_each_has_their_own_the_last_saved_first(self, harbour, said, alice, bob):
        later = say(bob, harbour)
        elsewhere = say(alice, private(alice, bob))

        for message in (elsewhere, said, later):
            assert save(bob, message) == message
        save(alice, later)

        assert saved(bob) == [later, said, elsewhere]
        assert saved(alice) == [later]

    def test_nothing_else_changes_and_nobody_is_told(self, said, bob):
        before = others_than_saved()

        answer = save(bob, said)
        assert answer.revision == now(said).revision
        unsave(bob, said)

        assert others_than_saved() == before

    def test_twice_is_no_change(self, said, bob):
        save(bob, said)

        before = everything()
        save(bob, said)

        assert everything() == before

    def test_to_let_go_what_is_not_saved_is_no_change(self, said, alice, bob):
        save(alice, said)

        before = everything()
        assert unsave(bob, said) == said

        assert everything() == before

    def test_what_is_saved_is_let_go(self, said, alice, bob):
        for user in (alice, bob):
            save(user, said)

        unsave(bob, said)

        assert (saved(alice), saved(bob)) == ([said], [])

    def test_pages_continue_where_the_last_one_ended(self, harbour, alice):
        rows = [say(alice, harbour) for _each in range(5)]
        for message in rows:
            save(alice, message)
        newest_first = rows[::-1]

        second = SavedMessage.objects.get(message=newest_first[1])

        assert saved(alice, size=2) == newest_first[:2]
        assert saved(alice, before=second.pk) == newest_first[2:]


class TestWhoMay:
    """All who see a message, whether or not they may write."""

    def test_who_is_suspended(self, said, bob):
        Participation.objects.filter(user=bob).update(suspended_at=said.sent_at)

        save(bob, said)

        assert saved(bob) == [said]

    def test_both_of_a_pair_of_which_one_blocked_the_other(self, alice, bob):
        said = say(alice, private(alice, bob))
        Block.objects.block(alice, bob)

        for user in (alice, bob):
            save(user, said)

            assert saved(user) == [said]

    def test_who_left_what_they_can_read(self, harbour, said, alice, bob):
        participation_of(bob, harbour).leave()
        later = say(alice, harbour)

        save(bob, said)
        with refused(RefusalCode.NOT_FOUND, "message"):
            save(bob, later)

        assert saved(bob) == [said]

    def test_an_announcement_is_saved_as_well(self, harbour, bob):
        announced = harbour.announce("Maintenance at six")

        save(bob, announced)

        assert saved(bob) == [announced]


@pytest.mark.parametrize("verb", [save, unsave])
class TestWhatMayNot:
    def test_what_happened(self, verb, harbour, alice, bob):
        participation_of(alice, harbour).rename("Port")
        renamed = harbour.messages.get(kind=Message.Kind.RENAMED)

        with refused(RefusalCode.NOT_A_TEXT, "message"):
            verb(bob, renamed)

    def test_what_is_gone(self, verb, harbour, said, alice, bob):
        participation_of(alice, harbour).retract(now(said))

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, said)

    def test_what_is_past_its_time(self, verb, settings, said, bob):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, said)

    def test_what_one_cleared(self, verb, harbour, said, bob):
        participation_of(bob, harbour).clear()

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, said)

    def test_what_is_not_shown_to_who_is_only_invited(self, verb, settings, said, alice, dave):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        participation_of(alice, said.conversation).invite([dave])

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(dave, said)

    def test_a_message_of_another_conversation(self, verb, harbour, alice, bob):
        elsewhere = say(alice, group(alice, bob, title="Elsewhere"))
        place = participation_of(bob, harbour)

        with refused(RefusalCode.NOT_FOUND, "message"):
            (place.save_message if verb is save else place.unsave_message)(elsewhere)


class TestWhatBecomesOfIt:
    @pytest.fixture
    def kept(self, harbour, said, bob):
        """Said and saved by Bob, as `said` is by Alice and saved by him."""
        kept = say(bob, harbour, "Kept")
        for message in (said, kept):
            save(bob, message)
        return kept

    def retracted(self, said, alice):
        participation_of(alice, said.conversation).retract(now(said))

    def moderated(self, said, alice):
        moderation.remove_message(now(said), None, "rude")

    def erased(self, said, alice):
        erase(alice, "She asked for it.")

    def expired(self, said, alice):
        Message.objects.filter(pk=said.pk).update(sent_at="2020-01-01T00:00:00Z")
        assert purge() == 1

    @pytest.mark.parametrize("how", ["retracted", "moderated", "erased", "expired"])
    def test_it_goes_with_the_words(self, settings, said, kept, alice, bob, how):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}

        getattr(self, how)(said, alice)

        assert saved(bob) == [kept]
        assert list(SavedMessage.objects.values_list("message", flat=True)) == [kept.pk]

    def test_what_is_past_its_time_is_not_shown_although_it_was_not_purged_yet(
        self, settings, said, kept, bob
    ):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}
        Message.objects.filter(pk=said.pk).update(sent_at="2020-01-01T00:00:00Z")

        assert saved(bob) == [kept]

    def test_it_survives_leaving(self, harbour, said, kept, alice, bob):
        participation_of(bob, harbour).remove(participation_of(alice, harbour))

        assert saved(bob) == [kept, said]

    def test_who_clears_a_conversation_lets_go_what_they_saved_of_it_and_no_more(
        self, harbour, said, kept, alice, bob
    ):
        elsewhere = say(alice, private(alice, bob))
        save(bob, elsewhere)
        save(alice, said)

        participation_of(bob, harbour).clear()

        assert (saved(bob), saved(alice)) == ([elsewhere], [said])
        assert SavedMessage.objects.count() == 2
        later = say(alice, harbour)
        save(bob, later)
        assert saved(bob) == [later, elsewhere]

    def test_the_rows_of_a_deleted_account_are_deleted(self, said, kept, alice, bob):
        save(alice, said)

        bob.delete()

        assert list(SavedMessage.objects.values_list("user", flat=True)) == [alice.pk]

    @pytest.mark.parametrize("keep_words", [False, True])
    def test_and_so_are_those_of_somebody_erased(self, said, kept, alice, bob, keep_words):
        save(alice, said)
        assert kept_of(bob)["saved messages"] == 2

        erase(bob, "He asked for it.", keep_words=keep_words)

        assert list(SavedMessage.objects.values_list("user", flat=True)) == [alice.pk]
        assert kept_of(bob) == {}

    def test_an_export_has_ones_own_and_no_others(self, said, kept, alice, bob):
        save(alice, kept)

        told = [each for each in export(bob) if each["type"] == "saved_message"]

        assert [(each["conversation"], each["number"]) for each in told] == [
            (each.conversation_id, each.number) for each in (said, kept)
        ]
        assert told[0]["at"] == SavedMessage.objects.earliest("pk").at.isoformat()

    def test_no_event_tells_of_any_of_it(self, harbour, said, kept, bob):
        unsave(bob, said)

        kinds = set(Event.objects.filter(conversation=harbour).values_list("kind", flat=True))
        assert kinds == {Event.Kind.CONVERSATION_STARTED, Event.Kind.MESSAGE_SENT}
