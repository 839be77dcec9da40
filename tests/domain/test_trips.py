"""Round trips to PostgreSQL, and statements that psycopg prepares there."""

import logging
from contextlib import nullcontext

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.models import F
from psycopg import ClientCursor, IsolationLevel

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message, Participation
from talk.models.conversation import TITLE_LENGTH
from talk.prepared import among, ask, changing, prepared

from ..trips import trips_of
from .acting import crowd, group, participation_of, refused, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture(autouse=True)
def prepares_queries(settings):
    """Also where a whole run of the tests is done without."""
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": True}


#: How often psycopg sees a statement before it prepares it.
OFTEN = 5


@prepared
def _titles(key):
    return Conversation.objects.filter(pk=key).values_list("title", flat=True)


@prepared
def _moved_on(key):
    return changing(Conversation.objects.filter(pk=key), revision=F("revision") + 1)


@prepared
def _bodies(conversation, most=9):
    said = Message.objects.filter(conversation=conversation, number__lte=most)
    said = said.exclude(body="% %s").filter(kind="text")
    return said.order_by("number").values_list("body", flat=True)


@prepared
def _bodies_in(conversations):
    said = Message.objects.filter(among("conversation", conversations), kind="text")
    return said.order_by("number").values_list("body", flat=True)


@prepared
def _divided(by):
    """It has no answer."""
    return Message.objects.filter(number=1 / (F("number") - F("number")), body=by)


@prepared
def _numbered(key, number):
    return changing(Message.objects.filter(pk=key), number=number)


@pytest.fixture
def said(alice, bob):
    there = group(alice, bob, title="Harbour")
    for body in ("one", "100 % 'two' ünd \\", "'three'"):
        say(alice, there, body)
    return there


BODIES = ["one", "100 % 'two' ünd \\", "'three'"]


@pytest.fixture(autouse=True)
def driver():
    """The driver's connection, which nobody gets afterwards."""
    connection.close()
    connection.ensure_connection()
    yield connection.connection
    if connection.connection is not None:
        connection.connection.close()
    connection.close()


def sent_by(question):
    """What went to the database, and the answer."""
    with trips_of(connection) as sent:
        answer = question.ask()
    return sent, answer


def is_prepared(question):
    sent, answer = sent_by(question)
    return sent[-1].startswith("EXECUTE"), answer


class TestTogether:
    def test_several_questions_go_in_one_trip(self, said):
        with trips_of(connection) as sent:
            answers = ask(_titles(key=said.pk), _bodies(conversation=said.pk))

        assert answers == [["Harbour"], BODIES]
        assert len(sent) == 1

    def test_in_a_transaction_too(self, said):
        with trips_of(connection) as sent, transaction.atomic():
            ask(_titles(key=said.pk), _bodies(conversation=said.pk))
            _bodies(conversation=said.pk).ask()

        begins, both, again, commits = sent
        assert (begins, commits) == ("BEGIN", "COMMIT")
        assert both.count("SELECT") == 2
        assert again.count("SELECT") == 1

    def test_to_send_takes_four_trips(self, said, alice):
        place = participation_of(alice, said)

        with trips_of(connection) as sent:
            place.send("Hello")

        assert [text.split()[0].strip(";") for text in sent][::3] == ["BEGIN", "COMMIT"]
        assert len(sent) == 4

    def test_to_react_takes_as_many_and_so_does_taking_it_back(self, said, bob):
        place, message = participation_of(bob, said), said.messages.get(number=1)

        for verb in (place.react, place.unreact):
            with trips_of(connection) as sent:
                verb(message, "👍")

            assert [text.split()[0].strip(";") for text in sent][::3] == ["BEGIN", "COMMIT"]
            assert len(sent) == 4

    def test_to_send_what_was_a_draft_takes_as_many_and_so_does_saving_it(self, said, alice):
        place = participation_of(alice, said)
        verbs = [
            lambda: place.save_draft("Hello", 1, base=0),
            lambda: place.save_draft("Hello, all", base=1),
            lambda: place.send("Hello, all", draft=2),
        ]

        for verb in verbs:
            with trips_of(connection) as sent:
                verb()

            assert [text.split()[0].strip(";") for text in sent][::3] == ["BEGIN", "COMMIT"]
            assert len(sent) == 4
        assert place.draft_version == 3

    def test_to_pin_and_to_save_take_as_many_and_so_does_taking_it_back(self, said, alice):
        place, message = participation_of(alice, said), said.messages.get(number=1)
        names = ("pin_message", "unpin_message", "save_message", "unsave_message")

        for name in names:
            with trips_of(connection) as sent:
                getattr(place, name)(message)

            assert [text.split()[0].strip(";") for text in sent][::3] == ["BEGIN", "COMMIT"]
            assert len(sent) == 4, name

    @pytest.mark.parametrize("size", [2, 40])
    def test_members_come_and_go_in_few_trips(self, alice, bob, size):
        there = group(alice, *crowd(size))
        owner = participation_of(alice, there)

        def trips(verb):
            with trips_of(connection) as sent:
                verb()
            assert (sent[0], sent[-1]) == ("BEGIN", "COMMIT")
            return len(sent)

        assert trips(lambda: owner.invite([bob])) == 7
        place = participation_of(bob, there)
        assert trips(place.leave) == 5
        assert trips(lambda: place.reinstate(by=owner)) == 8
        assert trips(lambda: place.remove(by=owner)) == 5

    def test_the_first_error_is_the_error(self, said, alice, caplog):
        """And the statements after it, which fail with it, are no news to the log."""
        first, second = said.messages.order_by("number")[:2]

        with pytest.raises(IntegrityError, match="one_per_number"), transaction.atomic():
            ask(
                _titles(key=said.pk),
                _numbered(key=first.pk, number=second.number),
                _bodies(conversation=said.pk),
            )
        assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
        assert _bodies(conversation=said.pk).ask() == BODIES

    def test_an_error_of_the_last_is_one(self, said):
        with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
            ask(_titles(key=said.pk), _divided(by="one"))
        assert _titles(key=said.pk).ask() == ["Harbour"]

    def test_somebody_who_listens_finds_the_results(self, said):
        heard = []

        def listen(execute, sql, params, many, context):
            answer = execute(sql, params, many, context)
            cursor = context["cursor"]
            heard.append((sql.split()[0], cursor.rowcount, cursor.statusmessage))
            return answer

        with connection.execute_wrapper(listen):
            ask(_titles(key=said.pk), _bodies(conversation=said.pk))

        assert heard == [("SELECT", 1, "SELECT 1"), ("SELECT", 3, "SELECT 3")]

    def test_a_pipeline_of_the_projects_own_goes_on(self, said, driver):
        with driver.pipeline():
            assert _titles(key=said.pk).ask() == ["Harbour"]
            both = ask(_titles(key=said.pk), _bodies(conversation=said.pk))
        assert both == [["Harbour"], BODIES]

    def test_a_cursor_of_the_projects_own_is_used(self, said, driver):
        class Own(ClientCursor):
            heard = 0

            def execute(self, *args, **kwargs):
                Own.heard += 1
                return super().execute(*args, **kwargs)

        driver.cursor_factory = Own

        assert _titles(key=said.pk).ask() == ["Harbour"]
        assert ask(_titles(key=said.pk), _bodies(conversation=said.pk)) == [["Harbour"], BODIES]
        assert Own.heard == 3

    def test_a_driver_without_pipelines_is_asked_one_by_one(self, said, monkeypatch):
        monkeypatch.setattr("talk.prepared.postgresql._has_pipeline", lambda: False)
        with trips_of(connection) as sent:
            answers = ask(_titles(key=said.pk), _bodies(conversation=said.pk))

        assert answers == [["Harbour"], BODIES]
        assert len(sent) == 2


def test_a_refused_verb_is_rolled_back(said, alice):
    place = participation_of(alice, said)
    place.leave()

    with trips_of(connection) as sent, refused(RefusalCode.NOT_A_PARTICIPANT):
        place.send("Hello")

    assert "ROLLBACK" in sent


def test_an_isolation_level_is_kept(said, driver):
    driver.isolation_level = IsolationLevel.SERIALIZABLE

    with trips_of(connection) as sent, transaction.atomic():
        _titles(key=said.pk).ask()

    assert sent[0] == "BEGIN ISOLATION LEVEL SERIALIZABLE"


def test_words_are_sent_in_the_encoding_of_the_connection(said, alice, driver):
    say(alice, said, "über")

    @prepared
    def saying(body):
        return Message.objects.filter(body=body).values_list("body", flat=True)

    driver.execute("SET client_encoding TO LATIN1")

    assert saying(body="über").ask() == ["über"]


@pytest.fixture(params=[True, False], ids=["server-side binding", "client-side binding"])
def bound(request, monkeypatch):
    """Connects with either of Django's ways to bind values."""
    options = connections["default"].settings_dict["OPTIONS"]
    here = connections["default"]
    connection.close()
    monkeypatch.setitem(options, "server_side_binding", request.param)
    here.close_pool()
    yield request.param
    connection.close()
    here.close_pool()


def test_values_of_all_sizes_are_compared(bound, said):
    for most in (9, 2, 0, -1, 2**15, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**200, 1.5):
        found = 1 if most == 1.5 else max(0, min(3, most))
        for _time in range(2):
            assert _bodies(conversation=said.pk, most=most).ask() == BODIES[:found]


def test_partial_indexes_are_found(bound, alice, said):
    """A constant of a condition stays in the SQL: as a parameter it might be anything."""
    question = Participation.objects.inbox_page_question(alice, 1, None)
    sql = question.form.statement().sql

    assert "= 'active'" in sql
    assert sql.count("%s") == 1, "the user"


class TestPreparing:
    @pytest.fixture(autouse=True)
    def prepares(self, driver):
        driver.prepare_threshold = OFTEN
        if isinstance(driver.cursor(), ClientCursor):
            pytest.skip("values are bound by the client")

    def test_a_frequent_question_is_prepared(self, said):
        for _time in range(OFTEN):
            question = _bodies(conversation=said.pk, most=9)
            assert is_prepared(question) == (False, BODIES)
        _bodies(conversation=said.pk, most=9).ask()

        for most in (9, 1, 0, 2, 2**40):
            question = _bodies(conversation=said.pk, most=most)
            assert is_prepared(question) == (True, BODIES[:most])

    @pytest.mark.parametrize("of", [lambda there: there, lambda there: there.pk])
    def test_also_with_lists(self, said, of):
        for _time in range(OFTEN + 1):
            _bodies_in(conversations=[of(said)]).ask()

        assert is_prepared(_bodies_in(conversations=[of(said)])) == (True, BODIES)
        assert is_prepared(_bodies_in(conversations=[of(said)] * 3)) == (True, BODIES)
        assert _bodies_in(conversations=[]).ask() == []

    def test_also_what_a_send_writes(self, said, alice):
        place = participation_of(alice, said)
        for _time in range(OFTEN + 1):
            place.send("again")

        with trips_of(connection) as sent:
            place.send("and again")

        begins, *others, commits = sent
        assert (begins, commits) == ("BEGIN", "COMMIT")
        for trip in others:
            assert {each.split()[0] for each in trip.split("; ")} == {"EXECUTE"}
        assert said.messages.filter(body="and again").count() == 1

    def test_nothing_is_prepared_if_the_project_says_so(self, said, driver):
        driver.prepare_threshold = None
        for _time in range(OFTEN + 2):
            assert is_prepared(_bodies(conversation=said.pk)) == (False, BODIES)


def drop_statements():
    """As a proxy that hands out connections for single transactions: psycopg learns nothing."""
    connection.connection.pgconn.exec_(b"DEALLOCATE ALL")


def change_a_column():
    """As a migration, by another connection."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("ALTER TABLE talk_conversation ALTER title TYPE text")
    finally:
        other.close()


@pytest.mark.parametrize("lose", [drop_statements, change_a_column])
class TestLosing:
    """Prepared statements that PostgreSQL does not have, or can't use, any more."""

    @pytest.fixture(autouse=True)
    def kept(self, said, driver):
        driver.prepare_threshold = OFTEN
        if isinstance(driver.cursor(), ClientCursor):
            pytest.skip("values are bound by the client")
        for _time in range(OFTEN + 1):
            _titles(key=said.pk).ask()
        assert is_prepared(_titles(key=said.pk)) == (True, ["Harbour"])
        yield
        length = f"varchar({TITLE_LENGTH})"
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE talk_conversation ALTER title TYPE {length}")

    def test_it_is_asked_again_by_another_connection(self, said, lose, driver):
        lose()

        assert _titles(key=said.pk).ask() == ["Harbour"]
        assert driver.closed
        assert is_prepared(_titles(key=said.pk)) == (False, ["Harbour"])

    def test_also_together_with_others(self, said, lose):
        lose()

        assert ask(_bodies(conversation=said.pk), _titles(key=said.pk)) == [BODIES, ["Harbour"]]

    @pytest.mark.parametrize("together", [True, False])
    def test_what_is_written_before_is_written_once(self, said, lose, together):
        revision = Conversation.objects.get(pk=said.pk).revision
        wrapper = connection.execute_wrapper(lambda execute, *args: execute(*args))
        with nullcontext() if together else wrapper:
            lose()
            *_written, titles = ask(_moved_on(key=said.pk), _titles(key=said.pk))

        assert titles == ["Harbour"]
        assert Conversation.objects.get(pk=said.pk).revision == revision + 1

    def test_in_a_transaction_all_of_it_is_to_be_asked_again(self, said, lose):
        lose()

        with pytest.raises(OperationalError, match="ask again"), transaction.atomic():
            _titles(key=said.pk).ask()
        assert _titles(key=said.pk).ask() == ["Harbour"]

    def test_without_autocommit_it_is_as_in_a_transaction(self, said, lose):
        lose()

        transaction.set_autocommit(False)
        try:
            with pytest.raises(OperationalError, match="ask again"):
                _titles(key=said.pk).ask()
        finally:
            connection.close()
        assert _titles(key=said.pk).ask() == ["Harbour"]
