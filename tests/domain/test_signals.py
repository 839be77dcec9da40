"""Signals fire once for each event, after the commit, and a failing receiver harms nothing."""

import asyncio
import logging

import pytest
from channels.layers import InMemoryChannelLayer
from django.contrib.auth import logout
from django.db import connection, transaction

from talk import signals, wakeups
from talk.exceptions import RefusalCode
from talk.models import Event, Message
from talk.wakeups import conversation_group

from .acting import group, participation_of, private, refused, say


class DeadLayer(InMemoryChannelLayer):
    async def group_send(self, group, message):
        raise ConnectionError("Nobody is there.")


class RecordingLayer(InMemoryChannelLayer):
    rung: list = []

    async def group_send(self, group, message):
        self.rung.append((group, message))


@pytest.fixture
def layer(settings):
    def use(kind):
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.{kind.__name__}"}}

    return use


@pytest.fixture
def heard():
    """What receivers of every kind of event were told, in order."""
    told = []

    def listen(sender, event, message, participation, **kwargs):
        told.append((event.kind, message, participation, connection.in_atomic_block))

    for kind in Event.Kind:
        getattr(signals, kind).connect(listen)
    yield told
    for kind in Event.Kind:
        getattr(signals, kind).disconnect(listen)


@pytest.fixture
def kinds(heard):
    return lambda: [kind for kind, *_ in heard]


@pytest.mark.django_db(transaction=True)
def test_a_signal_fires_once_after_the_commit(alice, bob, heard):
    with transaction.atomic():
        message = Message.send_to_users("Hello", alice, [bob])
        assert heard == [], "nothing is certain yet"

    place = participation_of(alice, message.conversation)
    assert heard == [
        ("conversation_started", None, None, False),
        ("message_sent", message, place, False),
    ]


@pytest.mark.django_db(transaction=True)
def test_receivers_get_a_message_as_it_is_after_the_change(alice, bob):
    own = participation_of(alice, group(alice, bob))
    told = []

    def listen(event, message, **kwargs):
        emoji = [each.emoji for each in message.reactions.all()]
        told.append((event.kind, event.actor, message.body, message.removal, emoji))

    for signal in (signals.message_edited, signals.message_reacted, signals.message_removed):
        signal.connect(listen)
    said = own.send("Helo")
    own.edit(said, "Hello")
    own.react(said, "👋")
    own.retract(said)

    assert told == [
        ("message_edited", alice, "Hello", None, []),
        ("message_reacted", alice, "Hello", None, ["👋"]),
        ("message_removed", alice, "", Message.Removal.RETRACTED, []),
    ]


@pytest.mark.django_db(transaction=True)
def test_no_signal_fires_for_what_was_rolled_back(alice, bob, heard, kinds):
    pair = private(alice, bob)
    heard.clear()

    with transaction.atomic():
        say(alice, pair)
        transaction.set_rollback(True)
    with refused(RefusalCode.EMPTY_BODY, "body"):
        Message.send_to_users(" ", alice, [bob])
    assert heard == []

    say(alice, pair)
    assert kinds() == ["message_sent"]


def test_each_event_has_its_signal(alice, bob, carol, kinds, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        conversation = group(alice, bob)
        participation_of(alice, conversation).send("Welcome", invite=[carol])
        participation_of(alice, conversation).leave()

    assert kinds() == [
        "conversation_started",
        "participant_joined",
        "message_sent",
        "participant_left",
        "participant_role_changed",
    ]
    assert kinds() == [event.kind for event in Event.objects.order_by("revision")]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_changes_has_signals_of_its_own(alice, bob, heard):
    message = say(alice, private(alice, bob))
    place, other = (participation_of(user, message.conversation) for user in (alice, bob))
    heard.clear()

    place.edit(message, "Hello again")
    place.edit(message, "Hello again")
    other.react(message, "👍")
    other.react(message, "👍")
    place.retract(message)
    place.retract(message)

    assert heard == [
        ("message_edited", message, place, False),
        ("message_reacted", message, other, False),
        ("message_removed", message, None, False),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_harms_nobody(alice, bob, kinds, caplog):
    def fail(**kwargs):
        raise RuntimeError("I am broken.")

    pair = private(alice, bob)
    signals.message_sent.connect(fail)
    try:
        message = say(alice, pair)
    finally:
        signals.message_sent.disconnect(fail)

    assert list(pair.messages.all()) == [message]
    assert kinds()[-1] == "message_sent"
    (logged,) = [record for record in caplog.records if record.name == "talk.wakeups"]
    assert logged.levelno == logging.ERROR
    assert "message_sent" in logged.getMessage()


@pytest.mark.django_db(transaction=True)
def test_a_dead_channel_layer_does_not_fail_a_send(alice, bob, layer, kinds, caplog):
    layer(DeadLayer)

    message = Message.send_to_users("Hello", alice, [bob])

    assert list(message.conversation.messages.all()) == [message]
    assert kinds() == ["conversation_started", "message_sent"]
    assert "did not take a wake-up" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_no_channel_layer_does_not_fail_a_send(alice, bob, settings, kinds):
    settings.CHANNEL_LAYERS = {}

    say(alice, private(alice, bob))

    assert kinds()[-1] == "message_sent"


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_carries_nothing_that_matters(alice, bob, carol, layer):
    conversation = group(alice, bob)
    layer(RecordingLayer)
    RecordingLayer.rung.clear()

    participation_of(alice, conversation).send("A secret", invite=[carol])

    where = conversation_group(conversation.pk)
    assert RecordingLayer.rung == [
        (where, {"type": "talk.wake_up", "conversation": conversation.pk, "revision": revision})
        for revision in (2, 3)
    ]


@pytest.fixture
def recording(layer, monkeypatch):
    """The wake-ups that the channel layer took."""
    layer(RecordingLayer)
    monkeypatch.setattr(RecordingLayer, "rung", [])
    return RecordingLayer.rung


def test_a_thread_of_a_server_leaves_sending_to_the_servers_event_loop(recording):
    async def serve():
        token = wakeups.server_loop.set(asyncio.get_running_loop())
        try:
            await asyncio.to_thread(wakeups.send_from_thread, "a.group", {"user": "1"})
        finally:
            wakeups.server_loop.reset(token)
        while not recording:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(serve(), 10))

    assert recording == [("a.group", {"type": wakeups.WAKE_UP, "user": "1"})]


def test_a_wake_up_that_can_not_be_sent_fails_nobody(recording, caplog):
    """Code that runs in an event loop can't wait for the channel layer."""

    async def send():
        wakeups.send_from_thread("a.group", {"user": "1"})

    asyncio.run(send())

    assert recording == []
    assert "A wake-up was not sent" in caplog.text


def test_somebody_who_signs_out_without_having_signed_in_wakes_nobody(
    client, recording, alice, rf, django_capture_on_commit_callbacks
):
    request = rf.get("/")
    request.session = client.session
    with django_capture_on_commit_callbacks(execute=True):
        logout(request)
    assert recording == []

    request.user = alice
    with django_capture_on_commit_callbacks(execute=True):
        logout(request)
    assert [content["user"] for _group, content in recording] == [str(alice.pk)]
