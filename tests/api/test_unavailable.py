"""A database that is locked or gone: told as such, worth a retry, and nothing half-written."""

import sqlite3
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from talk import availability

from .asking import act, code, document, gid, group, ok, private

UNAVAILABLE = {"code": "UNAVAILABLE", "retryable": True, "retryAfter": 1}
MUTATIONS = {
    "sendMessage": {"body": "Hi", "invite": ["erin"]},
    "inviteParticipants": {"participants": ["erin"]},
    "leaveConversation": {},
    "removeParticipant": {"participant": "bob"},
    "reinstateParticipant": {"participant": "carol"},
    "changeRole": {"participant": "bob", "role": "OWNER"},
    "renameConversation": {"title": "New"},
    "updateConversation": {"description": "New", "data": {"new": True}},
    "markRead": {},
    "markUnread": {},
}
#: The statement that a verb writes last.
LAST = dict.fromkeys(MUTATIONS, 'UPDATE "talk_conversation"')
# It concerns one person alone, and is no change of the conversation.
LAST["markUnread"] = 'UPDATE "talk_participation"'


def everything():
    """All rows of Talk."""
    models = apps.get_app_config("talk").get_models()
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def asked_for(request, mutation, conversation):
    def named(value):
        if isinstance(value, list):
            return [named(each) for each in value]
        if value in ("bob", "carol", "erin"):
            return gid(request.getfixturevalue(value))
        return value

    asked = {name: named(value) for name, value in MUTATIONS[mutation].items()}
    return asked | {"conversationId": gid(conversation)}


@contextmanager
def broken(error, statement):
    """The database raises `error` when it's told a statement that starts like that."""
    failed = []

    def execute(run, sql, params, many, context):
        if statement in sql:
            failed.append(sql)
            raise error
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield
    assert failed, "the database was to fail for this test to mean anything"


@pytest.fixture
def conversation(db, alice, bob, carol):
    conversation = group(alice, bob, carol, says=["1"])
    conversation.participation_of(carol).leave()
    conversation.participation_of(bob).send("2")
    return conversation


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_verb_that_dies_half_way_leaves_nothing(
    request, gql, alice, erin, conversation, mutation, error
):
    asked = asked_for(request, mutation, conversation)
    before = everything()
    ask = gql(alice)

    with broken(error("the server closed the connection"), LAST[mutation]):
        answer = ask(document(mutation), input=asked)

    (failure,) = answer["errors"]
    assert failure["extensions"] == UNAVAILABLE
    assert "server closed" not in repr(answer)
    assert answer["data"] is None
    assert everything() == before
    assert "code" not in act(ask, mutation, **asked), "and the retry succeeds"


def test_a_conversation_that_could_not_be_started_is_not_there(gql, alice, bob, carol):
    ask = gql(alice)
    before = everything()
    for people in ([gid(bob)], [gid(bob), gid(carol)]):
        with broken(OperationalError("gone"), 'INSERT INTO "talk_message"'):
            answer = ask(document("sendMessage"), input={"to": people, "body": "Hi"})

        assert code(answer) == "UNAVAILABLE"
        assert everything() == before


@pytest.mark.parametrize(
    "query",
    ["{ inbox { totalCount } }", "{ unreadTotal }", '{ users(search: "") { totalCount } }'],
)
def test_a_query_can_be_asked_again(gql, alice, query):
    ask = gql(alice)
    with broken(OperationalError("gone"), "SELECT COUNT"):
        answer = ask(query)

    assert code(answer) == "UNAVAILABLE"
    assert ok(ask(query))


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_bug_tells_its_id_and_nothing_else(
    request, gql, alice, erin, conversation, mutation, caplog
):
    asked = asked_for(request, mutation, conversation)
    before = everything()

    with broken(RuntimeError("the password is hunter2!"), LAST[mutation]):
        answer = gql(alice)(document(mutation), input=asked)

    (failure,) = answer["errors"]
    assert failure["message"] == "Something went wrong."
    assert failure["extensions"] == {
        "code": "INTERNAL",
        "retryable": False,
        "id": failure["extensions"]["id"],
    }
    assert "hunter2!" not in repr(answer)
    assert failure["extensions"]["id"] in caplog.text
    assert everything() == before


@contextmanager
def locked():
    """Another process writes, and takes longer than anybody waits."""
    other = connection.copy()
    other.ensure_connection()
    patience, lock = {
        "sqlite": ("PRAGMA busy_timeout = {}", "BEGIN IMMEDIATE"),
        "postgresql": ("SET lock_timeout = {}", "BEGIN; LOCK TABLE talk_conversation"),
    }[connection.vendor]
    try:
        with connection.cursor() as mine, other.cursor() as theirs:
            mine.execute(patience.format(100))
            theirs.execute(lock)
            yield
            theirs.execute("ROLLBACK")
            mine.execute(patience.format(20_000))
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_somebody_else_has_locked_is_unavailable(gql, alice, bob):
    conversation = private(alice, bob, "1")
    before = everything()
    ask, asked = gql(alice), {"conversationId": gid(conversation), "body": "2"}
    assert ok(ask("{ viewer { id } }"))

    with locked():
        answer = ask(document("sendMessage"), input=asked)

    assert code(answer) == "UNAVAILABLE"
    assert answer["errors"][0]["extensions"]["retryable"]
    assert everything() == before
    assert act(ask, "sendMessage", "sent { number }", **asked) == {"sent": {"number": 2}}


def make_read_only():
    """This connection leads to a server that lets itself only be read, and others lead elsewhere,
    as after a failover.
    """
    statement = {
        "sqlite": "PRAGMA query_only = 1",
        "postgresql": "SET default_transaction_read_only = on",
    }
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])


@pytest.mark.django_db(transaction=True)
def test_after_a_failover_the_next_try_goes_to_the_new_server(gql, alice, bob, monkeypatch):
    monkeypatch.setattr(availability, "_dropped_at", float("-inf"))
    conversation = private(alice, bob, "1")
    ask, asked = gql(alice), {"conversationId": gid(conversation), "body": "2"}
    before = everything()
    make_read_only()
    assert ok(ask("{ viewer { id } }")), "it can be read"

    answer = ask(document("sendMessage"), input=asked)

    assert code(answer) == "UNAVAILABLE"
    assert answer["errors"][0]["extensions"] == UNAVAILABLE
    assert everything() == before
    assert act(ask, "sendMessage", "sent { number }", **asked) == {"sent": {"number": 2}}


def caused_by(error):
    """A driver's error as Django raises it."""
    raised = OperationalError(str(error))
    raised.__cause__ = error
    return raised


def test_connections_are_dropped_when_one_is_dead_and_else_not(monkeypatch):
    drops = []
    monkeypatch.setattr(availability, "drop_connections", lambda: drops.append(True))
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    pool = pytest.importorskip("psycopg_pool")

    for alive in (
        IntegrityError("a bug"),
        caused_by(locked),
        caused_by(pool.PoolTimeout("all are in use")),
    ):
        availability.drop_connections_after(alive)
    assert drops == []
    assert availability.is_away(caused_by(pool.PoolTimeout("all are in use")))

    availability.drop_connections_after(OperationalError("the connection is closed"))
    assert drops == [True]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "state", ["08006", "25P03", "40001", "40P01", "53100", "53200", "55P03", "57P03", "58030"]
)
def test_whatever_passes_is_worth_a_retry(gql, alice, bob, state):
    conversation = private(alice, bob, "1")
    ask, asked = gql(alice), {"conversationId": gid(conversation), "body": "2"}
    before = everything()

    with failing_inserts(state):
        answer = ask(document("sendMessage"), input=asked)

    assert answer["errors"][0]["extensions"] == UNAVAILABLE
    assert everything() == before
    assert act(ask, "sendMessage", "sent { number }", **asked) == {"sent": {"number": 2}}


@contextmanager
def failing_inserts(state):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'hm' USING ERRCODE = '{state}'; END $$;"
            "CREATE TRIGGER fail BEFORE INSERT ON talk_message EXECUTE FUNCTION fail()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION fail CASCADE")
