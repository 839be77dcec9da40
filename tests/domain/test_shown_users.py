"""Users that are read for a page have no columns that the page does not show."""

import pytest
from django.contrib.auth import get_user_model
from django.db.models.signals import post_init

from talk.models import Event, Message, Participation
from talk.models.shown_users import LEFT_OUT, with_users

from .acting import group, participation_of, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(alice, bob):
    there = group(alice, bob)
    say(alice, there, "one")
    return there


def left_out(person):
    return person.get_deferred_fields()


def test_with_messages(there):
    (message,) = Message.objects.in_ranges([(there.pk, 1, 1)])

    assert left_out(message.sender) == set(LEFT_OUT)


def test_with_participants(there):
    present, gone, status = [there.pk], [], Participation.Status.ACTIVE
    page = Participation.objects.pages_in(present, gone, status, 5, 0)

    assert [left_out(each.user) for each in page] == [set(LEFT_OUT)] * 2


def test_with_the_inbox(there, bob):
    (place,) = Participation.objects.inbox_page_question(bob, 5).ask()

    people = (place.user, place.conversation.latest_message.sender)
    assert [left_out(each) for each in people] == [set(LEFT_OUT)] * 2


def test_with_changes(there):
    events = Event.objects.news(there.pk, 0)

    people = [event.actor for event in events] + [events[-1].message.sender]
    assert [left_out(each) for each in people] == [set(LEFT_OUT)] * (len(events) + 1)


def test_with_changes_of_the_inbox(there, bob):
    (place,) = Participation.objects.changed_since_question(bob, there.started_at, 5).ask()

    assert left_out(place.user) == set(LEFT_OUT)


def test_with_invitations(there, alice, bob, carol, settings):
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    participation_of(alice, there).invite([carol])
    (place,) = Participation.objects.invitations_of(carol)

    assert left_out(place.invited_by) == set(LEFT_OUT)


def test_but_who_acts_is_there_with_all_that_a_policy_may_ask(there, bob):
    place = Participation.objects.find(bob, there.pk)

    assert left_out(place.user) == set()


def test_and_who_looks_at_columns_as_soon_as_there_is_an_instance_gets_all(there):
    seen = []

    def remember(instance, **_kwargs):
        seen.append((instance.password, instance.email))

    post_init.connect(remember, sender=get_user_model())
    try:
        (message,) = with_users(there.messages.all(), "sender", "subject")
    finally:
        post_init.disconnect(remember, sender=get_user_model())

    assert seen == [(message.sender.password, message.sender.email)]
