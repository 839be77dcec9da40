"""What comes of the bytes of uploads, whatever their senders claim."""

import errno
import hashlib
from contextlib import ExitStack, suppress
from datetime import timedelta
from io import BytesIO
from typing import ClassVar

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from talk.contrib.files import body as bodies
from talk.contrib.files import receiving
from talk.contrib.files.addresses import download_url, upload_ticket
from talk.models import Attachment

from .conftest import PNG, names_in, now

pytestmark = pytest.mark.django_db
State = Attachment.State


def code(response):
    return response.status_code, response.json()["code"], response.json()["retryable"]


def test_the_bytes_are_stored_and_the_row_says_what_they_are(begin, put, stored):
    upload = begin(len(PNG), "soup.txt")

    response = put(upload, PNG)

    assert (response.status_code, response.json()) == (
        201,
        {"contentType": "image/png", "size": len(PNG)},
    )
    row = now(upload)
    assert (row.state, row.content_type) == (State.READY, "image/png")
    assert row.sha256 == hashlib.sha256(PNG).hexdigest()
    assert "soup" not in row.key
    assert stored.open(row.key).read() == PNG
    assert names_in(stored) == [row.key]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(b"soups", (413, "FILE_TOO_LARGE", False)), (b"so", (400, "FILE_TOO_SHORT", False))],
)
def test_another_length_than_declared_is_refused_before_it_is_read(
    begin, put, stored, sent, expected
):
    upload = begin(4)

    assert code(put(upload, sent)) == expected
    assert (now(upload).key, names_in(stored)) == ("", [])
    assert put(upload, b"soup").status_code == 201


class TestLyingLengths:
    """The header is right, the body isn't. Servers don't let that through; Talk doesn't either."""

    def test_no_length_is_refused(self, begin):
        response = Client().generic("PUT", upload_ticket(begin(4)).url, b"", CONTENT_LENGTH="")

        assert code(response) == (411, "LENGTH_REQUIRED", False)

    def test_a_shorter_body_is_no_file(self):
        body = bodies.Body(BytesIO(b"so"), 4)

        with pytest.raises(bodies.Failed, match="UPLOAD_INTERRUPTED"):
            list(body.chunks())
        assert not body.is_complete

    def test_a_longer_body_is_cut_at_once(self, begin):
        class Request:
            asked: ClassVar[list[int]] = []

            def read(self, size):
                self.asked.append(size)
                return b"s" * size

        body = bodies.Body(Request(), 100_000)
        with pytest.raises(bodies.Failed, match="FILE_TOO_LARGE"):
            list(body.chunks())
        assert sum(Request.asked) == 100_001
        assert max(Request.asked) == 65_536


def test_a_type_that_is_not_allowed_is_refused_whatever_was_declared(begin, put, stored, settings):
    settings.TALK = {**settings.TALK, "UPLOAD_TYPES": ("text/plain",)}
    upload = begin(len(PNG))

    assert code(put(upload, PNG)) == (415, "FILE_TYPE_NOT_ALLOWED", False)
    assert (now(upload).state, names_in(stored)) == (State.UPLOADING, [])


class TestTokens:
    def test_a_token_that_nobody_signed(self, begin, put):
        url = upload_ticket(begin(4)).url

        assert code(put(url[:-1] + ("a" if url[-1] != "a" else "b"), b"soup")) == (
            404,
            "NOT_FOUND",
            False,
        )

    def test_a_token_of_a_download(self, begin, put):
        url = download_url(begin(4)).replace("/files/", "/files/upload/")

        assert code(put(url, b"soup")) == (404, "NOT_FOUND", False)

    def test_an_upload_that_expired(self, begin, put):
        upload = begin(4)
        Attachment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert code(put(upload, b"soup")) == (404, "NOT_FOUND", False)

    def test_an_upload_that_is_gone(self, begin, put):
        upload = begin(4)
        Attachment.objects.all().delete()

        assert code(put(upload, b"soup")) == (404, "NOT_FOUND", False)

    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    def test_other_methods(self, begin, method):
        response = getattr(Client(enforce_csrf_checks=True), method)(upload_ticket(begin(4)).url)

        assert code(response) == (405, "METHOD_NOT_ALLOWED", False)
        assert response["Allow"] == "PUT"


def test_pages_of_allowed_origins_may_upload_and_download(begin):
    for url, method in [(upload_ticket(begin(4)).url, "PUT"), (download_url(begin(4)), "GET")]:
        asked = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": method}
        response = Client(headers=asked).options(url)

        assert response["Access-Control-Allow-Origin"] == "http://localhost:5173"
        assert method in response["Access-Control-Allow-Methods"]
        stranger = Client(headers=asked | {"Origin": "https://evil.example"}).options(url)
        assert "Access-Control-Allow-Origin" not in stranger


class TestTwice:
    def test_the_second_is_refused(self, begin, put, stored):
        upload = begin(4)
        put(upload, b"soup")
        key = now(upload).key

        assert code(put(upload, b"soap")) == (409, "ALREADY_UPLOADED", False)
        assert stored.open(key).read() == b"soup"
        assert names_in(stored) == [key]

    def test_the_later_of_two_at_once_wins(self, begin, put, stored, monkeypatch):
        upload, answers = begin(4), []
        save = InMemoryStorage._save

        def meanwhile(storage, name, content):
            monkeypatch.setattr(InMemoryStorage, "_save", save)
            answers.append(put(upload, b"late").status_code)
            return save(storage, name, content)

        monkeypatch.setattr(InMemoryStorage, "_save", meanwhile)

        assert code(put(upload, b"soup")) == (409, "ALREADY_UPLOADED", False)
        assert answers == [201]
        assert names_in(stored) == [now(upload).key]
        assert stored.open(now(upload).key).read() == b"late"

    def test_what_an_earlier_attempt_left_is_deleted(self, begin, put, stored):
        upload = begin(4)
        upload.attempt("ab/left-behind")
        stored.save("ab/left-behind", ContentFile(b"so"))

        assert put(upload, b"soup").status_code == 201
        assert names_in(stored) == [now(upload).key]


class TestStorage:
    """A storage that is full, away or slow."""

    @pytest.fixture
    def failing(self, monkeypatch):
        """`failing(error)`: the storage raises it after a part of the file was written."""

        def fail(error):
            save = InMemoryStorage._save

            def _save(storage, name, content):
                save(storage, name, ContentFile(content.read(2)))
                raise error

            monkeypatch.setattr(InMemoryStorage, "_save", _save)

        return fail

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (OSError(errno.ENOSPC, "No space left"), (507, "STORAGE_FULL", True)),
            (OSError(errno.EDQUOT, "Quota exceeded"), (507, "STORAGE_FULL", True)),
            (ConnectionRefusedError(), (503, "STORAGE_UNAVAILABLE", True)),
            (RuntimeError("An error of its own"), (503, "STORAGE_UNAVAILABLE", True)),
        ],
    )
    def test_nothing_is_half_written(
        self, begin, put, stored, failing, monkeypatch, error, expected
    ):
        upload = begin(4)
        failing(error)

        response = put(upload, b"soup")

        assert code(response) == expected
        assert int(response["Retry-After"]) > 0
        assert (now(upload).state, names_in(stored)) == (State.UPLOADING, [])
        monkeypatch.undo()
        assert put(upload, b"soup").status_code == 201

    def test_an_earlier_attempt_that_cannot_be_deleted_is_not_forgotten(
        self, begin, put, stored, monkeypatch
    ):
        upload = begin(4)
        upload.attempt("ab/left-behind")
        monkeypatch.setattr(InMemoryStorage, "delete", lambda storage, name: 1 / 0)

        assert code(put(upload, b"soup")) == (503, "STORAGE_UNAVAILABLE", True)
        assert now(upload).key == "ab/left-behind"

    def test_a_storage_that_takes_a_part_is_not_believed(self, begin, put, stored, monkeypatch):
        upload = begin(4)
        monkeypatch.setattr(InMemoryStorage, "_save", lambda storage, name, content: name)

        assert code(put(upload, b"soup")) == (503, "STORAGE_UNAVAILABLE", True)
        assert now(upload).state == State.UPLOADING


def test_a_database_that_is_away_is_said_so(begin, put, monkeypatch):
    upload = begin(4)

    def away(*args):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(receiving, "_named_by", away)

    assert code(put(upload, b"soup")) == (503, "UNAVAILABLE", True)


def test_no_file_loses_its_bytes_if_the_answer_of_the_database_is_lost(
    begin, put, stored, monkeypatch
):
    upload, received = begin(4), Attachment.received

    def lost(*args):
        received(*args)
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(Attachment, "received", lost)

    assert code(put(upload, b"soup")) == (503, "UNAVAILABLE", True)
    assert code(put(upload, b"soup")) == (409, "ALREADY_UPLOADED", False)
    assert now(upload).state == State.READY
    assert stored.open(now(upload).key).read() == b"soup"


def test_few_uploads_at_once_are_taken_of_one_person(begin, put, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_OF_ONE_PERSON", 1)
    first, second = begin(4), begin(4)
    save, answers = InMemoryStorage._save, []

    def meanwhile(storage, name, content):
        answers.append(code(put(second, b"soup")))
        return save(storage, name, content)

    monkeypatch.setattr(InMemoryStorage, "_save", meanwhile)

    assert put(first, b"soup").status_code == 201
    assert answers == [(503, "TOO_MANY_UPLOADS", True)]
    monkeypatch.undo()
    assert put(second, b"soup").status_code == 201


def test_it_takes_nine_people_to_leave_no_place_for_a_tenth():
    places = receiving._Places()
    with ExitStack() as uploads:
        for person in range(9):
            with suppress(receiving.Failed):
                while True:
                    uploads.enter_context(places.taken_by(person))
            assert places._taken[0] == receiving.MOST_OF_ONE_PERSON
            assert places._taken[person]
        assert places.are_few()
        with pytest.raises(receiving.Failed, match="TOO_MANY_UPLOADS"):
            uploads.enter_context(places.taken_by(10))
    assert not places.are_few()


class TestWhatStoragesExpect:
    """Some wrap the file, go to its beginning, or take a short piece for the end."""

    class Request:
        def __init__(self, size):
            self.left = size

        def read(self, size):
            size = min(size, self.left, 1_000)
            self.left -= size
            return b"s" * size

    def test_pieces_are_as_long_as_asked_for(self):
        body = bodies.Body(self.Request(100_000), 100_000)

        assert [len(body.read(40_000)) for _ in range(4)] == [40_000, 40_000, 20_000, 0]
        assert body.is_complete

    def test_it_is_an_open_file_that_can_be_read_once(self):
        body = bodies.Body(self.Request(4), 4)
        wrapped = File(body, "wrapped")

        assert (bool(body), wrapped.closed, wrapped.readable()) == (True, False, True)
        assert (wrapped.seekable(), wrapped.size) == (False, 4)
        assert body.seek(0) == 0
        assert wrapped.read() == b"ssss"
        with pytest.raises(OSError, match="only once"):
            body.seek(0)


class TestSlowClients:
    @pytest.fixture
    def request_of(self, monkeypatch):
        """`request_of(size, seconds)`: a request of which so many bytes come at a time."""
        at = [0.0]
        monkeypatch.setattr(bodies.time, "monotonic", lambda: at[0])

        class Request:
            def __init__(self, size, seconds):
                self.size, self.seconds = size, seconds

            def read(self, size):
                at[0] += self.seconds
                return b"s" * min(size, self.size)

        return Request

    def test_a_client_that_dribbles_is_cut_off(self, request_of):
        body = bodies.Body(request_of(1, 20), 1_000)
        with pytest.raises(bodies.Failed, match="UPLOAD_STALLED"):
            list(body.chunks())
        assert body.tell() < 10

    def test_one_that_is_slow_makes_room_for_others(self, request_of):
        """64 KiB in three seconds are enough, unless others may need the place."""
        piece, size = 65_536, 100 * 65_536
        alone = bodies.Body(request_of(piece, 3), size)
        assert sum(len(alone.read(piece)) for _ in range(100)) == size

        body = bodies.Body(request_of(piece, 3), size, places_are_few=lambda: True)
        with pytest.raises(bodies.Failed, match="TOO_MANY_UPLOADS"):
            list(body.chunks())
        assert body.tell() == 61 * piece
