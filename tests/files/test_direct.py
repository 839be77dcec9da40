"""Files that clients put into the storage, and get from it, by URLs that it signs."""

import hashlib
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from talk.contrib.files import pictures
from talk.contrib.files.addresses import upload_from
from talk.contrib.files.checking import check_due
from talk.contrib.files.checks import check_direct
from talk.contrib.files.deleting import delete_due
from talk.contrib.files.direct import ticket_for
from talk.contrib.files.storage import kept, picture_names
from talk.models import Attachment, Event

from ..domain.acting import participation_of, send_files
from .conftest import Store, body_of, names_in, now
from .drawn import with_secrets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("direct")]

State = Attachment.State
PICTURE = with_secrets("image/jpeg", 6)


class Away(Store):
    def upload(self, name, size, seconds):
        raise ConnectionRefusedError


@pytest.fixture
def started(begin):
    """`started(size)`: an upload whose client has got a URL of the storage."""

    def start(size=4, **columns):
        attachment = begin(size)
        Attachment.objects.filter(pk=attachment.pk).update(**columns)
        ticket_for(now(attachment))
        return now(attachment)

    return start


@pytest.fixture
def bring(stored):
    """`bring(attachment, body)` writes to the URL, which the client may do again and again."""

    def write(attachment, body):
        stored.delete(attachment.key)
        stored.save(attachment.key, ContentFile(body))
        Attachment.objects.update(retry_at=None)

    return write


def test_the_storage_is_told_what_it_may_take(begin):
    upload = begin(4)

    ticket = ticket_for(upload)

    row = now(upload)
    assert row.key.startswith("incoming/")
    assert ticket == (f"{Store.origin}/{row.key}?size=4&seconds=900", "PUT", {"A": "b"})
    assert (row.state, row.sha256) == (State.CHECKING, "")


@pytest.mark.parametrize("why", ["no worker", "the storage is away", "it is off"])
def test_otherwise_this_server_takes_the_bytes(begin, put, settings, worker, why):
    if why == "no worker":
        worker.delete()
    else:
        name = f"{__name__}.Away" if why == "the storage is away" else None
        settings.TALK = settings.TALK | {"FILES_DIRECT": name}
    upload = begin(4)

    ticket = ticket_for(upload)

    assert upload_from(ticket.url.rpartition("/")[2]) == upload.pk
    assert put(upload, b"soup").status_code == 201


def test_whoever_sends_it_says_that_it_is_there(started, bring, alice, harbour, get, stored):
    file = started()
    bring(file, b"soup")
    Attachment.objects.update(retry_at=timezone.now() + timedelta(hours=1))
    assert check_due() == 0

    send_files(alice, harbour, file)

    assert get(file).status_code == 404
    assert check_due() == 1
    row = now(file)
    assert (row.state, row.content_type) == (State.READY, "text/plain")
    assert (row.key, row.sha256) == (kept(file.key), hashlib.sha256(b"soup").hexdigest())
    assert names_in(stored) == [row.key]
    assert Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED).count() == 1


def test_what_is_written_after_the_check_is_nobodys_and_goes_with_the_file(
    started, bring, alice, harbour, stored
):
    file = started()
    bring(file, b"soup")
    said = send_files(alice, harbour, file)
    check_due()

    bring(file, b"evil")

    assert check_due() == 0
    assert stored.open(now(file).key).read() == b"soup"
    participation_of(alice, harbour).retract(said)
    delete_due()
    assert names_in(stored) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"so", "image/png"),
        (b"soups", "image/png"),
        (b"<p>x", "text/plain"),
    ],
)
def test_lies_are_refused_and_deleted(started, bring, stored, settings, body, found):
    file = started(4, content_type="image/png")
    settings.TALK = settings.TALK | {"UPLOAD_TYPES": ("image/*",)}
    bring(file, body)

    check_due()

    assert (now(file).state, now(file).content_type) == (State.REFUSED, found)
    assert names_in(stored) == []


def test_a_storage_that_hands_over_other_bytes_than_it_said_is_not_believed(
    started, bring, stored, monkeypatch
):
    file = started()
    bring(file, b"soup")
    opened = InMemoryStorage.open

    def changed(self, name):
        """The client writes again between two questions of the worker."""
        found = opened(self, name)
        assert found.size == 4
        found.write(b"soups")
        found.seek(0)
        found.size = 4
        return found

    monkeypatch.setattr(InMemoryStorage, "open", changed)

    check_due()

    assert now(file).state == State.REFUSED


def test_what_never_comes_is_refused_in_the_end_and_counts_as_no_failure(started):
    file, waits = started(), []
    for age in (1, 30, 1_200):
        before = timezone.now() - timedelta(seconds=age)
        Attachment.objects.update(created_at=before, retry_at=None)
        check_due()
        waits.append(round((now(file).retry_at - timezone.now()).total_seconds()))
    assert waits == [2, 30, 600]
    assert (now(file).state, now(file).failures) == (State.CHECKING, 0)

    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=1), retry_at=None)
    check_due()

    assert now(file).state == State.REFUSED


def test_what_does_not_come_holds_up_nobody(started, bring):
    for _each in range(5):
        started()
    Attachment.objects.update(retry_at=None)
    last = started()
    bring(last, b"soup")

    check_due()

    assert now(last).state == State.READY


@pytest.mark.parametrize("step", range(10))
def test_a_picture_leaves_nothing_behind_wherever_the_worker_is_killed(
    started, bring, stored, killed_at, monkeypatch, step
):
    @contextmanager
    def read(file, content_type):
        assert content_type == "image/jpeg"
        yield pictures.Picture(file, file, file, 3, 2, "data:image/webp;base64,AA==")

    monkeypatch.setattr(pictures, "read", read)
    file = started(len(PICTURE))
    bring(file, PICTURE)
    with killed_at(step):
        check_due()
    Attachment.objects.update(retry_at=None)
    check_due()

    assert (now(file).state, now(file).content_type) == (State.READY, "image/jpeg")
    assert names_in(stored) == sorted(picture_names(file.key))


class TestDownloading:
    def test_the_storage_sends_it_with_the_headers_of_its_type(self, sent, get):
        file = sent(b"<script>", 'a"b\r\nSet-Cookie: c.html')

        for method in ("get", "head"):
            answer = get(file, method=method)

            assert (answer.status_code, body_of(answer)) == (302, b"")
            assert answer["Location"] == (
                f"{Store.origin}/{now(file).key}?{method.upper()}&text/plain"
                '&attachment; filename="a\\"bSet-Cookie: c.html"&60'
            )
            assert answer["Cache-Control"] == "private, max-age=30"
            assert answer["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}

    def test_the_row_is_asked_each_time(self, sent, get, alice, harbour):
        file = sent()
        participation_of(alice, harbour).retract(file.message)

        assert get(file).status_code == 404

    @pytest.mark.parametrize(
        "unfit", ["http://testserver:9000/bucket", "/bucket", "https://a.test/" * 300]
    )
    def test_this_server_sends_what_would_be_on_its_own_host(self, sent, get, monkeypatch, unfit):
        file = sent()
        monkeypatch.setattr(Store, "origin", unfit)

        answer = get(file)

        assert (answer.status_code, body_of(answer)) == (200, b"soup")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, []),
        ({"FILES_DIRECT": None}, []),
        ({"FILES_DIRECT": "host.nothing.Store"}, ["talk_files.E005"]),
        ({"FILES_DIRECT": f"{__name__}.Nothing"}, ["talk_files.E005"]),
        ({"FILES_DIRECT": f"{__name__}.check_due"}, ["talk_files.E005"]),
        ({"FILES_INTERNAL_URL": "/internal/"}, ["talk_files.E006"]),
    ],
)
def test_what_the_check_says(settings, options, found):
    settings.TALK = settings.TALK | options

    assert [each.id for each in check_direct()] == found
