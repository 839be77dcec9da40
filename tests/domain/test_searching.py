"""Whoever searches finds what they could page to, as it is now, and nothing else."""

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from talk.exceptions import RefusalCode
from talk.models import Block, Message, searching
from talk.models.message.word_index import has_words
from talk.models.searching import Search
from talk.moderation import remove_message, suspend
from talk.sought import Sought

from .acting import group, participation_of, private, refused, say

pytestmark = pytest.mark.django_db


def found(viewer, text="harbour", most=50, before=None, **where):
    """The bodies that `viewer` finds, the newest first."""
    messages = Search(viewer, Sought.of(text), **where).newest(most, before)
    return [message.body for message in messages]


@pytest.fixture(params=["rare", "common"])
def there(request, alice, bob, carol, monkeypatch):
    """A group. Each test is done as if the words were rare, and as if they were common."""
    if request.param == "common":
        monkeypatch.setattr("talk.models.searching.COMMON", -1)
    return group(alice, bob, carol)


BODIES = [
    "At the harbour at eight",
    "HARBOURS are far",
    "the old Harbour, then",
    "Harbour-master's call: 8:30",
    "harb",
    "unharbour",
    "harbour/café or pier",
    "Ärger im Café",
    "a\u0308rger (decomposed)",
    "\uff46\uff55\uff4c\uff4c width",
    "don't & won't",
    "see https://example.com/harbour?x=1",
    "<b>bold</b> words",
    "jo@example.com",
    "港で会う",
    "2026-11-28",
    "meet\nat\teight",
    "Grüße aus der Hafenstraße",
    "IN DER HAFENSTRASSE",
    "ΟΔΟΣ",
    "version 2.3.1",
    "c17 is no conversation",
]


@pytest.mark.parametrize(
    "text",
    [
        "harbour",
        "HARB",
        "the harbour",
        "harbour the",
        '"the harbour"',
        '"the old harbour" then',
        '"harb"',
        '"harbour at eight"',
        "harbour-master",
        "master's",
        "8:30",
        "ärger",
        "ÄRGER",
        "caf",
        "full",
        "don't",
        "won",
        "example.com",
        "example",
        "bold",
        "港で",
        "2026-11",
        "2026-11-28",
        "28",
        "at eight",
        "hafenstraße",
        "HAFENSTRASSE",
        "hafenstras",
        "grüss",
        "οδος",
        "ΟΔΟΣ",
        "2.3.1",
        '"2.3"',
        "c17",
        "eigh",
        "ei",
        "at",
        "nothing",
        "harbour 🎉",
        "& harbour | !far :*",
        '"harbour',
    ],
)
def test_both_databases_find_what_a_plain_comparison_finds(there, alice, text):
    for body in BODIES:
        say(alice, there, body)

    expected = [body for body in reversed(BODIES) if Sought.of(text).is_in(body)]

    assert found(alice, text) == expected


class TestPages:
    def test_the_newest_come_first_from_all_conversations(self, there, alice, bob, dave):
        pair, other = private(alice, dave), group(alice, dave)
        for at, conversation in enumerate([there, pair, other, there, pair]):
            say(alice, conversation, f"harbour {at}")

        assert found(alice) == [f"harbour {at}" for at in (4, 3, 2, 1, 0)]
        assert found(dave) == [f"harbour {at}" for at in (4, 2, 1)]
        assert found(bob) == ["harbour 3", "harbour 0"]

    def test_a_page_follows_a_message(self, there, alice):
        messages = [say(alice, there, f"harbour {at}") for at in range(5)]

        assert found(alice, most=2) == ["harbour 4", "harbour 3"]
        assert found(alice, most=2, before=messages[3].pk) == ["harbour 2", "harbour 1"]
        assert found(alice, most=2, before=messages[1].pk) == ["harbour 0"]
        assert found(alice, before=messages[0].pk) == []

    def test_one_conversation(self, there, alice, dave):
        pair = private(alice, dave)
        say(alice, there, "harbour here"), say(alice, pair, "harbour there")

        assert found(alice, conversation=there.pk) == ["harbour here"]
        assert found(dave, conversation=there.pk) == []
        assert found(alice, conversation=2**62) == []

    def test_one_sender(self, there, alice, bob, dave):
        say(alice, there, "harbour a"), say(bob, there, "harbour b")

        assert found(alice, sender=bob.pk) == ["harbour b"]
        assert found(alice, sender=dave.pk) == []
        assert found(alice, sender=2**62) == []

    def test_since_a_time(self, there, alice):
        old, new = say(alice, there, "harbour old"), say(alice, there, "harbour new")
        Message.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(days=2))
        Message.objects.filter(pk=new.pk).update(sent_at=timezone.now() - timedelta(hours=1))

        assert found(alice, since=timezone.now() - timedelta(days=1)) == ["harbour new"]
        assert found(alice, since=timezone.now()) == []

    def test_what_happened_is_not_found(self, there, alice, bob):
        participation_of(alice, there).rename("Harbour")

        assert found(alice) == []

    def test_announcements_are_found(self, there, alice):
        there.announce("harbour closed")

        assert found(alice) == ["harbour closed"]


class TestWhoFindsWhat:
    """One test for each kind of viewer, with what changes while they look."""

    def test_active_members_find_all_also_of_before_they_came(self, there, alice, dave):
        say(alice, there, "harbour before")
        assert found(dave) == []

        participation_of(alice, there).invite([dave])
        say(alice, there, "harbour after")

        assert found(dave) == ["harbour after", "harbour before"]

    @pytest.mark.parametrize("goes", ["left", "removed"])
    def test_people_who_left_find_what_was_there(self, there, alice, bob, goes):
        said = [say(alice, there, f"harbour {at}") for at in range(3)]
        if goes == "left":
            participation_of(bob, there).leave()
        else:
            participation_of(bob, there).remove(participation_of(alice, there))
        say(alice, there, "harbour later")
        assert found(bob) == ["harbour 2", "harbour 1", "harbour 0"]
        place = participation_of(alice, there)

        place.edit(said[0], "harbour edited")
        place.retract(said[1])

        assert found(bob) == ["harbour 2"]
        assert found(bob, "edited") == []
        assert found(alice) == ["harbour later", "harbour 2", "harbour edited"]

    def test_what_was_edited_before_they_left_is_found_by_its_new_words(self, there, alice, bob):
        message = say(alice, there, "harbour")
        participation_of(alice, there).edit(message, "pier")
        participation_of(bob, there).leave()

        assert (found(bob), found(bob, "pier")) == ([], ["pier"])

    def test_people_who_came_back_find_all(self, there, alice, bob):
        participation_of(bob, there).leave()
        say(alice, there, "harbour meanwhile")
        assert found(bob) == []

        participation_of(alice, there).invite([bob])

        assert found(bob) == ["harbour meanwhile"]

    @pytest.mark.parametrize("answer", ["none", "declines", "accepts"])
    def test_invited_people_who_never_were_here_find_nothing(
        self, there, alice, dave, settings, answer
    ):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        say(alice, there, "harbour")
        participation_of(alice, there).invite([dave])
        place = participation_of(dave, there)
        if answer != "none":
            place.decline() if answer == "declines" else place.accept()

        assert found(dave) == (["harbour"] if answer == "accepts" else [])

    @pytest.mark.parametrize("declines", [False, True])
    def test_people_who_are_invited_again_find_what_they_could_see(
        self, there, alice, bob, settings, declines
    ):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        kept, edited = say(alice, there, "harbour kept"), say(alice, there, "harbour edited")
        participation_of(bob, there).leave()
        participation_of(alice, there).invite([bob])
        say(alice, there, "harbour later")
        participation_of(alice, there).edit(edited, "harbour changed")
        if declines:
            participation_of(bob, there).decline()

        assert participation_of(bob, there).sees(kept)
        assert found(bob) == ["harbour kept"]

    def test_strangers_find_nothing(self, there, alice, dave):
        say(alice, there, "harbour")

        assert found(dave) == []
        assert found(dave, conversation=there.pk, sender=alice.pk) == []

    def test_blocks_hide_and_unblocking_shows(self, there, alice, bob, carol):
        say(bob, there, "harbour")
        Block.objects.block(alice, bob)

        assert found(alice) == found(alice, sender=bob.pk) == []
        assert found(carol) == ["harbour"], "a block is the blocker's own"
        Block.objects.unblock(alice, bob)
        assert found(alice) == ["harbour"]

    def test_the_blocked_person_finds_all(self, there, alice, bob):
        say(alice, there, "harbour")
        Block.objects.block(alice, bob)

        assert found(bob) == ["harbour"]

    def test_suspended_people_find_all(self, there, alice, bob):
        suspend(participation_of(bob, there), by=alice, why="spam")
        say(alice, there, "harbour")

        assert found(bob) == ["harbour"]

    def test_a_blocked_private_pair_finds_what_it_said(self, there, alice, dave):
        pair = private(alice, dave)
        say(alice, pair, "harbour")
        Block.objects.block(dave, alice)

        assert (found(alice), found(dave)) == (["harbour"], [])


class TestWhatChanges:
    def test_edited_words(self, there, alice, bob):
        message = say(alice, there, "harbour")
        participation_of(alice, there).edit(message, "the pier")

        assert (found(bob), found(bob, "pier")) == ([], ["the pier"])

    @pytest.mark.parametrize("how", ["retracted", "removed", "moderated"])
    def test_removed_words(self, there, alice, bob, how):
        message = say(bob, there, "harbour")
        assert found(alice) == ["harbour"]
        if how == "moderated":
            remove_message(message, by=alice, why="spam")
        else:
            by = participation_of(bob if how == "retracted" else alice, there)
            by.retract(message) if how == "retracted" else by.remove_message(message)

        assert found(alice) == found(bob) == []

    @pytest.mark.parametrize("kind", ["group", "private"])
    def test_words_past_their_retention_that_are_there_still(
        self, there, alice, bob, settings, kind
    ):
        pair = private(alice, bob)
        for conversation in (there, pair):
            message = say(alice, conversation, f"harbour {conversation.kind}")
            past = timezone.now() - timedelta(days=2)
            Message.objects.filter(pk=message.pk).update(sent_at=past)
        settings.TALK = {**settings.TALK, "RETENTION": {kind: 1}}

        other = "private" if kind == "group" else "group"
        assert Message.objects.filter(body=f"harbour {kind}").exists(), "it is not purged yet"
        assert found(bob) == [f"harbour {other}"]

    def test_a_cleared_history(self, there, alice, bob):
        say(alice, there, "harbour old")
        participation_of(bob, there).clear()
        say(alice, there, "harbour new")

        assert found(bob) == ["harbour new"]
        assert found(alice) == ["harbour new", "harbour old"]


class TestFrequentWords:
    """Frequent words are looked for in the newest messages first, and then in all others."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        for name, value in {"COMMON": -1, "NEWEST": 6, "AT_FIRST": 2}.items():
            monkeypatch.setattr(searching, name, value)
        monkeypatch.setattr(searching, "PLACES", ((2, 4), (2, 2)))

    @pytest.mark.parametrize("seed", range(6))
    def test_no_message_is_missed_and_none_comes_twice(self, alice, bob, carol, seed):
        chance = random.Random(seed)
        groups = [group(alice, bob, carol) for _each in range(7)]
        for _each in range(60):
            # Some are busy, and some are quiet.
            conversation = groups[min(chance.randrange(9), chance.randrange(9)) % 7]
            say(alice, conversation, chance.choice(["harbour", "harbour", "pier"]))
        for conversation in chance.sample(groups, 3):
            participation_of(bob, conversation).leave()
            say(alice, conversation, "harbour")
        participation_of(bob, groups[chance.randrange(7)]).clear()

        readable = [
            key
            for conversation in groups
            for key in Message.objects.visible_to(participation_of(bob, conversation))
            .filter(body="harbour")
            .values_list("pk", flat=True)
        ]
        search = Search(bob, Sought.of("harbour"))
        for most in (1, 3, 50):
            pages, before = [], None
            while page := search.newest(most, before):
                pages += [message.pk for message in page]
                before = pages[-1]
            assert pages == sorted(readable, reverse=True)


@pytest.mark.postgresql
class TestOnPostgreSQL:
    def test_the_index_has_the_expression_of_the_search(self, alice, bob):
        rows = Message.objects.filter(has_words(Sought.of("harb")))

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = rows.explain()

        assert "talk_message_words" in plan

    def test_what_takes_too_long_is_too_broad_and_ends(self, there, alice, monkeypatch):
        monkeypatch.setitem(searching.PLANNED, "statement_timeout", 50)

        def slow(*_args):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(20)")

        monkeypatch.setattr(Search, "_by_index", slow)

        with refused(RefusalCode.TOO_BROAD, "query"):
            found(alice)

    def test_other_errors_of_the_database_are_raised(self, there, alice, monkeypatch):
        def broken(*_args):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

        monkeypatch.setattr(Search, "_by_index", broken)

        with pytest.raises(DatabaseError, match="division"), transaction.atomic():
            found(alice)

    def test_the_connection_is_as_before_afterwards(self, there, alice):
        def settings():
            with connection.cursor() as cursor:
                return [cursor.execute(f"SHOW {name}").fetchone() for name in searching.PLANNED]

        before = settings()
        found(alice)

        assert settings() == before

    def test_a_word_is_not_the_pattern_of_another_query(self, there, alice):
        """Neither a number of a conversation nor a part of SQL is looked for in another way."""
        say(alice, there, f"c{there.pk} harbour'); SELECT 1")

        assert len(found(alice, f"c{there.pk}")) == 1
        assert len(found(alice, "'); select")) == 1

    def test_a_text_of_the_longest_length_is_sent_and_found(self, there, alice, settings):
        settings.TALK = {**settings.TALK, "MAX_BODY_LENGTH": 2_000_000}
        words = (f"{number:x}\ufdfa" for number in range(150_000))
        body = "harbour " + " ".join(words) + " pier"

        say(alice, there, body)

        assert found(alice) == [body]
        assert found(alice, "pier") == [], "only the first 100,000 characters are read"


def test_sqlite_looks_through_the_newest_messages_alone(there, alice, monkeypatch):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has an index")
    monkeypatch.setattr(searching, "ON_SQLITE", 3)
    for at in range(5):
        say(alice, there, f"harbour {at}")

    assert found(alice) == ["harbour 4", "harbour 3", "harbour 2"]


def test_sqlite_reads_only_so_many_characters(there, alice, monkeypatch):
    """Thousands of long messages would take half a minute, whose other work Python holds up."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has an index")
    monkeypatch.setattr(searching, "CHARACTERS", 25)
    for at in range(5):
        say(alice, there, f"harbour {at} ")

    assert found(alice) == ["harbour 4", "harbour 3", "harbour 2"]
