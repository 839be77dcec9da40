"""A retry of a request is answered like the first one, and has no second effect."""

import uuid

import pytest

from talk.exceptions import RefusalCode
from talk.models import Message
from talk.models.message.idempotency import Request

from .acting import everything, group, participation_of, private, refused, say, story

ID = uuid.UUID(int=1)


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol)


def test_the_same_again_gives_the_same_message(alice, lunch):
    message = participation_of(alice, lunch).send("Hello", client_id=ID)
    before = everything()

    assert participation_of(alice, lunch).send("Hello", client_id=ID) == message

    assert everything() == before
    assert message.client_id == ID


def test_a_retry_leaves_the_numbers_of_the_conversation_at_hand_right(alice, lunch):
    """The message and the event of the second attempt were not written."""
    place = participation_of(alice, lunch)
    place.send("Hello", client_id=ID)
    numbers = place.conversation.last_number, place.conversation.revision

    place.send("Hello", client_id=ID)

    assert (place.conversation.last_number, place.conversation.revision) == numbers == (1, 2)
    assert place.conversation.latest_message.body == "Hello"


def test_also_to_users(alice, bob, carol):
    message = Message.send_to_users("Hello", alice, [bob, carol], client_id=ID)
    before = everything()

    again = Message.send_to_users("Hello", alice, [carol, bob], client_id=ID)

    assert again == message
    assert again.conversation == message.conversation
    assert everything() == before


def test_without_an_id_everything_is_new(alice, lunch):
    assert say(alice, lunch, "Hello") != say(alice, lunch, "Hello")


def test_an_invitation_is_not_repeated(alice, bob, dave, lunch):
    participation_of(alice, lunch).send("Welcome", client_id=ID, invite=[dave])
    participation_of(dave, lunch).leave()

    participation_of(alice, lunch).send("Welcome", client_id=ID, invite=[dave])

    assert not participation_of(dave, lunch).is_active
    assert story(lunch) == ["joined", "text", "left"]


def test_an_upgrade_is_not_repeated(alice, bob, carol):
    pair = private(alice, bob)
    message = participation_of(alice, pair).send("Meet Carol", client_id=ID, invite=[carol])
    before = everything()

    again = participation_of(alice, pair).send("Meet Carol", client_id=ID, invite=[carol])

    assert again.conversation == message.conversation != pair
    assert everything() == before


def test_the_same_id_for_something_else_is_an_error(alice, bob, carol, dave, lunch):
    participation_of(alice, lunch).send("Hello", client_id=ID)
    other = group(alice, bob)

    for something_else in (
        lambda: participation_of(alice, lunch).send("Goodbye", client_id=ID),
        lambda: participation_of(alice, lunch).send("Hello", client_id=ID, invite=[dave]),
        lambda: participation_of(alice, other).send("Hello", client_id=ID),
        lambda: Message.send_to_users("Hello", alice, [bob, carol], client_id=ID),
    ):
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            something_else()


def test_other_recipients_are_something_else(alice, bob, carol):
    Message.send_to_users("Hello", alice, [bob], client_id=ID)

    with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
        Message.send_to_users("Hello", alice, [carol], client_id=ID)


def test_an_id_is_one_persons(alice, bob, lunch):
    alices = participation_of(alice, lunch).send("Hello", client_id=ID)

    assert participation_of(bob, lunch).send("Hello", client_id=ID) != alices


def test_what_was_refused_has_not_used_its_id(alice, lunch):
    with refused(RefusalCode.EMPTY_BODY, "body"):
        participation_of(alice, lunch).send(" ", client_id=ID)

    assert participation_of(alice, lunch).send("Hello", client_id=ID).number == 1


def test_who_left_meanwhile_gets_the_answer_that_they_missed(carol, lunch):
    message = participation_of(carol, lunch).send("Goodbye", client_id=ID)
    participation_of(carol, lunch).leave()

    assert participation_of(carol, lunch).send("Goodbye", client_id=ID) == message


@pytest.mark.parametrize(("body", "same"), [("Hello", True), ("Goodbye", False)])
def test_only_who_fails_looks_for_what_was_done(alice, lunch, monkeypatch, body, same):
    look = Request.earlier
    looks = []

    def noted(self):
        looks.append(self)
        return look(self)

    monkeypatch.setattr(Request, "earlier", noted)
    first = participation_of(alice, lunch).send("Hello", client_id=ID)
    assert looks == []

    if same:
        assert participation_of(alice, lunch).send(body, client_id=ID) == first
    else:
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            participation_of(alice, lunch).send(body, client_id=ID)
    assert len(looks) == 1
    assert story(lunch) == ["text"]
