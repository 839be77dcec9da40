"""What happens to a file while it is checked, and while it waits for that."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from talk.contrib.files import checking, outcomes, pictures
from talk.contrib.files.deleting import delete_refused
from talk.contrib.files.direct import ticket_for
from talk.exceptions import RefusalCode, Refused
from talk.models import Attachment

from ..domain.acting import participation_of, send_files
from .conftest import names_in, now
from .drawn import with_secrets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("direct")]

State = Attachment.State
PICTURE = with_secrets("image/jpeg", 6)


@pytest.fixture
def brought(begin, stored):
    """`brought(body)`: an upload whose client has written these bytes."""

    def bring(body):
        upload = begin(len(body))
        ticket_for(upload)
        stored.save(upload.key, ContentFile(body))
        return now(upload)

    return bring


@pytest.mark.parametrize("body", [b"soup", PICTURE])
def test_a_worker_that_stood_still_does_not_write_over_what_people_have(
    brought, stored, monkeypatch, body
):
    @contextmanager
    def read(file, content_type):
        yield pictures.Picture(file, file, file, 3, 2, "data:image/webp;base64,AA==")

    def stand_still(attachment, file):
        monkeypatch.undo()
        monkeypatch.setattr(pictures, "read", read)
        assert checking._check(now(upload))
        monkeypatch.setattr(InMemoryStorage, "save", fail)
        judge(attachment, file)

    def fail(self, *args):
        raise OSError("No space is left.")

    judge = checking._judge
    monkeypatch.setattr(checking, "_judge", stand_still)
    upload = brought(body)

    checking._check(now(upload))

    assert now(upload).state == State.READY
    assert stored.open(now(upload).key).read() == body


def test_a_check_that_failed_delays_none_of_a_file_that_was_sent_meanwhile(
    begin, alice, harbour, monkeypatch
):
    ticket_for(upload := begin(4))

    def copied(key, size):
        send_files(alice, harbour, upload)
        raise checking.Missing

    monkeypatch.setattr(checking, "_copied", copied)

    assert checking._check(now(upload))

    assert [each.pk for each in Attachment.objects.due_for_checking(1)] == [upload.pk]
    assert now(upload).failures == 0


def test_a_picture_that_is_given_to_a_group_is_checked_at_once(brought, alice, harbour):
    upload = brought(PICTURE)
    later = timezone.now() + timedelta(minutes=5)
    Attachment.objects.update(retry_at=later)

    for place in (participation_of(alice, harbour), harbour):
        with pytest.raises(Refused) as refused:
            place.describe(avatar_file=upload.pk)
        assert refused.value.code == RefusalCode.FILE_NOT_CHECKED
        assert Attachment.objects.due_for_checking(1)
        Attachment.objects.update(retry_at=later)


def test_bytes_of_a_refused_file_go_wherever_the_worker_was_killed(
    brought, alice, harbour, stored, settings, monkeypatch
):
    upload = brought(b"soup")
    settings.TALK = settings.TALK | {"UPLOAD_TYPES": ("image/*",)}
    send_files(alice, harbour, upload)
    monkeypatch.setattr(outcomes, "delete_all", lambda key: None)
    checking._check(now(upload))
    assert now(upload).state == State.REFUSED
    # The client can still write there.
    assert delete_refused() == 0

    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=2))

    assert delete_refused() == 1
    assert names_in(stored) == []
    assert delete_refused() == 0
