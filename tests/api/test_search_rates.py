"""How often people can search for messages, and for how long."""

import time
from types import SimpleNamespace

import pytest
from django.db import DatabaseError

from schema.errors import RateLimited
from schema.types import search_page
from talk.models.searching import Search

from .asking import code, private
from .test_searching_messages import SEARCH, found

pytestmark = pytest.mark.django_db


def test_searches_have_a_rate_of_their_own(gql, alice, at_most):
    at_most(search_messages="2/minute")
    ask = gql(alice)

    assert code(ask(SEARCH, words="")) == "QUERY_TOO_SHORT"
    assert [found(ask), found(ask)] == [[], []]
    assert code(ask(SEARCH, words="harbour")) == "RATE_LIMITED"


def test_a_search_that_takes_long_counts_for_more(gql, alice, at_most, monkeypatch):
    """Otherwise the slowest searches, twenty in ten seconds, would keep four threads busy."""
    at_most(search_messages="9/minute")
    ask = gql(alice)
    assert [found(ask), found(ask)] == [[], []]

    monkeypatch.setattr(search_page, "STEP_SECONDS", 0.01)
    monkeypatch.setattr(Search, "newest", lambda *_args: time.sleep(0.3) or [])

    assert found(ask) == []
    assert code(ask(SEARCH, words="harbour")) == "RATE_LIMITED"


def test_a_search_that_failed_counts_for_its_time(alice, at_most, monkeypatch):
    at_most(search_messages="9/minute")
    monkeypatch.setattr(search_page, "STEP_SECONDS", 0.01)
    context = SimpleNamespace(viewer=alice, identity="token")

    def fail_slowly():
        with search_page._counted(context):
            time.sleep(0.3)
            raise DatabaseError

    with pytest.raises(DatabaseError):
        fail_slowly()
    with pytest.raises(RateLimited), search_page._counted(context):
        pass


def test_a_person_has_two_searches_at_once(gql, alice, bob, monkeypatch):
    private(alice, bob, "harbour")
    codes = []

    def search_meanwhile(*_args):
        answer = gql(alice)(SEARCH, words="harbour")
        codes.append(code(answer) if "errors" in answer else None)
        return []

    with monkeypatch.context() as patched:
        patched.setattr(Search, "newest", search_meanwhile)
        assert found(gql(alice)) == []

    assert codes == ["RATE_LIMITED", None]
    assert found(gql(alice)) == ["harbour"]
    assert not search_page._running
