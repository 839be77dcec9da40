"""Files are checked before anybody can download them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from talk.contrib.files import pictures
from talk.contrib.files.checking import JOB, needs_checking
from talk.models import TimedJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    """`worker(seconds)`: a worker held the job until so many seconds ago."""

    def hold(seconds):
        held = timezone.now() - timedelta(seconds=seconds)
        TimedJob.objects.update_or_create(name=JOB, defaults={"held_until": held})

    return hold


class TestNeedsChecking:
    def test_pictures_wait_if_there_is_a_worker(self, worker):
        assert not needs_checking("image/png")
        worker(10)
        assert needs_checking("image/png")
        assert not needs_checking("text/plain")
        worker(3600)
        assert not needs_checking("image/png")

    def test_pictures_wait_while_the_job_runs(self, worker):
        worker(-20)

        assert needs_checking("image/png")

    def test_pictures_do_not_wait_if_they_can_not_be_read(self, worker, monkeypatch):
        worker(10)
        monkeypatch.setattr(pictures, "find_spec", lambda name: None)

        assert not needs_checking("image/png")

    def test_with_a_scanner_all_files_wait_for_as_long_as_it_takes(self, settings):
        settings.TALK = settings.TALK | {"SCANNER": "tests.files.test_checking.scan"}

        assert needs_checking("text/plain")
