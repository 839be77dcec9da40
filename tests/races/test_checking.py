"""Files that are checked twice at once, or while they are sent, taken back and deleted."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone

from talk.contrib.files import checking, pictures
from talk.contrib.files.checking import check_due
from talk.contrib.files.deleting import delete_due
from talk.contrib.files.storage import picture_names
from talk.models import Attachment, Event

from .together import assert_sound, at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

State = Attachment.State


@pytest.fixture
def stored(settings, monkeypatch):
    """The storage, in memory. Pictures are read at once."""

    @contextmanager
    def read(file, content_type):
        yield pictures.Picture(file, file, file, 3, 2, "data:image/webp;base64,AA==")

    monkeypatch.setattr(pictures, "read", read)
    in_memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"talk": in_memory}
    return storages["talk"]


def waiting(owner, stored, key):
    """A file that waits to be checked."""
    started = Attachment.objects.start(owner, "soup.png", 4, "image/png")
    started.attempt(key)
    stored.save(key, ContentFile(b"soup"))
    assert started.received(key, "image/png", "5" * 64, needs_checking=True)
    return started


@pytest.fixture
def unchecked(alice, stored):
    return waiting(alice, stored, "key")


def now(row):
    return Attachment.objects.filter(pk=row.pk).first()


def later():
    Attachment.objects.update(retry_at=timezone.now() - timedelta(seconds=1))


def test_two_workers_with_one_file(unchecked, alice, group, participation_of, stored):
    participation_of(alice).send("Look", attachments=[unchecked])
    rows = [now(unchecked), now(unchecked)]

    at_once(*(lambda row=row: checking._check(row) for row in rows))
    later()
    check_due()

    assert now(unchecked).state == State.READY
    assert sorted(stored.listdir("")[1]) == sorted(picture_names("key"))
    assert Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED).count() == 1
    assert_sound(group)


def test_it_is_sent_while_it_is_checked(unchecked, alice, group, participation_of, stored):
    place, row = participation_of(alice), now(unchecked)

    at_once(lambda: place.send("Look", attachments=[unchecked]), lambda: checking._check(row))

    assert now(unchecked).state == State.READY
    assert now(unchecked).message.body == "Look"
    assert_sound(group)


def test_it_is_taken_back_and_deleted_while_it_is_checked(
    unchecked, alice, group, participation_of, stored
):
    said = participation_of(alice).send("Look", attachments=[unchecked])
    place, row = participation_of(alice), now(unchecked)

    at_once(lambda: place.retract(said), delete_due, lambda: checking._check(row))
    later()
    check_due()
    delete_due()

    assert now(unchecked) is None
    assert stored.listdir("")[1] == []
    assert_sound(group)


def test_whose_turn_it_is_waits_for_no_lock(unchecked, alice, stored):
    other = waiting(alice, stored, "other")
    Attachment.objects.update(retry_at=None)

    def pass_turn():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        Attachment.objects.pass_turn(alice.pk)

    with transaction.atomic():
        assert list(Attachment.objects.filter(pk=unchecked.pk).select_for_update(no_key=True))
        at_once(pass_turn)

    assert now(unchecked).retry_at is None
    assert now(other).retry_at is not None
