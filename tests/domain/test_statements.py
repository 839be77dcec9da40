"""What PostgreSQL is asked all day it keeps planned, if it may, and answers as it did before."""

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, Model
from django.test.utils import CaptureQueriesContext, isolate_apps

from talk.models import Conversation, Message
from talk.models.conversation import TITLE_LENGTH
from talk.prepared import Question, among, ask, prepared, statements

from .acting import group, place_of, say

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

outside_transactions = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keep(settings):
    """`keep(20)`: each connection keeps twenty at most."""

    def at_most(most):
        settings.TALK = {**settings.TALK, "PREPARED_STATEMENTS": most}

    at_most(50)
    return at_most


@pytest.fixture
def said(keep, alice, bob):
    there = group(alice, bob)
    for body in ("one", "100 % two", "'three'"):
        say(alice, there, body)
    yield as_new(there)
    as_new(there)


def as_new(said):
    """`said`, with a connection that keeps nothing, as a new one."""
    statements._kept.clear()
    lose_names()
    return said


def lose_names():
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def bodies_of():
    """A question that nobody asked before."""

    @prepared
    def bodies(conversation, most):
        said = Message.objects.filter(conversation=conversation, number__lte=most)
        return said.exclude(body="% %s").order_by("number").values_list("body", flat=True)

    return bodies


def told(question):
    """The first word of how it is asked, and the answer."""
    with CaptureQueriesContext(connection) as captured:
        answer = question.ask()
    return captured[-1]["sql"].split()[0], answer


def undefined():
    """A question that has no answer."""

    @prepared
    def divided(by):
        return Message.objects.filter(number=1 / (F("number") - F("number")), body=by)

    return divided(by="one")


def often(question: Question):
    for _time in range(statements.OFTEN):
        assert told(question)[0] == "SELECT"


def kept():
    """What the database says that it keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'talk%%'")
        return {name for (name,) in cursor.fetchall()}


class TestKeeping:
    def test_what_is_asked_often_is_called_by_its_name(self, said):
        bodies = bodies_of()
        often(bodies(conversation=said.pk, most=9))

        for most in (9, 1, 0, 2):
            answer = ["one", "100 % two", "'three'"][:most]
            assert told(bodies(conversation=said.pk, most=most)) == ("EXECUTE", answer)
        assert len(kept()) == 1

    @pytest.mark.parametrize("of", [lambda there: there, lambda there: there.pk])
    def test_what_is_asked_of_a_list_is_called_by_its_name(self, said, of):
        @prepared
        def bodies(conversations):
            there = Message.objects.filter(among("conversation", conversations))
            return there.order_by("number").values_list("body", flat=True)

        often(bodies(conversations=[of(said)]))

        assert told(bodies(conversations=[of(said)])) == (
            "EXECUTE",
            ["one", "100 % two", "'three'"],
        )
        assert told(bodies(conversations=[]))[1] == []

    def test_what_a_send_writes_is_called_by_its_name(self, said, alice):
        place = place_of(alice, said)
        for _time in range(statements.OFTEN + 1):
            place.send("again")
        with CaptureQueriesContext(connection) as captured:
            place.send("and again")

        asked = [part.split()[0] for each in captured for part in each["sql"].split("; ")]
        assert set(asked) == {"EXECUTE", "SAVEPOINT", "RELEASE"}
        assert said.messages.filter(body="and again").count() == 1

    def test_nothing_is_kept_where_it_must_not_be(self, said, keep):
        keep(0)
        bodies = bodies_of()
        for _time in range(statements.OFTEN + 2):
            assert told(bodies(conversation=said.pk, most=1)) == ("SELECT", ["one"])
        assert kept() == set()

    def test_a_connection_keeps_so_many_and_forgets_what_was_not_called_for_longest(
        self, said, keep
    ):
        keep(12)

        @prepared
        def first(most, conversation):
            return Message.objects.filter(conversation=conversation).order_by("number")[:most]

        def call(most):
            """The names that were new, and those that were forgotten."""
            before = kept()
            assert told(first(most, conversation=said))[0] == "EXECUTE"
            return kept() - before, before - kept()

        for most in range(1, 15):
            often(first(most, conversation=said))
        names = {}
        for most in range(1, 13):
            (names[most],), forgotten = call(most)
            assert forgotten == set(), "there is room"

        assert call(1) == (set(), set())
        for most, oldest in ((13, 2), (14, 3)):
            (names[most],), forgotten = call(most)
            assert forgotten == {names[oldest]}
        assert call(1) == (set(), set()), "it was called after these"

    @pytest.mark.parametrize("most", [1, 4, 10])
    def test_what_is_called_in_one_trip_is_not_forgotten_in_it(self, said, alice, keep, most):
        keep(most)
        place = place_of(alice, said)
        for time in range(3 * statements.OFTEN):
            place.send(f"time {time}")
            place.read()
        assert said.messages.filter(body__startswith="time").count() == 3 * statements.OFTEN

    def test_a_name_means_the_same_to_every_connection(self, said):
        """Also to one that somebody else had before."""
        bodies = bodies_of()
        often(bodies(conversation=said.pk, most=1))
        bodies(conversation=said.pk, most=1).ask()
        before = kept()
        statements._kept.clear()

        assert told(bodies(conversation=said.pk, most=1)) == ("EXECUTE", ["one"])
        assert kept() == before

    @pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**200, 1.5])
    def test_what_would_not_fit_is_answered_as_it_was(self, said, value):
        bodies = bodies_of()
        often(bodies(conversation=said.pk, most=1))
        answer = ["one", "100 % two", "'three'"]
        answer = answer[: 1 if value == 1.5 else max(0, min(3, value))]

        for _time in range(statements.OFTEN + 2):
            assert told(bodies(conversation=said.pk, most=value)) == ("SELECT", answer)
        assert told(bodies(conversation=said.pk, most=1)) == ("EXECUTE", ["one"])


class TestFailing:
    def test_what_cannot_be_kept_is_asked_in_full(self, said, monkeypatch, caplog):
        """And the transaction in which that is found out goes on."""
        monkeypatch.setattr(statements.Statements, "_filled", lambda self, driver: "SELECT $1 +")
        bodies = bodies_of()
        often(bodies(conversation=said.pk, most=1))

        for _time in range(3):
            assert told(bodies(conversation=said.pk, most=1)) == ("SELECT", ["one"])
        assert caplog.text.count("can't be prepared") == 1

    def test_an_aborted_transaction_is_no_reason_to_keep_nothing(self, said, caplog):
        bodies = bodies_of()
        often(bodies(conversation=said.pk, most=1))
        with transaction.atomic():
            for fails in (undefined(), bodies(conversation=said.pk, most=1)):
                with pytest.raises(DatabaseError):
                    fails.ask()
            transaction.set_rollback(True)
        assert caplog.text == ""

        assert told(bodies(conversation=said.pk, most=1)) == ("EXECUTE", ["one"])

    def test_nor_is_a_table_that_is_made_later(self, no_table):
        later, make = no_table
        for _time in range(statements.OFTEN + 2):
            with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():
                later(key=1).ask()
        make()

        assert told(later(key=1)) == ("EXECUTE", [])

    @outside_transactions
    def test_nor_is_a_lock(self, said):
        bodies = bodies_of()
        often(bodies(conversation=said.pk, most=1))
        other = connection.copy()
        try:
            with other.cursor() as theirs, connection.cursor() as mine:
                theirs.execute("BEGIN; LOCK TABLE talk_message")
                mine.execute("SET lock_timeout = 50")
                with pytest.raises(OperationalError, match="lock timeout"):
                    bodies(conversation=said.pk, most=1).ask()
                theirs.execute("ROLLBACK")
        finally:
            other.close()

        assert told(bodies(conversation=said.pk, most=1)) == ("EXECUTE", ["one"])


@pytest.fixture
def no_table(said):
    """A question about a table that is not there, and what makes it."""

    with isolate_apps("talk"):

        class Later(Model):  # noqa: DJ008
            class Meta:
                app_label = "talk"

    @prepared
    def later(key):
        return Later.objects.filter(pk=key).values_list("pk", flat=True)

    def make():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE talk_later (id bigint)")

    return later, make


def change_a_column():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE talk_conversation ALTER title TYPE text")


@pytest.fixture
def titles(said):
    """A question that the connection keeps."""

    @prepared
    def titles(key):
        return Conversation.objects.filter(pk=key).values_list("title", flat=True)

    often(titles(key=said.pk))
    assert told(titles(key=said.pk)) == ("EXECUTE", [""])
    yield titles
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE talk_conversation ALTER title TYPE varchar({TITLE_LENGTH})")


@outside_transactions
@pytest.mark.parametrize("lose", [lose_names, change_a_column])
class TestLosing:
    """A proxy that hands out connections for single transactions, or a migration meanwhile."""

    def test_what_was_lost_is_asked_in_full(self, said, titles, lose, caplog):
        lose()

        for _time in range(2):
            assert told(titles(key=said.pk)) == ("SELECT", [""])
        assert caplog.text.count("PREPARED_STATEMENTS to 0") == 1

        as_new(said)
        assert told(titles(key=said.pk)) == ("EXECUTE", [""]), "as a new connection keeps it"

    def test_nor_what_was_found_lost_when_there_is_no_more_room(self, said, titles, lose, keep):
        keep(10)

        @prepared
        def first(most, conversation):
            return Message.objects.filter(conversation=conversation).order_by("number")[:most]

        for most in range(1, 11):
            often(first(most, conversation=said))
        for most in range(1, 10):
            assert told(first(most, conversation=said))[0] == "EXECUTE"
        assert told(titles(key=said.pk)) == ("EXECUTE", [""])
        lose()

        title, one = ask(titles(key=said.pk), first(10, conversation=said))
        assert (title, len(one)) == ([""], 3)

    def test_without_transactions_of_its_own_it_is_as_in_one(self, said, titles, lose):
        lose()

        transaction.set_autocommit(False)
        try:
            with pytest.raises(OperationalError, match="ask again"):
                titles(key=said.pk).ask()
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)

    def test_in_a_transaction_all_of_it_is_to_be_asked_again(self, said, titles, lose):
        lose()

        with pytest.raises(OperationalError, match="ask again"), transaction.atomic():
            titles(key=said.pk).ask()
        assert told(titles(key=said.pk)) == ("SELECT", [""])


def test_an_error_of_a_question_stays_what_it_is(said):
    bodies = bodies_of()
    often(bodies(conversation=said.pk, most=1))
    bodies(conversation=said.pk, most=1).ask()

    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        undefined().ask()
    assert told(bodies(conversation=said.pk, most=1)) == ("EXECUTE", ["one"])
