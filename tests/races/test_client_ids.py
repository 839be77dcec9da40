"""One request that arrives twice is done once, also when it arrives twice at once."""

import uuid

import pytest

from talk.exceptions import RefusalCode
from talk.models import Conversation, Message

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def client_id():
    return uuid.uuid4()


def test_both_who_send_the_same_get_the_one_message(
    alice, group, participation_of, this_group, client_id
):
    def send():
        return participation_of(alice).send("hello", client_id=client_id)

    first, second = in_turn(send, send, behind=this_group)

    assert first == second == Message.objects.get()
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_however_many_send_the_same_there_is_one_message(alice, bob, client_id, time):
    def send():
        return Message.send_to_users("hello", alice, [bob], client_id=client_id)

    messages = at_once(*[send] * 8)

    assert set(messages) == {Message.objects.get()}
    assert_sound(Conversation.objects.get())


def test_an_upgrade_sent_twice_at_once_is_done_once(alice, bob, carol, client_id):
    private = Conversation.objects.between(alice, bob)

    def send():
        place = Conversation.objects.get(pk=private.pk).participation_of(alice)
        return place.send("hello", client_id=client_id, invite=[carol])

    messages = at_once(*[send] * 6)

    (message,) = set(messages)
    assert message == Message.objects.get(kind=Message.Kind.TEXT)
    assert Conversation.objects.count() == 2
    assert_sound(message.conversation)


def test_with_other_words_the_second_is_refused(
    alice, group, participation_of, this_group, client_id
):
    outcomes = in_turn(
        lambda: participation_of(alice).send("yes", client_id=client_id),
        lambda: participation_of(alice).send("no", client_id=client_id),
        behind=this_group,
    )

    assert outcomes == [Message.objects.get(body="yes"), RefusalCode.CLIENT_ID_REUSED]
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_with_other_words_one_wins(alice, group, participation_of, client_id, time):
    def say(body):
        return lambda: participation_of(alice).send(body, client_id=client_id)

    outcomes = at_once(*map(say, "abcdef"))

    assert refusals(outcomes) == [RefusalCode.CLIENT_ID_REUSED] * 5
    assert Message.objects.get() in outcomes
    assert_sound(group)


@pytest.mark.parametrize("time", range(10))
def test_in_another_conversation_one_wins(alice, bob, group, participation_of, client_id, time):
    outcomes = at_once(
        lambda: participation_of(alice).send("hello", client_id=client_id),
        lambda: Message.send_to_users("hello", alice, [bob], client_id=client_id),
    )

    assert refusals(outcomes) == [RefusalCode.CLIENT_ID_REUSED]
    assert Message.objects.get() in outcomes
    for conversation in Conversation.objects.all():
        assert_sound(conversation)


def test_two_people_may_use_the_same_id(alice, bob, group, participation_of, this_group, client_id):
    outcomes = in_turn(
        lambda: participation_of(alice).send("hello", client_id=client_id),
        lambda: participation_of(bob).send("hello", client_id=client_id),
        behind=this_group,
    )

    assert not refusals(outcomes)
    assert Message.objects.count() == 2
    assert_sound(group)
