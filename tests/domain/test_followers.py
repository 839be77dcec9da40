"""Followers of the log: each event at least once, in order, whatever fails."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from talk import followers
from talk.followers import Follower
from talk.following import Following, handing, reading
from talk.models import Conversation, Event, FollowedConversation, FollowerProgress

from .acting import participation_of, private, say

pytestmark = pytest.mark.django_db


class Notebook(Follower):
    """Writes down the events that it is given, and fails where it is told to."""

    name = "notebook"

    def __init__(self):
        self.lines, self.gaps, self.failing = [], [], set()

    def handle(self, event):
        if event.conversation_id in self.failing:
            raise RuntimeError("The receiver is away.")
        self.lines.append((event.conversation_id, event.revision))

    def missed(self, conversation, revision):
        self.gaps.append((conversation.pk, revision))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No other follower, each step settles what it read, and time stands still."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    monkeypatch.setattr(followers, "_registered", {})
    for pause in ("SWEEP_SECONDS", "SWEEP_PAUSES"):
        monkeypatch.setattr(reading, pause, 0)
    # So that a busy machine saves no more often than a quick one.
    monkeypatch.setattr(handing, "SAVE_SECONDS", 60)


@pytest.fixture
def notebook():
    follower = Notebook()
    followers.register(follower)
    return follower


@pytest.fixture
def follow(notebook):
    """A process that follows from now on."""
    process = Following(notebook)
    process.step()
    return process


def all_of(*conversations):
    """The events of these conversations, in their order."""
    rows = Event.objects.filter(conversation__in=conversations).order_by("pk")
    return list(rows.values_list("conversation", "revision"))


def of(lines, conversation):
    return [revision for key, revision in lines if key == conversation.pk]


def pauses_are_over():
    FollowedConversation.objects.exclude(retry_at=None).update(retry_at=timezone.now())


def lease_expires():
    FollowerProgress.objects.update(held_until=Now() - timedelta(seconds=1))


def test_a_follower_is_given_each_event_once_and_in_order(alice, bob, carol, notebook, follow):
    one, two = private(alice, bob), private(alice, carol)
    say(bob, one)
    say(carol, two)
    follow.step()
    follow.step()

    assert notebook.lines == all_of(one, two)


def test_a_new_follower_begins_from_now(alice, bob, notebook):
    conversation = private(alice, bob)
    before = all_of(conversation)
    process = Following(notebook)
    process.step()
    assert notebook.lines == []

    say(bob, conversation)
    process.step()
    assert notebook.lines == all_of(conversation)[len(before) :]
    assert notebook.gaps == []


def test_a_follower_may_ask_for_the_log_from_its_start(alice, bob, notebook):
    conversation = private(alice, bob)
    notebook.from_start = True
    Following(notebook).step()

    assert notebook.lines == all_of(conversation)


def test_after_a_restart_it_goes_on_where_it_was(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    follow.step()
    follow.close()
    say(bob, conversation)
    Following(notebook).step()

    assert notebook.lines == all_of(conversation)


def test_an_event_that_fails_stops_its_conversation_alone(alice, bob, carol, notebook, follow):
    bad, good = private(alice, bob), private(alice, carol)
    notebook.failing = {bad.pk}
    follow.step()
    say(alice, bad)
    say(alice, good)
    follow.step()
    assert notebook.lines == all_of(good)
    assert followers.lag() == {"notebook": len(all_of(bad))}

    notebook.failing = set()
    follow.step()
    assert of(notebook.lines, bad) == [], "it waits before it tries again"
    pauses_are_over()
    follow.step()
    assert of(notebook.lines, bad) == of(all_of(bad), bad)
    assert followers.lag() == {"notebook": 0}


def test_what_waited_in_one_conversation_is_handed_over_in_batches_between_others(
    alice, bob, carol, notebook, follow, monkeypatch
):
    monkeypatch.setattr(handing, "PAGE", 2)
    one, two = private(alice, bob), private(alice, carol)
    follow.step()
    notebook.lines.clear()
    notebook.failing.add(one.pk)
    for _each in range(5):
        say(bob, one)
    follow.step()
    notebook.failing.clear()
    pauses_are_over()

    assert follow.step() == 0
    say(carol, two)
    assert follow.step() == 0
    assert follow.step() == reading.POLL_SECONDS

    keys = [key for key, _revision in notebook.lines]
    assert keys == [one.pk] * 2 + [two.pk] + [one.pk] * 3
    assert of(notebook.lines, one) == [revision for _key, revision in all_of(one)[-5:]]
    assert not FollowedConversation.objects.exclude(retry_at=None).exists()


def test_the_pauses_after_failures_grow(alice, bob, notebook, follow):
    notebook.failing = {private(alice, bob).pk}
    pauses = []
    for _ in range(4):
        follow.step()
        place = FollowedConversation.objects.get()
        pauses.append((place.retry_at - timezone.now()).total_seconds())
        pauses_are_over()

    assert pauses == [1, 2, 4, 8]
    assert place.failures == 4


def test_a_failure_is_remembered_by_the_next_process(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    notebook.failing = {conversation.pk}
    follow.step()
    follow.step()
    follow.close()
    notebook.failing = set()
    pauses_are_over()
    Following(notebook).step()

    assert notebook.lines == all_of(conversation)


def test_one_process_follows_at_a_time(alice, bob, notebook, follow):
    other = Following(notebook)
    conversation = private(alice, bob)
    other.step()
    assert notebook.lines == []

    follow.step()
    assert notebook.lines == all_of(conversation)


def test_when_a_process_ends_another_takes_over_at_once(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    follow.close()
    Following(notebook).step()

    assert notebook.lines == all_of(conversation)


def test_a_process_that_lost_the_lease_stops_before_the_next_event(
    alice, bob, notebook, follow, monkeypatch
):
    monkeypatch.setattr(handing, "SAVE_SECONDS", 0)
    conversation = private(alice, bob)
    other = Following(notebook)
    handle = notebook.handle

    def slow(event):
        handle(event)
        if len(notebook.lines) == 1:
            # Meanwhile the lease runs out.
            lease_expires()
            other.step()

    monkeypatch.setattr(notebook, "handle", slow)
    say(bob, conversation)
    follow.step()
    first, *rest = all_of(conversation)

    assert notebook.lines == [first, first, *rest], "the other process did the rest"
    assert FollowedConversation.objects.get().revision == rest[-1][1]


def test_deleted_events_are_told_as_missed(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    follow.step()
    read = len(notebook.lines)
    say(bob, conversation)
    say(bob, conversation)
    *gone, kept = all_of(conversation)[read:]
    Event.objects.filter(revision__in=of(gone, conversation)).delete()
    follow.step()

    assert notebook.gaps == [(conversation.pk, gone[-1][1])]
    assert notebook.lines[read:] == [kept]


def test_deleted_events_of_a_new_conversation_are_told_as_missed(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    say(bob, conversation)
    *gone, kept = all_of(conversation)
    Event.objects.filter(revision__in=of(gone, conversation)).delete()
    follow.step()

    assert notebook.gaps == [(conversation.pk, gone[-1][1])]
    assert notebook.lines == [kept]


def test_who_fails_to_hear_what_was_missed_is_told_again(alice, bob, notebook, follow, monkeypatch):
    conversation = private(alice, bob)
    follow.step()
    say(bob, conversation)
    say(bob, conversation)
    Event.objects.exclude(pk=Event.objects.latest("pk").pk).delete()
    with monkeypatch.context() as patched:
        patched.setattr(notebook, "missed", lambda *_: 1 / 0)
        follow.step()
    assert notebook.gaps == []

    pauses_are_over()
    follow.step()
    assert len(notebook.gaps) == 1
    assert notebook.lines[-1] == all_of(conversation)[-1]


def test_deleted_conversations_take_their_progress_along(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    notebook.failing = {conversation.pk}
    follow.step()
    Conversation.objects.filter(pk=conversation.pk).delete()
    pauses_are_over()
    follow.step()

    assert not FollowedConversation.objects.exists()
    assert followers.lag() == {"notebook": 0}


def test_the_lag_counts_what_is_not_handled(alice, bob, notebook, follow):
    conversation = private(alice, bob)
    assert followers.lag() == {"notebook": len(all_of(conversation))}

    follow.step()
    assert followers.lag() == {"notebook": 0}


def test_the_lag_looks_at_a_bounded_number_of_events(alice, bob, notebook, follow, monkeypatch):
    monkeypatch.setattr(followers, "LAG_LIMIT", 2)
    say(bob, private(alice, bob))

    assert followers.lag() == {"notebook": 2}


def test_settled_events_are_not_read_again(alice, bob, notebook, follow):
    private(alice, bob)
    follow.step()
    follow.step()

    assert FollowerProgress.objects.get().settled_event == Event.objects.latest("pk").pk


def test_a_batch_takes_the_same_queries_for_any_number_of_conversations(
    alice, bob, carol, dave, erin, notebook, follow, django_assert_num_queries
):
    def queries(*others):
        for each in others:
            say(alice, private(alice, each))
        # Five for the batch, its places, new conversations, those that wait, and the late events;
        # two transactions for what is done and what is settled. PostgreSQL is asked who writes.
        expected = 13 if connection.vendor == "postgresql" else 12
        with django_assert_num_queries(expected) as counted:
            follow.step()
        return len(counted)

    assert queries(bob) == queries(carol, dave, erin)


def test_two_followers_of_one_name_are_refused(notebook):
    class Other(Notebook):
        pass

    followers.register(Notebook())
    with pytest.raises(ImproperlyConfigured):
        followers.register(Other())


def test_one_who_left_still_has_their_events_told(alice, bob, carol, notebook, follow):
    conversation = participation_of(alice, private(alice, bob)).invite([carol])
    participation_of(carol, conversation).leave()
    follow.step()

    assert of(notebook.lines, conversation) == of(all_of(conversation), conversation)
