"""What PostgreSQL is asked all day it keeps planned, if it is told that it may."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from talk import statements
from talk.models import Message
from talk.prepared import prepared

from .acting import group, say

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def said(alice, bob):
    there = group(alice, bob)
    for body in ("one", "100 % two", "'three'"):
        say(alice, there, body)
    return there


@pytest.fixture
def threshold(monkeypatch):
    """`threshold(2)`: the connection keeps what it is asked more than twice."""
    here = connections["default"]

    def set_to(times):
        options = {**here.settings_dict.get("OPTIONS", {}), "prepare_threshold": times}
        monkeypatch.setitem(here.settings_dict, "OPTIONS", options)

    _forget()
    yield set_to
    _forget()


def _forget():
    """As if the connection were a new one."""
    statements._asked.clear()
    connections["default"].connection.execute("DEALLOCATE ALL")


def asked(question):
    """How it is asked, the first word of it, and what is answered."""
    with CaptureQueriesContext(connections["default"]) as captured:
        found = question.ask()
    ((sql,),) = ([each["sql"] for each in captured],)
    return sql.split()[0], found


def new_question():
    """Which no connection was ever asked."""

    @prepared
    def bodies(conversation, most, never="x"):
        said = Message.objects.filter(conversation=conversation, number__lte=most)
        return said.exclude(body="% %s").order_by("number").values_list("body", flat=True)

    return bodies


def test_what_is_asked_often_is_called_by_its_name(said, threshold):
    threshold(2)
    bodies = new_question()
    for word, most in (("SELECT", 9), ("SELECT", 1), ("EXECUTE", 2), ("EXECUTE", 3)):
        told = ["one", "100 % two", "'three'"][:most]
        assert asked(bodies(conversation=said.pk, most=most)) == (word, told)


@pytest.mark.parametrize("times", [None, 50])
def test_without_leave_or_need_nothing_is_kept(said, threshold, times):
    """A proxy that hands out connections for single transactions keeps no names."""
    threshold(times)
    bodies = new_question()
    for _time in range(4):
        assert asked(bodies(conversation=said.pk, most=1)) == ("SELECT", ["one"])


def test_what_cannot_be_kept_is_asked_in_full(said, threshold, monkeypatch, caplog):
    """And the transaction in which that is found out goes on."""
    threshold(0)
    monkeypatch.setattr(statements.Statement, "_numbered", lambda self, driver: "SELECT $1 +")
    bodies = new_question()
    for _time in range(3):
        assert asked(bodies(conversation=said.pk, most=1)) == ("SELECT", ["one"])
    assert caplog.text.count("can't be prepared") == 1


def test_a_connection_keeps_so_many_and_no_more(said, threshold, monkeypatch):
    threshold(0)
    monkeypatch.setattr(statements, "MOST", 2)
    words = [asked(new_question()(conversation=said.pk, most=1))[0] for _time in range(2)]
    assert words == ["EXECUTE", "EXECUTE"], "the same text has the same name"

    for size in range(1, 5):

        @prepared
        def other(most, size=size):
            return Message.objects.filter(number__lte=most).order_by("pk")[:size]

        words.append(asked(other(most=0))[0])
    assert words[2:] == ["EXECUTE", "SELECT", "SELECT", "SELECT"]
    assert all(len(known) <= 2 for known in statements._asked.values())


def test_a_name_that_is_taken_is_not_called(said, threshold):
    """As when somebody else had the connection, and did not keep it as it was."""
    threshold(0)
    bodies = new_question()
    assert asked(bodies(conversation=said.pk, most=1)) == ("EXECUTE", ["one"])
    assert [list(known.values()) for known in statements._asked.values()] == [[statements.KEPT]]

    statements._asked.clear()
    assert asked(bodies(conversation=said.pk, most=1)) == ("SELECT", ["one"])
