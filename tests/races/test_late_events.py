"""Followers miss no event of a transaction that commits late, however late that is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from talk.following import Following, reading, settling
from talk.models import Event, FollowerProgress

from ..domain.acting import private, say
from ..domain.test_followers import Notebook, of
from . import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def settled():
    return FollowerProgress.objects.get().settled_event


def test_an_event_is_found_however_late_its_transaction_commits(
    alice, bob, carol, monkeypatch, caplog
):
    for pause in ("SWEEP_SECONDS", "SWEEP_PAUSES"):
        monkeypatch.setattr(reading, pause, 0)
    monkeypatch.setattr(settling, "LONG", 0)
    slow, quick = private(alice, bob), private(alice, carol)
    notebook = Notebook()
    process = Following(notebook)
    process.step()
    begun = settled()
    with together.late_commit(lambda: say(bob, slow)):
        say(carol, quick)
        process.step()
        later = timezone.now() + timedelta(hours=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        process.step()
        process.step()
        assert of(notebook.lines, slow) == []
        assert settled() == begun
        assert len(caplog.messages) == 1, "the log names the process of PostgreSQL, once"
    process.step()

    assert len(of(notebook.lines, slow)) == len(of(notebook.lines, quick)) == 1
    assert settled() == Event.objects.latest("pk").pk
