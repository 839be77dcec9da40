"""Uploads that arrive, are sent and are deleted at the same time."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from talk.contrib.files.addresses import upload_ticket
from talk.contrib.files.deleting import delete_due
from talk.models import Attachment, Conversation

from ..files.conftest import IN_MEMORY, names_in, now
from .together import at_once, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def stored(settings):
    settings.STORAGES = {**settings.STORAGES, "talk": {"BACKEND": IN_MEMORY}}
    return storages["talk"]


def put(upload, body):
    return Client().put(upload_ticket(upload).url, body).status_code


def test_of_many_at_once_one_is_the_file_and_nothing_else_stays(alice, stored):
    upload = Attachment.objects.start(alice, "soup.txt", 4)
    bodies = [b"%04d" % number for number in range(4)]

    answers = at_once(*(lambda body=body: put(upload, body) for body in bodies))

    assert sorted(answers) == [201, 409, 409, 409]
    row = now(upload)
    assert row.state == Attachment.State.READY
    assert names_in(stored) == [row.key]
    assert stored.open(row.key).read() == bodies[answers.index(201)]


def test_what_is_sent_while_it_expires_stays_or_goes_whole(alice, bob, stored):
    place = Conversation.objects.between(alice, bob).participation_of(alice)
    for _time in range(3):
        upload = Attachment.objects.start(alice, "soup.txt", 4)
        put(upload, b"soup")
        expires = timezone.now() + timedelta(milliseconds=15)
        Attachment.objects.filter(pk=upload.pk).update(expires_at=expires)

        sent, *_deleted = at_once(
            lambda upload=upload: place.send("Soup", attachments=[upload]),
            delete_due,
            delete_due,
        )

        delete_due()
        if refusals([sent]):
            Attachment.objects.filter(pk=upload.pk).update(expires_at=timezone.now())
            delete_due()
        left = Attachment.objects.filter(pk=upload.pk)
        assert left.exists() == (not refusals([sent]))
        assert all(stored.exists(each.key) for each in left)
    assert len(names_in(stored)) == Attachment.objects.count()
