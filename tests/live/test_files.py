"""Files over real servers: their headers, and the memory that long ones take."""

import hashlib
import http.client
import socket
import time

import psutil
import pytest

from talk.contrib.files.addresses import download_url, upload_ticket
from talk.contrib.files.deleting import delete_due
from talk.contrib.files.storage import storage
from talk.models import Attachment, Message

from ..domain.acting import participation_of
from .conftest import launch
from .test_memory import watched

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100_000)
FILM = b"\0\0\0\x18ftypmp42" + bytes(20 * 1024 * 1024)


@pytest.fixture(scope="module")
def uvicorn(django_db_setup):
    server = launch("uvicorn")
    yield server
    server.stop()


@pytest.fixture(params=["daphne", "uvicorn"])
def ask(request):
    """`ask(method, url, body, **headers)`: a status, the headers and the body of the answer."""
    server = request.getfixturevalue(request.param)

    def send(method, url, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {each.replace("_", "-"): value for each, value in headers.items()}
        connection.request(
            method, url, body, headers, encode_chunked="Content-Length" not in headers
        )
        response = connection.getresponse()
        # uvicorn writes all names in lower case.
        answered = {name.title(): value for name, value in response.getheaders()}
        found = response.status, answered, response.read()
        connection.close()
        return found

    send.server = server
    return send


@pytest.fixture
def send_file(alice, group, ask):
    """`send_file(body)`: a file of these bytes, in a message of Alice's."""
    sent = []

    def send(body, filename):
        upload = Attachment.objects.start(alice, filename, len(body), "text/html")
        status, _headers, answer = ask("PUT", upload_ticket(upload).url, body)
        assert status == 201, answer
        participation_of(alice, group).send("Look", attachments=[upload])
        sent.append(Attachment.objects.get(pk=upload.pk))
        return sent[-1]

    yield send
    for each in sent:
        participation_of(alice, group).retract(Message.objects.get(attachments=each))
    assert delete_due() == len(sent)
    assert not any(storage().exists(each.key) for each in sent)


def test_what_is_fetched_is_what_was_sent_and_harms_nobody(ask, alice, group, send_file):
    picture = send_file(PNG, "suppe “eins”.png")
    page = send_file(b"<!doctype html><script>alert(1)</script>", 'a"b.html')

    status, headers, body = ask("GET", download_url(picture))
    assert (status, body) == (200, PNG)
    assert picture.sha256 == hashlib.sha256(PNG).hexdigest()
    assert (
        headers.items()
        >= {
            "Content-Type": "image/png",
            "Content-Length": str(len(PNG)),
            "Content-Disposition": "inline; filename*=utf-8''suppe%20%E2%80%9Ceins%E2%80%9D.png",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "private, max-age=3600",
            "Accept-Ranges": "bytes",
        }.items()
    )

    _status, headers, _body = ask("GET", download_url(page))
    assert headers["Content-Type"] == "text/plain"
    assert headers["Content-Disposition"] == r'attachment; filename="a\"b.html"'
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"

    url = download_url(picture)
    status, headers, body = ask("GET", url, Range="bytes=1-3")
    assert (status, body, headers["Content-Range"]) == (206, b"PNG", f"bytes 1-3/{len(PNG)}")
    assert ask("HEAD", url)[1]["Content-Length"] == str(len(PNG))
    assert ask("GET", url, Range=f"bytes={len(PNG)}-")[0] == 416
    assert ask("GET", url, If_None_Match=headers["Etag"])[::2] == (304, b"")


def test_bodies_without_a_length_are_refused(ask, alice):
    upload = Attachment.objects.start(alice, "soup.txt", 4, "text/plain")

    status, _headers, body = ask("PUT", upload_ticket(upload).url, iter([b"so", b"up"]))

    assert (status, b"LENGTH_REQUIRED" in body) == (411, True)


def test_long_uploads_take_little_memory(ask, send_file):
    process = psutil.Process(ask.server.process.pid)
    send_file(PNG, "picture.png")

    with watched(process) as sizes:
        send_file(FILM, "film.mp4")

    assert max(sizes) - sizes[0] < 8_000_000


def test_files_are_read_no_faster_than_their_clients_read(ask, send_file):
    process = psutil.Process(ask.server.process.pid)
    film = send_file(FILM, "film.mp4")
    before = process.io_counters().read_chars

    with socket.create_connection(("127.0.0.1", ask.server.port)) as idle:
        idle.sendall(f"GET {download_url(film)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        idle.recv(1)
        time.sleep(0.3)
        # The system's buffers on both sides hold some megabytes.
        assert process.io_counters().read_chars - before < len(FILM) // 2
        count = 0
        while count < len(FILM):
            count += len(idle.recv(1_048_576))
