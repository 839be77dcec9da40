"""The worker runs every follower and every timed job, each whatever happens to the others."""

import logging
import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models.functions import Now

from talk import followers, timed, wakeups
from talk.following import Following
from talk.models import FollowedConversation, FollowerProgress, TimedJob
from talk.worker import Worker, forget_unused

from .acting import private

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
#: What has a row for each name, and the values that a row needs.
MODELS = {FollowerProgress: {"settled_event": 0, "read_event": 0}, TimedJob: {}}


class Reader(followers.Follower):
    from_start = True

    def __init__(self, name):
        self.name, self.read = name, []

    def handle(self, event):
        self.read.append(event.pk)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(followers, "_registered", {})
    monkeypatch.setattr(timed, "_registered", {})


@pytest.fixture
def one():
    reader = Reader("one")
    followers.register(reader)
    return reader


@pytest.fixture
def other():
    reader = Reader("other")
    followers.register(reader)
    return reader


@pytest.fixture
def runs():
    runs = []
    timed.register("job", lambda: runs.append(1), every=HOUR)
    return runs


def test_all_that_is_due_is_done_once(alice, bob, one, other, runs):
    private(alice, bob)
    call_command("work", once=True)
    call_command("work", once=True)

    assert one.read == other.read != []
    assert len(set(one.read)) == len(one.read)
    assert runs == [1]


def test_all_leases_are_free_afterwards(one, runs):
    call_command("work", once=True)

    assert not FollowerProgress.objects.exclude(holder=None).exists()
    assert not TimedJob.objects.exclude(holder=None).exists()


def test_what_can_not_be_done_stops_nothing_else_and_is_told(one, other, runs, monkeypatch, caplog):
    step = Following.step

    def fail(following):
        if following.name == "follower one":
            raise OperationalError("The database is away.")
        return step(following)

    monkeypatch.setattr(Following, "step", fail)
    with pytest.raises(CommandError):
        call_command("work", once=True)

    assert caplog.messages == ["The follower one could not be done"]
    assert FollowerProgress.objects.filter(name="other").exists()
    assert runs == [1]


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_after_an_error_and_ends_at_a_signal(one, runs, monkeypatch, caplog):
    """Such as a database that was away."""
    caplog.set_level(logging.ERROR)
    both = threading.Barrier(2, action=lambda: os.kill(os.getpid(), signal.SIGTERM), timeout=20)
    steps = []

    def fail_once(following):
        steps.append(following)
        if len(steps) == 1:
            raise OperationalError("The database is away.")
        both.wait()
        return 60.0

    monkeypatch.setattr(Following, "step", fail_once)
    monkeypatch.setattr("talk.worker.LONGEST_PAUSE", 0.01)
    timed.register("other", both.wait, every=HOUR)
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        call_command("work")
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), handlers, strict=True):
            signal.signal(number, handler)

    assert caplog.messages == ["The follower one goes on in 0.01 seconds"]
    assert runs == [1]


@pytest.mark.django_db(transaction=True)
def test_in_a_server_its_wakeups_go_by_the_loop_of_the_server(runs):
    loop, seen = object(), []

    def see():
        seen.append(wakeups.server_loop.get())
        worker.stop()

    timed.register("see", see, every=HOUR)
    worker = Worker(loop)
    worker.start()
    worker.join()

    assert seen == [loop]
    assert wakeups.server_loop.get() is None


def test_a_worker_that_is_stopped_begins_nothing(one, runs):
    worker = Worker()
    worker.stop()

    assert worker.run_once()
    assert runs == []


def test_an_event_is_not_begun_after_the_worker_was_stopped(alice, bob, carol, one, monkeypatch):
    private(alice, bob)
    private(alice, carol)
    worker = Worker()
    handle = one.handle
    monkeypatch.setattr(one, "handle", lambda event: handle(event) or worker.stop())
    worker.run_once()
    assert len(one.read) == 1

    Worker().run_once()
    assert len(set(one.read)) == len(one.read) > 1, "the next one goes on behind it"


def test_progress_that_nobody_uses_for_a_month_is_deleted(alice, bob, one, runs):
    private(alice, bob)
    call_command("work", once=True)
    long_ago, lately = Now() - timedelta(days=31), Now() - timedelta(days=29)
    for model, values in MODELS.items():
        model.objects.update(held_until=long_ago)
        model.objects.create(name="given up", held_until=long_ago, **values)
        model.objects.create(name="of another version", held_until=lately, **values)
    given_up = FollowerProgress.objects.get(name="given up")
    FollowedConversation.objects.update(follower=given_up)
    forget_unused()

    left = {model: set(model.objects.values_list("name", flat=True)) for model in MODELS}
    assert left[FollowerProgress] == {"one", "of another version"}
    assert left[TimedJob] == {"job", "of another version"}
    assert not FollowedConversation.objects.exists()
