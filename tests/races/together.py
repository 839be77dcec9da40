"""Things that happen at the same time, in real threads with connections of their own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from threading import Event as Flag

from django.db import connection, connections, transaction

from talk.exceptions import RefusalCode, Refused
from talk.models import (
    Block,
    Edit,
    Event,
    Mention,
    Message,
    Participation,
    Pin,
    Reaction,
    SavedMessage,
)
from talk.models.conversation.keys import members_key
from talk.models.event import CHANGES_OF_MESSAGES
from talk.models.pin import MOST_PINS

Call = Callable[[], object]

#: Seconds within which everything here happens, or never.
PATIENCE = 20


def at_once(*calls: Call) -> list[object]:
    """What each of `calls` came to, all started together: its answer, or the code of its refusal.

    Anything else that is raised, a deadlock above all, is raised here.
    """
    start = Barrier(len(calls), timeout=PATIENCE)
    with ThreadPoolExecutor(len(calls)) as threads:
        return answers(threads.submit(_alone, call, start.wait) for call in calls)


def in_turn(*calls: Call, behind) -> list[object]:
    """Like `at_once`, with the worst timing there is: each has looked before any of them acts.

    The rows of the queryset `behind` are locked until all of the calls wait for them, queued in
    the order in which they are given.
    """
    with ThreadPoolExecutor(len(calls)) as threads:
        running: list[Future[object]] = []
        with transaction.atomic():
            assert list(behind.select_for_update(no_key=True))
            for number, call in enumerate(calls, start=1):
                running.append(threads.submit(_alone, call))
                _wait_until_waiting(number, running)
        return answers(running)


@contextmanager
def a_connection_each():
    """Without the pool, which would let in only so many at once."""
    connection.close()
    connection.close_pool()
    pool = connection.settings_dict["OPTIONS"].pop("pool", None)
    yield
    connection.close()
    connection.settings_dict["OPTIONS"]["pool"] = pool


@contextmanager
def late_commit(call: Call):
    """`call` has been done inside, in a transaction of another thread that commits at the end."""
    done, end = Flag(), Flag()

    def run() -> None:
        with transaction.atomic():
            call()
            done.set()
            assert end.wait(10 * PATIENCE)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(_alone, run)
        try:
            assert done.wait(PATIENCE)
            yield
        finally:
            end.set()
        running.result(PATIENCE)


def answers(running) -> list[object]:
    return [each.result(PATIENCE) for each in list(running)]


def refusals(outcomes) -> list[RefusalCode]:
    return [outcome for outcome in outcomes if isinstance(outcome, RefusalCode)]


def assert_sound(conversation) -> None:
    """What must be true of a conversation at any time, whatever happened in which order."""
    conversation.refresh_from_db()
    messages = list(conversation.messages.order_by("number"))
    events = list(Event.objects.filter(conversation=conversation).order_by("revision"))
    assert [each.number for each in messages] == list(range(1, conversation.last_number + 1))
    assert [each.revision for each in events] == list(range(1, conversation.revision + 1))
    assert conversation.latest_message == (messages[-1] if messages else None)
    # Times, numbers and revisions tell the same story.
    assert messages == sorted(messages, key=lambda message: message.sent_at)
    told = [event for event in events if event.message_id]
    assert messages == [event.message for event in told if event.kind not in CHANGES_OF_MESSAGES]
    # A message has the revision of its last change.
    last = {event.message_id: event.revision for event in told}
    assert {each.pk: each.revision for each in messages} == last
    for belonging in (Edit, Mention, Pin, Reaction, SavedMessage):
        assert not belonging.objects.filter(
            message__in=[each for each in messages if each.removed_as]
        ).exists()
    assert Pin.objects.filter(conversation=conversation).count() <= MOST_PINS
    for each in messages:
        assert each.attachments.count() == each.attachment_count

    places = list(Participation.objects.filter(conversation=conversation))
    active = [place for place in places if place.is_active]
    assert conversation.members_key == members_key(place.user_id for place in active)
    if active and not conversation.is_private:
        assert any(place.role == place.Role.OWNER for place in active)
    blocks = set(Block.objects.values_list("blocker", "blocked"))
    for place in places:
        _assert_unread_agrees(place, messages, blocks)


def _assert_unread_agrees(place, messages, blocks) -> None:
    unread = [
        message.number
        for message in messages
        if message.kind == Message.Kind.TEXT
        and message.sender_id != place.user_id
        and (place.user_id, message.sender_id) not in blocks
        and not message.removed_as
        and message.number > place.joined_at_number
        and message.number >= (place.unread_again_from or place.last_read_number + 1)
        and place.history_from <= message.number <= place.last_visible_number
    ]
    assert place.first_unread_number == (unread[0] if unread else None)
    assert place.unread_count == min(len(unread), 100)


def _alone(call: Call, wait: Call = lambda: None) -> object:
    try:
        connection.ensure_connection()
        wait()
        return call()
    except Refused as refused:
        return refused.code
    finally:
        connections.close_all()


def _wait_until_waiting(number: int, running: list[Future[object]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while _waiting() < number:
        for each in running:
            assert not each.done(), f"{each.result()!r} did not wait for the lock"
        assert time.monotonic() < deadline, "nobody waits for the lock"
        time.sleep(0.005)


def _waiting() -> int:
    with connection.cursor() as cursor:
        # Within a transaction PostgreSQL would go on telling what it told first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
