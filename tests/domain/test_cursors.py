"""A connection is asked through a cursor that lasts, and nobody notices."""

import asyncio

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.models.signals import post_init

from talk.models import Message
from talk.prepared import ask, prepared

from .acting import group, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@prepared
def _bodies(conversation, number=0):
    said = Message.objects.filter(conversation=conversation, number__gt=number)
    return said.order_by("number").values_list("body", flat=True)


@prepared
def _messages(conversation):
    return Message.objects.filter(conversation=conversation).order_by("number")


@pytest.fixture
def said(alice, bob):
    there = group(alice, bob)
    for body in ("one", "two"):
        say(alice, there, body)
    return there


@pytest.fixture
def cursors(monkeypatch):
    """Those that Django makes."""
    made = []
    database = type(connections["default"])
    create = database.create_cursor

    def noting(self, *args, **kwargs):
        made.append(create(self, *args, **kwargs))
        return made[-1]

    connection.close()
    monkeypatch.setattr(database, "create_cursor", noting)
    return made


def test_what_is_asked_again_needs_no_new_cursor(said, cursors):
    for _time in range(3):
        assert _bodies(conversation=said).ask() == ["one", "two"]
        ((first, *_rest), bodies) = ask(_messages(conversation=said), _bodies(conversation=said))
        assert (first.number, bodies) == (1, ["one", "two"])
        assert first.sent_at == Message.objects.get(pk=first.pk).sent_at

    before = len(cursors)
    assert _bodies(conversation=said).ask() == ["one", "two"]
    assert len(cursors) == before


def test_a_new_connection_is_asked_through_a_new_cursor(said):
    assert len(_bodies(conversation=said).ask()) == 2
    connection.close()
    assert len(_bodies(conversation=said).ask()) == 2


def test_after_the_server_hung_up_the_next_connection_answers(said):
    assert len(_bodies(conversation=said).ask()) == 2
    connection.connection.close()
    with pytest.raises(OperationalError):
        _bodies(conversation=said).ask()
    connection.close()
    assert len(_bodies(conversation=said).ask()) == 2


def test_what_failed_leaves_the_next_question_alone(said):
    assert len(_bodies(conversation=said).ask()) == 2
    with pytest.raises(DatabaseError):
        _bodies(conversation=said, number="none").ask()
    assert _bodies(conversation=said, number=1).ask() == ["two"]


def test_who_reads_an_answer_may_ask(said):
    heard = []

    def listen(instance, **_kwargs):
        heard.append(_bodies(conversation=instance.conversation_id).ask()[-1])

    post_init.connect(listen, sender=Message)
    try:
        question = prepared(_messages.__wrapped__)
        messages, bodies = ask(question(conversation=said), _bodies(conversation=said))
    finally:
        post_init.disconnect(listen, sender=Message)

    assert [each.body for each in messages] == bodies == ["one", "two"]
    assert heard == ["two"] * 2


def test_times_are_read_in_the_time_zone_of_the_connection(said, settings):
    (utc, *_rest) = _messages(conversation=said).ask()
    settings.USE_TZ = False
    (local, *_rest) = _messages(conversation=said).ask()
    settings.USE_TZ = True
    (again, *_rest) = _messages(conversation=said).ask()

    assert utc.sent_at == again.sent_at
    assert local.sent_at.tzinfo is None


def test_an_event_loop_is_not_held_up(said):
    assert len(_bodies(conversation=said).ask()) == 2

    async def loop():
        with pytest.raises(SynchronousOnlyOperation):
            _bodies(conversation=said).ask()

    asyncio.run(loop())
