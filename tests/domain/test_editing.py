"""Editing: who may change which words, until when, and what follows from it."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.models import Block, Edit, Event, Message, Participation
from talk.models.edit import _pages_of as earlier_texts
from talk.moderation import remove_message
from talk.privacy import erase

from ..trips import trips_of
from .acting import crowd, everything, group, inbox, participation_of, private, refused, say

pytestmark = pytest.mark.django_db

DAY = 86_400


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def allow(settings):
    """`allow(EDIT_SECONDS=0)` sets options."""

    def allow(**options):
        settings.TALK = {**settings.TALK, **options}

    return allow


def now(message):
    return Message.objects.get(pk=message.pk)


def edit(user, message, body="New words"):
    return participation_of(user, message.conversation).edit(now(message), body)


def earlier(message):
    return list(message.edits.order_by("until").values_list("body", flat=True))


def sent_before(message, seconds):
    """As if `message` had been sent so many seconds ago."""
    sent_at = message.sent_at - timedelta(seconds=seconds)
    Message.objects.filter(pk=message.pk).update(sent_at=sent_at)


class TestAnEdit:
    def test_who_said_it_edits_it_and_it_keeps_its_place(self, harbour, alice):
        said = say(alice, harbour, "Old words")

        edited = edit(alice, said, "  New words ")

        assert now(said).body == edited.body == "New words"
        assert (edited.number, edited.sent_at, edited.sender) == (said.number, said.sent_at, alice)
        assert now(said).edited_at == edited.edited_at > said.sent_at

    def test_what_it_said_before_is_kept_until_when_it_said_so(self, harbour, alice):
        said = say(alice, harbour, "one")

        first = edit(alice, said, "two").edited_at
        second = edit(alice, said, "three").edited_at

        kept = list(said.edits.order_by("until").values_list("body", "until"))
        assert kept == [("one", first), ("two", second)]

    def test_nothing_is_kept_where_the_project_keeps_no_history(self, harbour, alice, allow):
        allow(EDIT_HISTORY="none")
        retry = uuid.uuid4()
        said = participation_of(alice, harbour).send("Old words", retry)
        assert now(said).fingerprint

        edited = edit(alice, said)

        assert edited.edited_at is not None
        assert earlier(said) == []
        assert now(said).fingerprint == "", "one could guess the words by it"
        assert participation_of(alice, harbour).send("Old words", retry) == said

    def test_it_is_one_change_that_names_the_message_and_its_author(self, harbour, alice):
        said = say(alice, harbour)
        revision = said.conversation.revision

        edited = edit(alice, said)

        last = Event.objects.filter(conversation=harbour).latest("revision")
        assert last.revision == revision + 1
        assert (last.kind, last.actor, last.message) == (Event.Kind.MESSAGE_EDITED, alice, said)
        assert last.participation == participation_of(alice, harbour)
        assert now(said).revision == edited.revision == last.revision

    def test_the_same_words_again_are_no_change(self, harbour, alice):
        said = say(alice, harbour, "Old words")
        before = everything()

        edited = edit(alice, said, " Old words\n")

        assert everything() == before
        assert edited.edited_at is None
        assert earlier(said) == []

    def test_a_conversation_at_hand_shows_the_new_words(self, harbour, alice):
        place = participation_of(alice, harbour)
        said = place.send("Old words")
        assert place.conversation.latest_message.body == "Old words"

        place.edit(now(said), "New words")

        assert place.conversation.latest_message.body == "New words"

    def test_a_retry_of_the_send_answers_the_edited_message(self, harbour, alice):
        retry = uuid.uuid4()
        said = participation_of(alice, harbour).send("Old words", retry)
        edit(alice, said)

        again = participation_of(alice, harbour).send("Old words", retry)

        assert (again, again.body) == (said, "New words")
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            participation_of(alice, harbour).send("New words", retry)


class TestWhoMayNot:
    def test_nobody_else_edits_it_whatever_their_role(self, harbour, alice, bob):
        said = say(bob, harbour)

        with refused(RefusalCode.NOT_YOURS, "message"):
            edit(alice, said)

    def test_announcements_are_nobodys(self, harbour, alice):
        announced = harbour.announce("Maintenance at noon")

        with refused(RefusalCode.NOT_YOURS, "message"):
            edit(alice, announced)

    def test_what_happened_can_not_be_edited(self, harbour, alice):
        participation_of(alice, harbour).rename("Quay")
        renamed = harbour.messages.get(kind="renamed")

        with refused(RefusalCode.NOT_A_TEXT, "message"):
            edit(alice, renamed)

    def test_who_left_edits_nothing(self, harbour, bob):
        said = say(bob, harbour)
        participation_of(bob, harbour).leave()

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            edit(bob, said)

    def test_who_was_invited_again_edits_nothing_until_they_accept(
        self, harbour, alice, bob, allow
    ):
        said = say(bob, harbour)
        participation_of(bob, harbour).leave()
        allow(INVITATIONS_ASK=True)
        participation_of(alice, harbour).invite([bob])

        with refused(RefusalCode.NOT_A_PARTICIPANT):
            edit(bob, said)
        participation_of(bob, harbour).accept()
        assert edit(bob, said).body == "New words"

    def test_who_is_suspended_edits_nothing(self, harbour, bob):
        said = say(bob, harbour)
        participation_of(bob, harbour).suspend()

        with refused(RefusalCode.SUSPENDED):
            edit(bob, said)

    def test_who_was_blocked_by_the_other_of_a_pair_edits_nothing(self, alice, bob):
        said = say(alice, private(alice, bob))
        Block.objects.block(bob, alice)

        with refused(RefusalCode.NOT_REACHABLE):
            edit(alice, said)

    def test_who_blocked_the_other_edits_as_they_send(self, alice, bob):
        said = say(alice, private(alice, bob))
        Block.objects.block(alice, bob)

        assert say(alice, said.conversation)
        assert edit(alice, said).body == "New words"

    def test_in_a_group_blocks_keep_nobody_from_editing(self, harbour, alice, bob):
        said = say(alice, harbour)
        Block.objects.block(bob, alice)

        assert edit(alice, said).body == "New words"

    def test_a_message_of_another_conversation_is_not_found(self, harbour, alice, bob):
        elsewhere = say(alice, private(alice, bob))

        with refused(RefusalCode.NOT_FOUND, "message"):
            participation_of(alice, harbour).edit(elsewhere, "New words")

    def test_a_message_that_is_in_no_table_any_more_is_not_found(self, harbour, alice):
        said = say(alice, harbour)
        Message.objects.filter(pk=said.pk).delete()

        with refused(RefusalCode.NOT_FOUND, "message"):
            participation_of(alice, harbour).edit(said, "New words")


class TestWords:
    @pytest.mark.parametrize("nothing", ["", " \n", "\u200b"])
    def test_an_edit_to_nothing_is_refused(self, harbour, alice, nothing):
        said = say(alice, harbour)

        with refused(RefusalCode.EMPTY_BODY, "body"):
            edit(alice, said, nothing)

    def test_so_is_one_that_is_too_long_or_can_not_be_stored(self, harbour, alice, allow):
        allow(MAX_BODY_LENGTH=10)
        said = say(alice, harbour)

        with refused(RefusalCode.BODY_TOO_LONG, "body"):
            edit(alice, said, "x" * 11)
        with refused(RefusalCode.INVALID_TEXT, "body"):
            edit(alice, said, "x\0")

    def test_what_a_moderator_removed_is_not_found(self, harbour, alice):
        said = say(alice, harbour)
        remove_message(said, None, "Spam.")

        with refused(RefusalCode.NOT_FOUND, "message"):
            edit(alice, said)

    def test_so_is_what_has_expired_even_if_it_was_not_purged_yet(self, harbour, alice, allow):
        allow(RETENTION={"group": 1}, EDIT_SECONDS=None)
        said = say(alice, harbour)
        sent_before(said, 2 * DAY)

        with refused(RefusalCode.NOT_FOUND, "message"):
            edit(alice, said)


class TestTime:
    def test_after_the_time_for_it_an_edit_is_too_late(self, harbour, alice):
        said = say(alice, harbour)
        sent_before(said, DAY + 21)

        with refused(RefusalCode.TOO_LATE, "message"):
            edit(alice, said)

    def test_a_request_may_be_on_its_way_for_twenty_seconds(self, harbour, alice):
        said = say(alice, harbour)
        sent_before(said, DAY + 15)

        assert edit(alice, said).body == "New words"

    @pytest.mark.parametrize("seconds", [None, 1e12])
    def test_none_means_always_and_so_do_ages(self, harbour, alice, allow, seconds):
        allow(EDIT_SECONDS=seconds)
        said = say(alice, harbour)
        sent_before(said, 1_000 * DAY)

        assert edit(alice, said).body == "New words"

    def test_zero_means_never(self, harbour, alice, allow):
        allow(EDIT_SECONDS=0)
        said = say(alice, harbour)

        with refused(RefusalCode.TOO_LATE, "message"):
            edit(alice, said)

    def test_the_seconds_may_have_parts(self, harbour, alice, allow):
        allow(EDIT_SECONDS=0.5)
        said = say(alice, harbour)
        assert edit(alice, said).body == "New words"
        sent_before(said, 21)

        with refused(RefusalCode.TOO_LATE, "message"):
            edit(alice, said, "Newer words")


def places(conversation):
    rows = Participation.objects.filter(conversation=conversation).order_by("pk")
    return list(rows.values())


class TestInboxes:
    def test_an_edit_of_an_earlier_message_moves_no_inbox(self, harbour, alice, bob):
        said = say(alice, harbour)
        say(bob, harbour, "And later")
        before = places(harbour)

        edit(alice, said)

        assert places(harbour) == before

    def test_an_edit_of_the_last_message_is_told_to_all_inboxes(self, harbour, alice):
        said = say(alice, harbour)
        before = {row["id"]: row for row in places(harbour)}

        edited = edit(alice, said)

        for row in places(harbour):
            assert row == {**before[row["id"]], "changed_at": edited.edited_at}

    def test_it_makes_nothing_unread_and_is_no_activity(self, harbour, alice, bob, carol):
        said = say(alice, harbour)
        other = say(bob, group(bob, carol, title="Quay")).conversation
        participation_of(carol, harbour).read()

        edit(alice, said)

        assert participation_of(carol, harbour).unread_count == 0
        assert participation_of(bob, harbour).unread_count == 1, "as before"
        assert inbox(carol) == [other, harbour], "in the same order"


def statements(author, others, *, is_latest):
    """How many statements an edit takes among these people."""
    place = participation_of(author, group(author, *others))
    said = place.send("Old words")
    if not is_latest:
        place.send("Later words")
    with CaptureQueriesContext(connection) as captured:
        place.edit(said, "New words")
    return len(captured)


@pytest.mark.parametrize("is_latest", [True, False])
def test_an_edit_takes_as_many_statements_for_two_as_for_a_thousand(is_latest):
    author, *others = crowd(1_000)
    few = statements(author, others[:1], is_latest=is_latest)

    assert statements(author, others, is_latest=is_latest) == few


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [group, private])
def test_an_edit_takes_as_many_round_trips_as_a_send(alice, bob, make):
    place = participation_of(alice, make(alice, bob))
    said = place.send("one")
    for body in "abcdefgh":
        # To prepare a statement takes a trip of its own, once for each connection.
        place.send(body)
        place.edit(said, body)

    with trips_of(connection) as sending:
        place.send("two")
    with trips_of(connection) as editing:
        place.edit(said, "three")

    assert len(editing) == len(sending)


class TestWhatIsLeft:
    def test_who_left_sees_no_words_that_were_written_after(self, harbour, alice, bob):
        said, other = say(alice, harbour, "Old words"), say(alice, harbour, "Other words")
        edit(alice, other, "In time")
        participation_of(bob, harbour).leave()
        edit(alice, said)

        place = participation_of(bob, harbour)
        assert place.removal_of(now(said)) == Message.Removal.CHANGED_SINCE
        assert place.removal_of(now(other)) is None
        assert participation_of(alice, harbour).removal_of(now(said)) is None

    def test_who_comes_back_sees_them(self, harbour, alice, bob):
        said = say(alice, harbour)
        participation_of(bob, harbour).leave()
        edit(alice, said)
        participation_of(alice, harbour).invite([bob])

        assert participation_of(bob, harbour).removal_of(now(said)) is None

    def test_who_is_invited_again_does_not_yet(self, harbour, alice, bob, allow):
        said = say(alice, harbour)
        participation_of(bob, harbour).leave()
        edit(alice, said)
        allow(INVITATIONS_ASK=True)
        participation_of(alice, harbour).invite([bob])

        place = participation_of(bob, harbour)
        assert place.removal_of(now(said)) == Message.Removal.CHANGED_SINCE
        place.decline()
        assert place.removal_of(now(said)) == Message.Removal.CHANGED_SINCE

    @pytest.mark.parametrize("keep_words", [True, False])
    def test_earlier_words_go_with_the_words_and_stay_with_them(self, harbour, alice, keep_words):
        said = say(alice, harbour)
        edit(alice, said)

        erase(alice, "They asked for it.", keep_words=keep_words)

        assert Edit.objects.exists() == keep_words
        assert bool(now(said).body) == keep_words

    def test_they_go_with_what_a_moderator_removes(self, harbour, alice):
        said = say(alice, harbour)
        edit(alice, said)

        remove_message(now(said), None, "Spam.")

        assert earlier(said) == []


@pytest.mark.postgresql
def test_a_long_history_is_not_read_as_a_whole(harbour, alice):
    """In a table that is large enough for the planner not to look at it as a whole."""
    messages = [say(alice, harbour) for _message in range(5)]
    Edit.objects.bulk_create(
        Edit(message=each, body="x" * 100, until=each.sent_at + timedelta(seconds=second))
        for each in messages
        for second in range(2_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE talk_edit, talk_message")
    asked = earlier_texts(3, messages=[each.pk for each in messages])

    statement = asked.form.statement()
    values = statement.filled(asked.values, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}", values)
        ((told,),) = cursor.fetchall()

    (plan,) = json.loads(told) if isinstance(told, str) else told
    scans = [
        each for each in nodes_of(plan["Plan"]) if each.get("Relation Name") == Edit._meta.db_table
    ]
    # As often as the planner likes, but of each message no more than those that are asked for.
    by_message = [each for each in scans if each.get("Index Name") == "talk_edit_in_order"]
    assert {each["Actual Rows"] for each in by_message} == {3}
    assert not any(each["Node Type"] == "Seq Scan" for each in scans)


def nodes_of(node):
    yield node
    for each in node.get("Plans", ()):
        yield from nodes_of(each)
