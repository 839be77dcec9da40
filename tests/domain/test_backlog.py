"""How far the worker is behind, as the metrics of each process tell it."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError

from talk import backlog, followers, timed
from talk.backlog import Backlog, Numbers
from talk.followers import Follower
from talk.models import FollowerProgress

from .acting import private

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING = Numbers({}, {})


class Forgetful(Follower):
    name = "forgetful"
    from_start = True

    def handle(self, event):
        """Nothing."""


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(followers, "_registered", {})
    monkeypatch.setattr(timed, "_registered", {})


@pytest.fixture
def reading(monkeypatch):
    """`reading(answer)`: has the numbers be read by `answer`, and counts how often."""
    calls = []

    def by(answer):
        monkeypatch.setattr(followers, "lag", lambda: calls.append(1) or answer())
        return calls

    return by


def ages(monkeypatch, seconds):
    """As if all numbers had been read so much earlier."""
    now = backlog.time.monotonic
    monkeypatch.setattr(backlog.time, "monotonic", lambda: now() + seconds)


def test_it_tells_the_lag_of_followers_and_jobs(alice, bob):
    followers.register(Forgetful())
    timed.register("job", print, every=timedelta(hours=1))
    private(alice, bob)
    FollowerProgress.objects.begin("forgetful", from_start=True)

    assert Backlog().numbers() == Numbers({"forgetful": 1}, {"job": float("inf")})


def test_numbers_are_used_again_for_some_seconds(reading, monkeypatch):
    calls, process = reading(lambda: {"a": 1}), Backlog()
    assert process.numbers() == process.numbers() == Numbers({"a": 1}, {})
    assert len(calls) == 1

    ages(monkeypatch, backlog.FRESH_SECONDS + 1)
    process.numbers()
    assert len(calls) == 2


def test_while_the_database_is_away_old_numbers_are_told_for_a_while(reading, monkeypatch, caplog):
    process = Backlog()
    reading(lambda: {"a": 1})
    known = process.numbers()

    def away():
        raise OperationalError("The database is away.")

    reading(away)
    ages(monkeypatch, backlog.FRESH_SECONDS + 1)
    assert process.numbers() == known
    assert caplog.messages == ["What followers have to do could not be read"]

    ages(monkeypatch, backlog.KEPT_SECONDS)
    assert process.numbers() == NOTHING


def test_nobody_waits_long_and_it_is_read_once_at_a_time(reading, monkeypatch):
    monkeypatch.setattr(backlog, "PATIENCE", 0.01)
    answered, process = threading.Event(), Backlog()
    calls = reading(lambda: answered.wait(20) and {"a": 1})
    assert process.numbers() == process.numbers() == NOTHING
    assert len(calls) == 1

    answered.set()
    process._reading.result(20)
    assert process.numbers() == Numbers({"a": 1}, {})
