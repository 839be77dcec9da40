"""Processes of `manage.py work` are killed at any point, and their followers miss nothing."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from django.db import connection

from talk import followers
from talk.following import Following
from talk.models import Conversation, Event, FollowedConversation, FollowerProgress

from ..domain.acting import private, say
from ..ledger.bookkeeper import TABLE, Bookkeeper
from ..project.markdown import ROOT
from ..project.processes import environment
from . import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

#: By how many lines the ledger has grown when the process is killed that wrote the last one.
KILLED_AFTER = (17, 29)


@pytest.fixture
def ledger():
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    yield lines
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ledger")


def lines():
    """What is written: process, conversation and revision, in the order of writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT process, conversation, revision FROM ledger ORDER BY line")
        return cursor.fetchall()


@contextmanager
def worker():
    ours = urlsplit(os.environ["DATABASE_URL"])
    url = ours._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    given = {"DEBUG": 1, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.ledger.settings"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "work"], cwd=ROOT, env=environment(**given)
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(number, processes):
    """Wait until there are so many lines, the last by one of the processes. Returns which one."""
    deadline = time.monotonic() + together.PATIENCE
    while True:
        written = lines()
        if len(written) >= number and written[-1][0] in processes:
            return written[-1][0]
        assert time.monotonic() < deadline, written
        assert all(each.poll() is None for each in processes.values())
        time.sleep(0.005)


def test_nothing_is_skipped_and_all_is_in_order_however_often_processes_are_killed(
    alice, bob, carol, dave, ledger
):
    conversations = [private(alice, each) for each in (bob, carol)]
    slow = private(alice, dave)
    with ExitStack() as workers:
        started = [workers.enter_context(worker()) for _ in range(2)]
        processes = {each.pid: each for each in started}
        with together.late_commit(lambda: say(dave, slow)):
            for number in KILLED_AFTER:
                before = len(ledger())
                for conversation in 20 * conversations:
                    say(alice, conversation)
                processes.pop(wait_for(before + number, processes)).kill()
                if number != KILLED_AFTER[-1]:
                    successor = workers.enter_context(worker())
                    processes[successor.pid] = successor
        wait_for(Event.objects.count(), processes)
        codes = [each.send_signal(signal.SIGTERM) or each.wait(20) for each in processes.values()]

    assert codes == [0]
    for conversation in (*conversations, slow):
        written = [revision for _, key, revision in ledger() if key == conversation.pk]
        revisions = conversation.events.order_by("revision").values_list("revision", flat=True)
        assert written == list(revisions)


def test_a_conversation_that_is_deleted_while_it_is_followed_takes_nothing_along(
    alice, bob, carol, ledger, monkeypatch
):
    monkeypatch.setattr(followers, "_registered", {})
    gone, kept = private(alice, bob), private(alice, carol)
    follower = Bookkeeper()
    handle = follower.handle

    def delete(event):
        """After its last event was handled, and before that is saved."""
        handle(event)
        Conversation.objects.filter(pk=gone.pk).delete()

    monkeypatch.setattr(follower, "handle", delete)
    Following(follower).step()

    assert not Conversation.objects.filter(pk=gone.pk).exists()
    assert {key for _, key, _ in ledger()} == {gone.pk, kept.pk}
    assert [each.conversation_id for each in FollowedConversation.objects.all()] == [kept.pk]
    assert FollowerProgress.objects.get().read_event == Event.objects.latest("pk").pk
