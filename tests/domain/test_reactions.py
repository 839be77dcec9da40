"""Reactions: who may react to what, and what follows from it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.emoji import clean_emoji
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation, Reaction

from .acting import crowd, everything, group, participation_of, private, refused, say

pytestmark = pytest.mark.django_db

DIFFERENT = [chr(code) for code in range(0x1F600, 0x1F600 + 21)]


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(alice, harbour):
    return say(alice, harbour)


def react(user, message, emoji="👍"):
    return participation_of(user, message.conversation).react(now(message), emoji)


def unreact(user, message, emoji="👍"):
    return participation_of(user, message.conversation).unreact(now(message), emoji)


def now(message):
    return Message.objects.get(pk=message.pk)


def reactions(message):
    """Who reacted, and with what, in order."""
    rows = Reaction.objects.filter(message=message).order_by("pk")
    return [(row.user and row.user.username, row.emoji) for row in rows.select_related("user")]


def last_event(conversation):
    return Event.objects.filter(conversation=conversation).latest("revision")


class TestReacting:
    def test_every_member_reacts_to_what_was_said_the_author_too(self, said, alice, bob):
        assert react(alice, said) == said
        react(bob, said, "❤\ufe0f")

        assert reactions(said) == [("alice", "👍"), ("bob", "❤")]

    def test_a_reaction_is_one_change_that_names_the_message_and_whose_it_is(
        self, harbour, said, bob
    ):
        before = Event.objects.filter(conversation=harbour).count()

        reacted = react(bob, said)

        last = last_event(harbour)
        assert Event.objects.filter(conversation=harbour).count() == before + 1
        assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_REACTED, bob, said)
        assert last.participation == participation_of(bob, harbour)
        assert now(said).revision == reacted.revision == last.revision
        assert Reaction.objects.get().at == last.at

    def test_each_person_has_one_of_each_emoji(self, said, bob):
        react(bob, said, "❤")
        react(bob, said, "👍")

        before = everything()
        for again in ("❤", "❤\ufe0f", "👍"):
            assert react(bob, said, again).revision == now(said).revision

        assert everything() == before
        assert reactions(said) == [("bob", "❤"), ("bob", "👍")]

    def test_a_skin_tone_makes_another_emoji(self, said, bob):
        react(bob, said, "👍")
        react(bob, said, "👍🏽")

        assert len(reactions(said)) == 2

    def test_a_text_that_is_no_emoji_is_refused(self, said, bob):
        for text in ("ok", "👍👍", "", "\0", "\ud83d", "👍" * 33):
            with refused(RefusalCode.INVALID_EMOJI, "emoji"):
                react(bob, said, text)

    def test_only_what_the_project_lists_is_allowed_names_too(self, settings, said, bob):
        settings.TALK = {**settings.TALK, "REACTIONS": ("👍", "party_parrot")}
        react(bob, said, "party_parrot")

        with refused(RefusalCode.INVALID_EMOJI, "emoji"):
            react(bob, said, "❤")
        assert reactions(said) == [("bob", "party_parrot")]

    def test_a_message_has_at_most_twenty_different_emoji(self, said, alice, bob):
        for emoji in DIFFERENT[:20]:
            react(bob, said, emoji)

        for user in (alice, bob):
            with refused(RefusalCode.TOO_MANY_REACTIONS, "emoji"):
                react(user, said, DIFFERENT[20])
        assert len(reactions(said)) == 20

    def test_those_that_it_has_are_open_to_others_still(self, said, alice, bob):
        for emoji in DIFFERENT[:20]:
            react(bob, said, emoji)

        react(alice, said, DIFFERENT[0])
        unreact(bob, said, DIFFERENT[1])
        react(alice, said, DIFFERENT[20])

        assert len(reactions(said)) == 21
        assert len({emoji for _user, emoji in reactions(said)}) == 20


class TestTakingBack:
    def test_a_reaction_is_taken_back_with_one_change(self, harbour, said, alice, bob):
        react(alice, said)
        react(bob, said)
        before = Event.objects.filter(conversation=harbour).count()

        unreacted = unreact(bob, said)

        last = last_event(harbour)
        assert reactions(said) == [("alice", "👍")]
        assert Event.objects.filter(conversation=harbour).count() == before + 1
        assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_REACTED, bob, said)
        assert last.participation == participation_of(bob, harbour)
        assert now(said).revision == unreacted.revision == last.revision

    def test_each_spelling_takes_it_back(self, said, bob):
        react(bob, said, "❤")

        unreact(bob, said, "❤\ufe0f")

        assert reactions(said) == []

    def test_what_one_did_not_set_is_no_change(self, said, alice, bob):
        react(alice, said)

        before = everything()
        for emoji in ("👍", "❤", "lol"):
            assert unreact(bob, said, emoji) == said

        assert everything() == before

    def test_what_the_project_does_not_list_any_more_can_be_taken_back(self, settings, said, bob):
        react(bob, said, "👍")
        settings.TALK = {**settings.TALK, "REACTIONS": ("❤",)}

        unreact(bob, said, "👍")

        assert reactions(said) == []

    def test_what_could_not_be_stored_is_refused(self, said, bob):
        for text in ("", "\0", "\ud83d", "x" * 33):
            with refused(RefusalCode.INVALID_EMOJI, "emoji"):
                unreact(bob, said, text)


VERBS = [react, unreact]


@pytest.mark.parametrize("verb", VERBS)
class TestWhoMayNot:
    """Neither react nor take back a reaction that they have there."""

    def test_who_left(self, verb, said, bob):
        react(bob, said)
        participation_of(bob, said.conversation).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            verb(bob, said)

    def test_who_was_removed(self, verb, said, alice, bob):
        react(bob, said)
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
        react(bob, said)
        Participation.objects.filter(user=bob).update(suspended_at=said.sent_at)

        with refused(RefusalCode.SUSPENDED):
            verb(bob, said)

    def test_in_private_who_is_blocked_by_the_other(self, verb, alice, bob):
        said = say(alice, private(alice, bob))
        react(bob, said)
        Block.objects.block(alice, bob)

        with refused(RefusalCode.NOT_REACHABLE):
            verb(bob, said)
        # Who blocked may still write, and so may react.
        verb(alice, said)

    def test_in_a_group_a_block_keeps_nobody_from_it(self, verb, said, alice, bob):
        react(bob, said)
        Block.objects.block(alice, bob)

        verb(bob, said)

    def test_to_what_happened(self, verb, harbour, alice, bob):
        participation_of(alice, harbour).rename("Port")
        renamed = harbour.messages.get(kind=Message.Kind.RENAMED)

        with refused(RefusalCode.NOT_A_TEXT, "message"):
            verb(bob, renamed)

    def test_to_what_is_gone(self, verb, harbour, said, bob):
        with harbour.changing(None) as change:
            change.remove([said], Message.Removal.MODERATED)

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, said)

    def test_to_what_is_past_its_time(self, verb, settings, said, bob):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb(bob, said)

    def test_to_a_message_of_another_conversation(self, verb, harbour, alice, bob):
        elsewhere = say(alice, group(alice, bob, title="Elsewhere"))

        with refused(RefusalCode.NOT_FOUND, "message"):
            verb_of(verb)(participation_of(bob, harbour), elsewhere)


def verb_of(verb):
    return lambda place, message: getattr(place, verb.__name__)(message, "👍")


class TestWhatFollows:
    def test_with_the_words_go_the_reactions(self, harbour, said, alice, bob):
        kept = say(alice, harbour, "Kept")
        for message in (said, kept):
            react(bob, message)

        with harbour.changing(None) as change:
            change.remove([said], Message.Removal.MODERATED)

        assert reactions(said) == []
        assert reactions(kept) == [("bob", "👍")]

    def test_the_reactions_of_who_leaves_stay(self, said, bob):
        react(bob, said)

        participation_of(bob, said.conversation).leave()

        assert reactions(said) == [("bob", "👍")]

    def test_the_reactions_of_a_deleted_account_count_and_name_nobody(self, said, bob, carol):
        for each in (bob, carol):
            react(each, said)

        bob.delete()

        assert reactions(said) == [(None, "👍"), ("carol", "👍")]

    def test_accounts_that_reacted_alike_are_all_deleted(self, said, bob, carol):
        for each in (bob, carol):
            react(each, said)

        for each in (bob, carol):
            each.delete()

        assert reactions(said) == [(None, "👍")] * 2

    def test_who_left_one_of_two_conversations_sees_all_of_the_other(
        self, harbour, said, alice, bob, carol
    ):
        elsewhere = say(alice, group(alice, bob, carol))
        for message in (said, elsewhere):
            react(alice, message)
        left = participation_of(bob, harbour)
        left.leave()
        for message in (said, elsewhere):
            react(carol, message)

        seen = Reaction.objects.to([said, elsewhere], [left])

        assert [*seen.counted()] == [(said.pk, "👍", 1, 0), (elsewhere.pk, "👍", 2, 0)]

    def test_who_was_only_ever_invited_sees_none(self, settings, said, alice, bob, dave):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        participation_of(alice, said.conversation).invite([dave])
        react(bob, said)

        assert not Reaction.objects.to([said], [participation_of(dave, said.conversation)])

    def test_it_makes_nothing_unread_and_moves_nobodys_inbox(self, harbour, said, bob, carol):
        participation_of(bob, harbour).read()
        before = [*Participation.objects.order_by("pk").values()]

        react(carol, said)
        unreact(carol, said)

        assert [*Participation.objects.order_by("pk").values()] == before


@pytest.mark.parametrize("size", [50, 1_000])
def test_it_takes_as_many_statements_for_a_thousand_members_as_for_fifty(alice, bob, size):
    there = group(alice, bob, *crowd(size - 2))
    said = say(alice, there)
    place, message = participation_of(bob, there), now(said)
    moved = Participation.objects.order_by("pk").values_list("changed_at", flat=True)
    before = list(moved)

    for verb in (place.react, place.unreact):
        with CaptureQueriesContext(connection) as asked:
            verb(message, "👍")

        written = [each["sql"].split()[0] for each in asked if is_a_write(each["sql"])]
        tables = [table_of(each["sql"]) for each in asked if is_a_write(each["sql"])]
        assert len(written) == 4
        assert sorted(tables) == [
            "talk_conversation",
            "talk_event",
            "talk_message",
            "talk_reaction",
        ]
    assert list(moved) == before


def is_a_write(sql):
    return sql.split()[0] in {"INSERT", "UPDATE", "DELETE"}


def table_of(sql):
    return sql.split('"')[1]


@pytest.mark.parametrize("reactors", [1, 1_000])
def test_it_takes_as_many_statements_whoever_reacted_before(alice, bob, reactors):
    others = crowd(reactors)
    said = say(alice, group(alice, bob, *others[:900]))
    Reaction.objects.bulk_create(
        Reaction(message=said, user=each, emoji=clean_emoji("👍")) for each in others
    )
    place, message = participation_of(bob, said.conversation), now(said)

    with CaptureQueriesContext(connection) as asked:
        place.react(message, "👍")

    assert len([each for each in asked if is_a_write(each["sql"])]) == 4
    assert len(asked) == COUNTED[connection.vendor]


#: Statements in all: on SQLite BEGIN and COMMIT are counted, too.
COUNTED = {"sqlite": 11, "postgresql": 11}
