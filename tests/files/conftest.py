"""Uploads and downloads over Django's test client, with a storage in memory."""

from contextlib import contextmanager, suppress

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.test import Client
from django.utils import timezone

from talk.contrib.files.addresses import Ticket, download_url, upload_ticket
from talk.contrib.files.checking import JOB
from talk.models import Attachment, TimedJob

from ..domain.acting import group, send_files

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)
IN_MEMORY = "django.core.files.storage.InMemoryStorage"


class Store:
    """Signs URLs of a storage that is in memory."""

    origin = "https://store.example"

    def __init__(self, storage):
        self.storage = storage

    def upload(self, name, size, seconds):
        return Ticket(f"{self.origin}/{name}?size={size}&seconds={seconds}", "PUT", {"A": "b"})

    def download(self, name, *, method, content_type, disposition, seconds):
        return f"{self.origin}/{name}?{method}&{content_type}&{disposition}&{seconds}"


@pytest.fixture(autouse=True)
def stored(settings):
    """The storage, empty and in memory. `stored.backend(…)` has another class of storage."""
    settings.STORAGES = {**settings.STORAGES, "talk": {"BACKEND": IN_MEMORY}}
    return storages["talk"]


@pytest.fixture
def worker(db):
    """A worker that checks files: its row."""
    return TimedJob.objects.create(name=JOB, held_until=timezone.now())


@pytest.fixture
def direct(settings, worker):
    """The storage signs URLs, and a worker checks what comes by them."""
    settings.TALK = settings.TALK | {"FILES_DIRECT": f"{__name__}.Store"}


@pytest.fixture
def harbour(alice, bob):
    return group(alice, bob, title="Harbour")


@pytest.fixture
def begin(alice):
    """`begin(size, filename)`: an upload of Alice's, whose bytes are still to come."""

    def start(size, filename="soup.txt"):
        return Attachment.objects.start(alice, filename, size, "text/plain")

    return start


@pytest.fixture
def put():
    """`put(attachment, body)` uploads it, as any client may."""

    def send(attachment, body, **headers):
        url = getattr(attachment, "pk", None) and upload_ticket(attachment).url
        return Client(headers=headers).put(
            url or attachment, body, content_type="application/octet-stream"
        )

    return send


@pytest.fixture
def sent(alice, harbour, begin, put):
    """`sent(body, filename)`: a file of these bytes, in a message of Alice's."""

    def send(body=b"soup", filename="soup.txt"):
        attachment = begin(len(body), filename)
        assert put(attachment, body).status_code == 201
        send_files(alice, harbour, attachment)
        return now(attachment)

    return send


@pytest.fixture
def get():
    """`get(attachment)` downloads it, as any client may."""

    def ask(attachment, variant="", method="get", **headers):
        url = getattr(attachment, "pk", None) and download_url(attachment, variant)
        return getattr(Client(headers=headers), method)(url or attachment)

    return ask


def now(row):
    return type(row).objects.get(pk=row.pk)


def body_of(response):
    return response.getvalue() if response.streaming else response.content


def names_in(storage):
    """The names of all that is in the storage."""
    folders, files = storage.listdir("")
    nested = [f"{folder}/{each}" for folder in folders for each in storage.listdir(folder)[1]]
    return sorted([*files, *nested])


@pytest.fixture
def killed_at(monkeypatch):
    """`with killed_at(step):` ends before this call of the storage or row, as a killed process."""

    class Killed(BaseException):
        pass

    @contextmanager
    def run(step):
        done = []

        def counted(patch, owner, name):
            original = getattr(owner, name)

            def call(*args, **kwargs):
                if len(done) == step:
                    raise Killed
                done.append(name)
                return original(*args, **kwargs)

            patch.setattr(owner, name, call)

        with monkeypatch.context() as patch, suppress(Killed):
            for name in ("open", "save", "delete"):
                counted(patch, InMemoryStorage, name)
            for name in ("moved", "checked"):
                counted(patch, Attachment, name)
            yield
        assert len(done) == step

    return run
