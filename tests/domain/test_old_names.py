"""Names of the app that Talk replaces: a project moves by changing an import."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import MessagingPermissionDenied, RefusalCode

from .acting import group, private, refused, visible


def test_the_example_of_its_readme(alice, bob, carol, dave, erin):
    from talk.models import Message, Participation

    User = get_user_model()  # noqa: N806
    user = erin
    recipients = User.objects.filter(username__in=["alice", "bob"])
    new_users = User.objects.filter(username="carol")
    more_users = User.objects.filter(username="dave")

    # Send a message to a group of users.
    message = Message.send_to_users("my first message", user, recipients)
    # Reply to a conversation.
    Message.send_to_conversation("a reply coming", user, message.conversation)
    # The inbox, and the latest message of each conversation in it.
    participations = Participation.objects.inbox_for(user)
    latest = [participation.conversation.latest_message for participation in participations]

    assert [message.body for message in latest] == ["a reply coming"]

    # Leave a conversation, and come back to it.
    participation = Participation.objects.get(user=user, conversation=message.conversation)
    participation.revoke()

    assert list(Participation.objects.inbox_for(user)) == []
    with pytest.raises(MessagingPermissionDenied):
        Message.send_to_conversation("too late", user, message.conversation)

    participation.reinstate()

    assert list(Participation.objects.inbox_for(user)) == [participation]

    # Take in more people, also with a message.
    message.conversation.add_participants(new_users)
    Message.send_to_conversation(
        "another reply", user, message.conversation, new_participants=more_users
    )

    said = ["my first message", "a reply coming", "another reply"]
    for person in (alice, bob, carol, dave, erin):
        assert visible(person, message.conversation) == said


def test_one_sends_to_two_people_in_their_private_conversation(alice, bob):
    from talk.models import Message

    recipients = get_user_model().objects.filter(pk=bob.pk)

    message = Message.send_to_users("Hello", alice, recipients)

    assert message.conversation == private(alice, bob)


def test_naming_new_participants_in_private_answers_another_conversation(alice, bob, carol):
    from talk.models import Message

    pair = private(alice, bob)

    message = Message.send_to_conversation("Hello", alice, pair, new_participants=[carol])

    assert message.conversation != pair
    assert message.conversation.upgraded_from == pair


def test_revoking_a_private_participation_is_refused_aloud(alice, bob):
    pair = private(alice, bob)

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        pair.participation_of(alice).revoke()


def test_nobody_is_reinstated_who_is_here(alice, bob):
    there = group(alice, bob)

    with refused(RefusalCode.ALREADY_ACTIVE):
        there.participation_of(bob).reinstate()
