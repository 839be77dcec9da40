"""Link previews that come at the same moment as each other, or as an edit of their message."""

import pytest

from talk.models import Conversation, Event, LinkPreview, Message

from .together import assert_sound, at_once, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

URL = "https://shop.example/"


@pytest.fixture
def said(alice, group):
    return group.participation_of(alice).send(f"Look at {URL}")


def keep(message):
    """A worker that has fetched the page and is about to keep what it says."""
    found = Message.objects.get(pk=message.pk)
    return lambda: LinkPreview.objects.keep(found, URL, "Soup")


def verb(name, message, *given):
    """A request of the sender, which has found its rows and is about to act."""
    conversation = Conversation.objects.get(pk=message.conversation_id)
    own, found = conversation.participation_of(message.sender), Message.objects.get(pk=message.pk)
    return lambda: getattr(own, name)(found, *given)


def completed():
    return Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED).count()


def test_two_workers_keep_one(group, said):
    answers = at_once(*(keep(said) for _time in range(4)))

    assert sorted(answers) == [False, False, False, True]
    assert (LinkPreview.objects.count(), completed()) == (1, 1)
    assert_sound(group)


@pytest.mark.parametrize("given", [("edit", "Nothing"), ("edit", f"{URL}other"), ("retract",)])
def test_none_is_left_of_a_link_that_goes_meanwhile(group, said, given):
    name, *more = given
    for _time in range(3):
        message = group.participation_of(said.sender).send(URL)
        assert not refusals(at_once(keep(message), verb(name, message, *more), keep(message)))

    assert not LinkPreview.objects.exists()
    assert completed() <= 3
    assert_sound(group)
