"""Scheduled messages that several workers send at once, while their people cancel them and go."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from talk.exceptions import RefusalCode
from talk.models import Block, Message, ScheduledMention, ScheduledMessage
from talk.models.participation.scheduling import Scheduling
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def schedule(participation_of):
    """Schedules a message that is due now. Returns its client id."""

    def schedule(user, body="Hello", **given):
        client_id = uuid.uuid4()
        participation_of(user).schedule(body, timezone.now(), client_id, **given)
        return client_id

    return schedule


@pytest.fixture
def said(group):
    return lambda: list(
        group.messages.filter(kind="text").order_by("number").values_list("body", flat=True)
    )


def send_due():
    return ScheduledMessage.objects.send_due()


@pytest.mark.parametrize("time", range(3))
def test_each_is_sent_once_however_many_workers_there_are(
    alice, bob, carol, group, schedule, said, time
):
    for person in (alice, bob, carol):
        for number in range(3):
            schedule(person, f"{person} {number}", mentions=[alice])

    outcomes = at_once(*[send_due] * 4)

    assert sum(outcomes) == 9
    assert sorted(said()) == sorted(f"{each} {n}" for each in (alice, bob, carol) for n in range(3))
    assert not ScheduledMessage.objects.exists()
    assert_sound(group)


def test_the_second_worker_finds_it_sent(bob, group, schedule, said, this_group):
    schedule(bob)

    assert in_turn(send_due, send_due, behind=this_group) == [1, 0]

    assert said() == ["Hello"]
    assert_sound(group)


def test_what_was_cancelled_first_is_not_sent(bob, schedule, said, participation_of, this_group):
    client_id = schedule(bob)
    place = participation_of(bob)

    def cancel():
        place.cancel_scheduled(client_id)

    assert in_turn(cancel, send_due, behind=this_group) == [None, 0]
    assert said() == []


def test_what_was_sent_first_is_not_cancelled(bob, schedule, said, participation_of, this_group):
    client_id = schedule(bob)
    place = participation_of(bob)

    def cancel():
        place.cancel_scheduled(client_id)

    assert in_turn(send_due, cancel, behind=this_group) == [1, RefusalCode.TOO_LATE]
    assert said() == ["Hello"]


def test_nothing_is_sent_for_who_left_first(
    bob, group, schedule, said, participation_of, this_group
):
    schedule(bob)

    assert in_turn(participation_of(bob).leave, send_due, behind=this_group) == [None, 0]

    assert said() == []
    assert not ScheduledMessage.objects.exists()
    assert_sound(group)


def test_who_leaves_next_has_said_it(bob, group, schedule, said, participation_of, this_group):
    schedule(bob)

    assert in_turn(send_due, participation_of(bob).leave, behind=this_group) == [1, None]

    assert said() == ["Hello"]
    assert_sound(group)


def test_none_is_scheduled_after_they_left(bob, participation_of, this_group):
    leaving, place = participation_of(bob), participation_of(bob)

    def schedule():
        place.schedule("Hello", timezone.now(), uuid.uuid4())

    outcomes = in_turn(leaving.leave, schedule, behind=this_group)

    assert outcomes == [None, RefusalCode.NOT_A_PARTICIPANT]
    assert not ScheduledMessage.objects.exists()


def test_the_same_many_times_at_once_is_one(bob, participation_of):
    client_id, at = uuid.uuid4(), timezone.now() + timedelta(hours=1)
    places = [participation_of(bob) for _device in range(5)]

    outcomes = at_once(*(lambda own=own: own.schedule("Hello", at, client_id) for own in places))

    assert len(set(outcomes)) == ScheduledMessage.objects.count() == 1


def test_there_are_never_more_than_fifty(bob, schedule, participation_of):
    for _number in range(48):
        schedule(bob)
    places = [participation_of(bob) for _device in range(5)]
    at = timezone.now()

    outcomes = at_once(*(lambda own=own: own.schedule("Hello", at, uuid.uuid4()) for own in places))

    assert refusals(outcomes) == [RefusalCode.TOO_MANY_SCHEDULED] * 3
    assert ScheduledMessage.objects.count() == 50


@pytest.mark.parametrize("moment", ["before it is written", "before its row is deleted"])
def test_a_worker_whose_connection_breaks_has_either_sent_it_or_not(
    bob, group, schedule, said, monkeypatch, moment
):
    """As when it is killed: what it had not committed is gone, and the next one sends it."""
    schedule(bob)
    steps = {
        "before it is written": "write_message",
        "before its row is deleted": "_write_scheduled",
    }
    name = steps[moment]
    original = getattr(Scheduling, name)

    def die(self, *given):
        if threading.current_thread() is not threading.main_thread():
            connection.connection.close()
        return original(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Scheduling, name, die)
        assert at_once(send_due) == [0]

    assert said() == []
    assert ScheduledMessage.objects.count() == 1
    ScheduledMessage.objects.update(due_at=timezone.now())
    assert send_due() == 1
    assert said() == ["Hello"]
    assert_sound(group)


@pytest.mark.parametrize("time", range(3))
def test_nobody_waits_for_ever_when_people_schedule_send_and_go(
    alice, bob, carol, group, schedule, said, participation_of, time
):
    people = (alice, bob, carol)
    ids = {person: schedule(person, mentions=people) for person in people}
    places = {person: participation_of(person) for person in people}
    drafting, sending = participation_of(alice), participation_of(bob)

    at_once(
        send_due,
        send_due,
        lambda: places[alice].cancel_scheduled(ids[alice]),
        lambda: drafting.save_draft("Hello, all", base=0),
        lambda: sending.send("Hello, all"),
        participation_of(bob).leave,
        lambda: participation_of(carol).remove(by=participation_of(alice)),
        lambda: Block.objects.block(alice, carol),
    )

    assert not ScheduledMessage.objects.exists()
    assert not ScheduledMention.objects.exists()
    assert said().count("Hello") <= 3
    assert_sound(group)


@pytest.mark.parametrize("time", range(3))
@pytest.mark.parametrize("how", ["erase", "delete"])
def test_nothing_is_left_of_somebody_who_is_erased(
    alice, bob, group, schedule, participation_of, how, time
):
    schedule(bob)
    schedule(alice, mentions=[bob])
    found = get_user_model().objects.get(pk=bob.pk)
    ways = {"erase": lambda: erase(found, "He asked."), "delete": found.delete}
    place, mentioning = participation_of(bob), participation_of(alice)
    at = timezone.now() + timedelta(hours=1)

    at_once(
        ways[how],
        send_due,
        lambda: place.schedule("Hello", at, uuid.uuid4()),
        lambda: mentioning.schedule("Hello, Bob", at, uuid.uuid4(), mentions=[found.pk]),
    )

    mine = ScheduledMessage.objects.exclude(participation__user=alice)
    assert not mine.exists()
    assert not ScheduledMention.objects.filter(user=found.pk or 0).exists()
    assert not Message.objects.filter(sender=found.pk or 0).exists()
    assert_sound(group)
