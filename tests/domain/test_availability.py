"""Errors of the database driver: those of an unavailable database, and those of a bug."""

import pytest
from django.db import Error, InterfaceError, OperationalError, connection

from talk.availability import check_writable, is_away, is_read_only
from talk.models import AccessToken

pytestmark = pytest.mark.django_db(transaction=True)

AWAY = [
    "08000", "08003", "08006", "08P01",
    "25006", "25P03", "25P04",
    "40001", "40P01",
    "53000", "53100", "53200", "53300", "53400",
    "55P03",
    "57P01", "57P02", "57P03", "57P04", "57P05",
    "58000", "58030",
]  # fmt: skip
BUGS = ["22P02", "23505", "25P02", "42601", "42P01", "42501", "54001", "XX000", "XX002"]


def raised(*statements):
    """The error that the last of these ends with."""
    *before, last = statements
    with connection.cursor() as cursor:
        for statement in before:
            cursor.execute(statement)
        with pytest.raises(Error) as caught:
            cursor.execute(last)
    return caught.value


@pytest.mark.postgresql
@pytest.mark.parametrize("state", AWAY + BUGS)
def test_postgresql_says_by_its_code_what_passes(state):
    error = raised(f"DO $$ BEGIN RAISE EXCEPTION 'hm' USING ERRCODE = '{state}'; END $$")

    assert error.__cause__.sqlstate == state, "it came for this test to mean anything"
    assert is_away(error) is is_away(error.__cause__) is (state in AWAY)
    assert is_read_only(error) is (state == "25006")


@pytest.fixture
def sqlite():
    """Whatever is done to this connection is gone with it."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite")
    yield
    connection.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["PRAGMA query_only = 1", "DELETE FROM talk_block"],
        ["PRAGMA max_page_count = 1", "CREATE TABLE much AS SELECT zeroblob(9999999)"],
        ["ATTACH DATABASE '/nowhere/at/all' AS elsewhere"],
    ],
)
def test_sqlite_says_by_its_code_what_passes(sqlite, statements):
    error = raised(*statements)

    assert is_away(error)
    assert is_read_only(error) is ("query_only" in statements[0])


@pytest.mark.parametrize("statement", ["SELECT * FROM nowhere", "SELECT no_such_function()", "SE"])
def test_a_mistake_of_ours_is_no_reason_to_try_again(statement):
    assert not is_away(raised(statement))


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_driver_without_a_connection_has_no_code(kind):
    assert is_away(kind("the connection is closed"))
    assert not is_away(ValueError("the connection is closed"))


@pytest.fixture
def read_only():
    statement = {
        "postgresql": "SET default_transaction_read_only = on",
        "sqlite": "PRAGMA query_only = 1",
    }
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])
        driver = connection.connection
    yield
    # No pool is to hand it out again.
    driver.close()
    connection.close()


def test_it_is_found_out_whether_anything_can_be_written(read_only):
    with pytest.raises(Error) as caught:
        check_writable()

    assert is_read_only(caught.value)
    connection.connection.close()
    connection.close()
    check_writable()


def test_a_token_lets_in_where_its_use_can_not_be_noted(alice, request):
    _token, secret = AccessToken.objects.issue(alice, "a test")
    request.getfixturevalue("read_only")
    with pytest.raises(Error):
        AccessToken.objects.update(last_used_at=None)

    assert AccessToken.objects.authenticate(secret).user == alice
