"""Shorthands for what the domain tests do often."""

from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from talk.exceptions import RefusalCode, Refused
from talk.models import (
    Attachment,
    Conversation,
    Draft,
    Event,
    LinkPreview,
    Mention,
    Message,
    Participation,
    Pin,
    Reaction,
    SavedMessage,
    ScheduledMention,
    ScheduledMessage,
)


@contextmanager
def refused(code: RefusalCode, *path: str):
    """What is done inside is refused with `code`, for the input at `path`, and changes nothing."""
    before = everything()
    with pytest.raises(Refused) as caught:
        yield
    assert (caught.value.code, caught.value.path) == (code, path)
    assert str(caught.value.message), "a refusal says something to a person"
    assert everything() == before, "a refusal leaves no trace"


def everything():
    """Every row that Talk has."""
    changing = (Conversation, Participation, Message, Event, Draft)
    scheduled = (ScheduledMessage, ScheduledMention)
    hanging = (Attachment, LinkPreview, Mention, Reaction, Pin, SavedMessage)
    models = (*changing, *hanging, *scheduled)
    return [list(model.objects.order_by("pk").values()) for model in models]


def hired(person, *codenames):
    """The browser of `person`, who is staff with these permissions from now on."""
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(person)
    return browser


def private(one, other):
    return Conversation.objects.between(one, other)


def group(creator, *others, title=""):
    return Conversation.objects.start_group(creator, others, title=title)


def participation_of(user, conversation):
    """`user`'s participation as the database has it now, found as a request would find it."""
    return Conversation.objects.get(pk=conversation.pk).participation_of(user)


def say(user, conversation, body="Hello"):
    return participation_of(user, conversation).send(body)


def upload(user, filename="soup.txt", size=4, state=Attachment.State.READY):
    """An upload of `user` that no message has yet. Its bytes are nowhere."""
    started = Attachment.objects.start(user, filename, size, "text/plain")
    if state != Attachment.State.UPLOADING:
        started.attempt(f"key-{started.pk}")
        is_ready = state == Attachment.State.READY
        assert started.received(f"key-{started.pk}", "text/plain", "5" * 64, not is_ready)
    if state == Attachment.State.REFUSED:
        assert started.checked(state)
    return started


def picture(user, state=Attachment.State.READY, content_type="image/png", filename="me.png"):
    """An upload of `user` that can be the picture of a group."""
    file = upload(user, filename, state=state)
    Attachment.objects.filter(pk=file.pk).update(content_type=content_type)
    return file


def send_files(user, conversation, *uploads, body=""):
    return participation_of(user, conversation).send(body, attachments=uploads)


def inbox(user):
    """The conversations in `user`'s inbox, in its order."""
    return [place.conversation for place in Participation.objects.inbox_for(user)]


def visible(user, conversation):
    """What `user` can read of what was said in `conversation`."""
    texts = Message.objects.visible_to(participation_of(user, conversation)).filter(kind="text")
    return [message.body for message in texts.order_by("number")]


def story(conversation):
    """What happened in `conversation`, by kind, in order."""
    return list(conversation.messages.order_by("number").values_list("kind", flat=True))


def crowd(size):
    """So many people, of whom only the number matters."""
    users = get_user_model().objects
    return users.bulk_create(users.model(username=f"person{number}") for number in range(size))
