"""What a deletion removes from the storage, and what happens if the storage fails."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from talk import bounded
from talk.contrib.files import jobs
from talk.contrib.files.deleting import delete_due, discard_left_behind
from talk.contrib.files.storage import picture_names
from talk.models import Attachment, Conversation, Message
from talk.moderation import remove_message
from talk.privacy import erase
from talk.purging import purge
from talk.timed import registered

from ..domain.acting import participation_of
from .conftest import PNG, names_in, now

pytestmark = pytest.mark.django_db


def past(**columns):
    Attachment.objects.update(**columns, expires_at=timezone.now() - timedelta(seconds=1))


def expire(message):
    long_ago = timezone.now() - timedelta(days=3)
    Message.objects.filter(pk=message.pk).update(sent_at=long_ago)
    purge()


WAYS = {
    "taken back": lambda alice, message: participation_of(alice, message.conversation).retract(
        message
    ),
    "left out by an edit": lambda alice, message: participation_of(
        alice, message.conversation
    ).edit(message, "No soup", attachments=[]),
    "moderated": lambda alice, message: remove_message(message, None, "Spam"),
    "erased": lambda alice, message: erase(alice, "They asked for it"),
    "expired": lambda alice, message: expire(message),
    "deleted with its conversation": lambda alice, message: Conversation.objects.filter(
        pk=message.conversation_id
    ).delete(),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_bytes_go_with_the_words(alice, sent, stored, settings, way):
    settings.TALK = {**settings.TALK, "RETENTION": {"group": 2}}
    file, kept = sent(PNG), None
    for name in picture_names(file.key):
        stored.save(name, ContentFile(b"smaller"))
    assert delete_due() == 0
    assert len(names_in(stored)) == 4

    WAYS[way](alice, file.message)
    if way == "taken back":
        kept = sent(b"another")

    assert delete_due() == 1
    assert names_in(stored) == ([kept.key] if kept else [])
    assert not Attachment.objects.filter(pk=file.pk).exists()


def test_so_they_do_if_an_earlier_version_removed_the_message(sent, stored):
    removed, kept = sent(PNG), sent(b"another")
    Message.objects.filter(pk=removed.message_id).update(body="", removed_as="retracted")
    discard_left_behind()

    assert delete_due() == 1
    assert names_in(stored) == [kept.key]
    assert now(removed.message).attachment_count == 0


def test_so_does_a_picture_that_an_earlier_version_replaced(begin, put, harbour, stored):
    put(picture := begin(4), b"soup")
    Attachment.objects.filter(pk=picture.pk).update(avatar_of=harbour, expires_at=None)
    discard_left_behind()
    assert delete_due() == 0

    Conversation.objects.filter(pk=harbour.pk).update(avatar="https://example.com/soup.png")
    discard_left_behind()
    assert delete_due() == 1


def test_what_was_never_sent_goes_after_a_day(begin, put, stored):
    upload = begin(4)
    put(upload, b"soup")
    assert delete_due() == 0

    past()
    assert delete_due() == 1
    assert names_in(stored) == []


def test_what_never_came_goes_without_the_storage(begin, stored, monkeypatch):
    begin(4)
    past()
    monkeypatch.setattr(type(stored), "delete", None)

    assert delete_due() == 1


class TestFailures:
    @pytest.fixture
    def uploads(self, begin, put):
        uploads = [begin(4) for _ in range(5)]
        for each in uploads:
            put(each, b"soup")
        past()
        return [now(each) for each in uploads]

    @pytest.fixture
    def fails(self, stored, monkeypatch):
        """`fails(names)`: the storage does not delete these, or none at all."""
        delete = type(stored).delete

        def fail(names=None):
            def _delete(storage, name):
                if names is None or name in names:
                    raise ConnectionRefusedError
                delete(storage, name)

            monkeypatch.setattr(type(stored), "delete", _delete)

        return fail

    def test_one_that_fails_keeps_no_other_and_is_tried_again(self, uploads, stored, fails):
        fails({uploads[0].key})
        assert delete_due() == 4
        assert names_in(stored) == [uploads[0].key]
        assert delete_due() == 0

        fails(set())
        Attachment.objects.update(retry_at=timezone.now())
        assert delete_due() == 1
        assert names_in(stored) == []

    def test_a_storage_that_is_away_is_not_asked_for_each(self, uploads, stored, fails):
        fails()
        assert delete_due() == 0
        assert Attachment.objects.filter(failures=1).count() == jobs.MOST_FAILURES
        assert Attachment.objects.count() == len(names_in(stored)) == 5

    def test_a_run_ends_though_there_is_more(self, uploads, monkeypatch):
        monkeypatch.setattr(bounded, "MOST_SECONDS", -1.0)
        assert [delete_due() for _ in range(6)] == [1, 1, 1, 1, 1, 0]


def test_the_worker_deletes_files_every_ten_seconds():
    (job,) = (each for each in registered() if each.run is delete_due)
    assert job.every == timedelta(seconds=10)
