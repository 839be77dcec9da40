"""Timed jobs: each at most so often, by one process at a time, whatever fails."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F
from django.db.models.functions import Now

from talk import timed
from talk.models import TimedJob
from talk.timed import Job, Timing

pytestmark = pytest.mark.django_db


class Clock:
    """A job that counts its runs, and does what it is told to at the next one."""

    def __init__(self):
        self.runs, self.then = 0, lambda: None

    def run(self):
        self.runs += 1
        self.then()


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(timed, "_registered", {})


@pytest.fixture
def clock():
    clock = Clock()
    timed.register("clock", clock.run, every=timedelta(minutes=10))
    return clock


@pytest.fixture
def process(clock):
    """A worker's part for this job."""
    return Timing(*timed.registered())


def time_passes(**given):
    """As if all had happened so much earlier."""
    passed = timedelta(**given)
    TimedJob.objects.update(begun_at=F("begun_at") - passed, held_until=F("held_until") - passed)


def test_a_job_is_run_at_once_and_when_its_time_has_passed(clock, process):
    process.step()
    process.step()
    assert clock.runs == 1

    time_passes(minutes=9)
    process.step()
    assert clock.runs == 1

    time_passes(minutes=1)
    process.step()
    assert clock.runs == 2


def test_who_ran_a_job_waits_until_it_is_due_and_others_look_more_often(clock, process):
    assert process.step() == pytest.approx(600, abs=5)
    assert Timing(*timed.registered()).step() == 60


def test_a_job_that_takes_longer_than_its_pause_is_not_run_without_end(clock):
    timed.register("hurried", clock.run, every=timedelta(0))

    assert Timing(timed.registered()[1]).step() > 0


def test_a_job_is_run_by_one_process(clock, process):
    process.step()
    Timing(*timed.registered()).step()

    assert clock.runs == 1


def test_a_job_that_still_runs_is_begun_by_nobody_else(clock, process):
    other = Timing(*timed.registered())

    def meanwhile():
        clock.then = lambda: None
        TimedJob.objects.update(begun_at=Now() - timedelta(hours=1))
        other.step()

    clock.then = meanwhile
    process.step()
    assert clock.runs == 1

    other.step()
    assert clock.runs == 2, "it has ended"


def test_after_a_crash_another_process_runs_it(clock, process):
    def dies():
        raise KeyboardInterrupt

    clock.then = dies
    with pytest.raises(KeyboardInterrupt):
        process.step()
    assert clock.runs == 1

    clock.then = lambda: None
    time_passes(minutes=10)
    Timing(*timed.registered()).step()
    assert clock.runs == 2


def test_a_job_that_fails_is_run_the_next_time(clock, process, caplog):
    clock.then = lambda: 1 / 0
    process.step()
    time_passes(minutes=10)
    process.step()

    assert clock.runs == 2
    assert caplog.messages == ["The timed job clock failed"] * 2


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_a_job_runs(clock, process, monkeypatch):
    monkeypatch.setattr(timed, "RENEW_SECONDS", 0.01)
    renewed = timed.threading.Event()
    rows = type(TimedJob.objects.all())
    renew = rows.renew

    def renew_once(self, *args):
        assert renew(self, *args)
        renewed.set()

    monkeypatch.setattr(rows, "renew", renew_once)
    clock.then = lambda: renewed.wait(10)
    process.step()

    assert renewed.is_set()


def test_it_is_told_by_how_much_a_job_is_late(clock, process):
    assert timed.late() == {"clock": float("inf")}, "it never ran"

    process.step()
    assert timed.late() == {"clock": 0}

    time_passes(minutes=15)
    assert timed.late() == {"clock": pytest.approx(300, abs=30)}


def test_two_jobs_of_one_name_are_refused(clock):
    timed.register("clock", clock.run, every=timedelta(minutes=10))
    assert timed.registered() == [Job("clock", clock.run, timedelta(minutes=10))]

    with pytest.raises(ImproperlyConfigured):
        timed.register("clock", Clock().run, every=timedelta(minutes=10))
