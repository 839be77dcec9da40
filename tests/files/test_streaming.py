"""Uploads are read from the client while they are stored, by a thread of their own."""

import asyncio
import json

import pytest

from schema.asgi import application
from schema.transport import uploads
from talk.contrib.files.addresses import is_upload, upload_ticket
from talk.models import Attachment

from .conftest import names_in, now

pytestmark = pytest.mark.django_db(transaction=True)
MEBIBYTE = 1024 * 1024


class Exchange:
    """One request over ASGI. `messages` are what the server hands over; None is silence."""

    def __init__(self, attachment, messages):
        self.attachment, self._messages = attachment, iter(messages)
        self.sent, self.taken = [], 0

    async def receive(self):
        self.taken += 1
        message = next(self._messages, None)
        return message if message is not None else await asyncio.Event().wait()

    async def send(self, message):
        self.sent.append(message)

    def run(self, app):
        path = upload_ticket(self.attachment).url
        scope = {
            "type": "http",
            "method": "PUT",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"talk"), (b"content-length", b"%d" % self.attachment.size)],
        }
        asyncio.run(app(scope, self.receive, self.send))
        body = b"".join(each.get("body", b"") for each in self.sent[1:])
        return self.sent[0]["status"], json.loads(body)


def piece(body, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.fixture
def app():
    async def no_django(scope, receive, send):
        raise AssertionError("Django's handler would read the whole body first.")

    return application(no_django)


def test_a_body_is_taken_piece_by_piece(app, begin, stored, monkeypatch):
    held, upload = [], begin(MEBIBYTE)
    pieces = [piece(b"s" * 8192, more=at < 127) for at in range(128)]
    exchange = Exchange(upload, pieces)

    def noted(storage, name, content):
        held.extend((len(each), exchange.taken) for each in content.chunks())
        return name

    monkeypatch.setattr(type(stored), "_save", noted)

    assert exchange.run(app)[0] == 201
    # When the storage has got the first piece, no more has been taken from the server than that.
    assert held[0] == (65_536, 8)
    assert held[-1] == (65_536, 128)


def test_a_client_that_goes_leaves_nothing(app, begin, stored):
    upload = begin(MEBIBYTE)

    status, body = Exchange(upload, [piece(b"soup"), {"type": "http.disconnect"}]).run(app)

    assert (status, body["code"], body["retryable"]) == (400, "UPLOAD_INTERRUPTED", True)
    assert (now(upload).state, names_in(stored)) == (Attachment.State.UPLOADING, [])


def test_a_client_that_stalls_is_cut_off(app, begin, stored, monkeypatch):
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.05)
    upload = begin(MEBIBYTE)

    status, body = Exchange(upload, [piece(b"soup"), None]).run(app)

    assert (status, body["code"], body["retryable"]) == (408, "UPLOAD_STALLED", True)
    assert (now(upload).state, names_in(stored)) == (Attachment.State.UPLOADING, [])


def test_a_body_that_ends_early_is_not_stored(app, begin, stored):
    status, body = Exchange(begin(MEBIBYTE), [piece(b"soup", more=False)]).run(app)

    assert (status, body["code"]) == (400, "UPLOAD_INTERRUPTED")
    assert names_in(stored) == []


def test_a_body_that_goes_on_is_cut(app, begin, stored):
    exchange = Exchange(begin(4), [piece(b"s" * 3), piece(b"s" * 3), *[piece(b"s")] * 100])

    status, body = exchange.run(app)

    assert (status, body["code"]) == (413, "FILE_TOO_LARGE")
    assert exchange.taken == 2
    assert names_in(stored) == []


def test_only_uploads_go_there():
    assert is_upload("PUT", "/talk/files/upload/17:signed")
    assert is_upload("PUT", "/host/talk/files/upload/17:signed")
    assert not is_upload("GET", "/talk/files/upload/17:signed")
    assert not is_upload("PUT", "/talk/files/17:signed")
