"""A transaction of PostgreSQL begins in the trip of the first question that is asked in it."""

import pytest
from django.db import OperationalError, connection, transaction
from psycopg import ClientCursor, IsolationLevel

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message
from talk.prepared import ask, prepared

from ..trips import trips_of
from .acting import group, place_of, refused, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@prepared
def _titles(conversation):
    return Conversation.objects.filter(pk=conversation).values_list("title", flat=True)


@prepared
def _bodies(conversation):
    said = Message.objects.filter(conversation=conversation, kind="text")
    return said.order_by("number").values_list("body", flat=True)


@pytest.fixture(autouse=True)
def nothing_kept(settings):
    settings.TALK = {**settings.TALK, "PREPARED_STATEMENTS": 0}


@pytest.fixture
def said(alice, bob):
    there = group(alice, bob, title="Harbour")
    say(alice, there, "100 % 'two' ünd \\")
    return there


@pytest.fixture
def driver():
    connection.ensure_connection()
    yield connection.connection
    # No pool is to hand it out again.
    connection.connection.close()
    connection.close()


def test_a_transaction_begins_with_its_first_question(said):
    with trips_of(connection) as sent, transaction.atomic():
        title = _titles(conversation=said.pk).ask()
        bodies = _bodies(conversation=said.pk).ask()

    assert (title, bodies) == (["Harbour"], ["100 % 'two' ünd \\"])
    first, second, third = sent
    assert first.startswith("BEGIN; SELECT")
    assert second.startswith("SELECT")
    assert third == "COMMIT"


def test_several_questions_go_with_it(said):
    with trips_of(connection) as sent, transaction.atomic():
        answers = ask(_titles(conversation=said.pk), _bodies(conversation=said.pk))

    assert answers == [["Harbour"], ["100 % 'two' ünd \\"]]
    assert len(sent) == 2


def test_outside_a_transaction_none_begins(said):
    with trips_of(connection) as sent:
        _titles(conversation=said.pk).ask()

    (asked,) = sent
    assert asked.startswith("SELECT")


def test_within_a_savepoint_none_begins(said):
    with trips_of(connection) as sent, transaction.atomic(), transaction.atomic():
        _titles(conversation=said.pk).ask()

    words = [text.split()[0] for text in sent]
    assert words == ["BEGIN", "SAVEPOINT", "SELECT", "RELEASE", "COMMIT"]


def test_to_send_is_one_transaction_of_three_trips(said, alice):
    place = place_of(alice, said)

    with trips_of(connection) as sent:
        place.send("Hello")

    assert sent[0].startswith("BEGIN; ")
    assert sent[-1] == "COMMIT"
    assert len(sent) == 3


def test_what_is_refused_is_rolled_back(said, alice):
    place = place_of(alice, said)
    place.leave()

    with trips_of(connection) as sent, refused(RefusalCode.NOT_A_PARTICIPANT):
        place.send("Hello")

    assert "ROLLBACK" in sent


def test_an_isolation_level_is_kept(said, driver):
    driver.isolation_level = IsolationLevel.SERIALIZABLE

    with trips_of(connection) as sent, transaction.atomic():
        _titles(conversation=said.pk).ask()

    assert sent[0] == "BEGIN ISOLATION LEVEL SERIALIZABLE"


def test_an_error_of_the_first_question_ends_the_transaction(said, driver):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 200")

    @prepared
    def slow(seconds):
        return Message.objects.extra(where=["pg_sleep(%s) IS NULL"], params=[seconds])

    with pytest.raises(OperationalError) as caught, transaction.atomic():
        slow(seconds=5).ask()

    assert caught.value.__cause__.sqlstate == "57014"
    with connection.cursor() as cursor:
        # In the same transaction that would be refused.
        cursor.execute("SET statement_timeout = 0")
    assert _titles(conversation=said.pk).ask() == ["Harbour"]


def test_who_listens_finds_all_that_psycopg_tells(said):
    heard = []

    def listen(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        cursor = context["cursor"]
        heard.append((sql.split()[0], list(params), cursor.rowcount, cursor.statusmessage))
        return answer

    with connection.execute_wrapper(listen), transaction.atomic():
        _titles(conversation=said.pk).ask()

    assert heard == [("SELECT", [said.pk], 1, "SELECT 1")]


def test_words_are_sent_in_the_encoding_of_the_connection(said, alice, driver):
    say(alice, said, "über")

    @prepared
    def saying(body):
        return Message.objects.filter(body=body).values_list("body", flat=True)

    driver.execute("SET client_encoding TO LATIN1")

    assert saying(body="über").ask() == ["über"]


def test_a_cursor_of_the_projects_own_is_used(said, driver):
    class Own(ClientCursor):
        heard = 0

        def execute(self, *args, **kwargs):
            Own.heard += 1
            return super().execute(*args, **kwargs)

    driver.cursor_factory = Own

    assert _titles(conversation=said.pk).ask() == ["Harbour"]
    assert Own.heard == 1


def test_a_pipeline_is_left_alone(said, driver):
    with driver.pipeline():
        assert _titles(conversation=said.pk).ask() == ["Harbour"]
