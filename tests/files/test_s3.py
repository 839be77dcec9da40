"""Files in a bucket of S3, which moto plays over HTTP. It does not verify signatures."""

import logging
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InMemoryStorage, storages
from django.utils import timezone

from talk.contrib.files.checking import check_due
from talk.contrib.files.checks import check_direct
from talk.contrib.files.deleting import delete_due
from talk.contrib.files.direct import ticket_for
from talk.contrib.files.s3 import S3
from talk.contrib.files.storage import kept, picture_names
from talk.models import Attachment

from ..domain.acting import participation_of, send_files
from .conftest import body_of, now
from .drawn import SECRET, with_secrets

moto = pytest.importorskip("moto.server", reason="It needs the extra s3-test.")
pytest.importorskip("storages.backends.s3", reason="It needs the extra s3-test.")
config = pytest.importorskip("botocore.config", reason="It needs the extra s3-test.")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]

State = Attachment.State
BUCKET = "talk-files"


@pytest.fixture(scope="module")
def endpoint():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def bucket_at(settings):
    """`bucket_at(endpoint)`: the storage, in a bucket there."""

    def use(endpoint, **options):
        with_signatures = config.Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"max_attempts": 0},
            connect_timeout=1,
        )
        options = {
            "bucket_name": BUCKET,
            "location": "talk",
            "endpoint_url": endpoint,
            "region_name": "us-east-1",
            "access_key": "key",
            "secret_key": "secret",
            "max_memory_size": 1_000_000,
            "client_config": with_signatures,
        } | options
        backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = settings.STORAGES | {"talk": backend}
        return storages["talk"]

    return use


@pytest.fixture(autouse=True)
def stored(bucket_at, endpoint):
    """The storage, in an empty bucket."""
    storage = bucket_at(endpoint)
    storage.bucket.create()
    yield storage
    storage.bucket.objects.all().delete()


@pytest.fixture
def direct(settings):
    settings.TALK = settings.TALK | {"FILES_DIRECT": "talk.contrib.files.s3.S3"}


def names_in(storage):
    return sorted(each.key for each in storage.bucket.objects.all())


def ask(method, url, body=None, **headers):
    """What the store answers to a client that has the URL and nothing else."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"{parts.path}?{parts.query}", body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def signed(url):
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


def test_all_bytes_may_pass_through_this_server(sent, get, alice, harbour, stored):
    file = sent(b"0123456789")

    assert names_in(stored) == [f"talk/{file.key}"]
    assert body_of(get(file)) == b"0123456789"
    part = get(file, range="bytes=2-4")
    assert (part.status_code, body_of(part)) == (206, b"234")
    assert get(file, method="head")["Content-Length"] == "10"
    participation_of(alice, harbour).retract(file.message)
    assert delete_due() == 1
    assert names_in(stored) == []


def test_a_client_uploads_and_downloads(direct, begin, get, alice, harbour, stored):
    body = with_secrets("image/jpeg", 6)
    picture = begin(len(body), "häuser.jpg")
    ticket = ticket_for(picture)
    names = "content-length;content-type;host;if-none-match"
    assert signed(ticket.url)["X-Amz-SignedHeaders"] == names
    assert signed(ticket.url)["X-Amz-Expires"] == "900"

    assert ask(ticket.method, ticket.url, body, **ticket.headers)[0] == 200
    # Its answer was lost, and the client tries again.
    assert ask(ticket.method, ticket.url, body, **ticket.headers)[0] == 412
    said = send_files(alice, harbour, picture)
    assert get(picture).status_code == 404
    assert check_due() == 1

    found = now(picture)
    assert (found.state, found.width, found.height) == (State.READY, 30, 40)
    assert names_in(stored) == sorted(f"talk/{each}" for each in picture_names(found.key))
    answer = get(found)
    assert answer.status_code == 302
    status, headers, got = ask("GET", answer["Location"])
    assert (status, len(got), SECRET in got) == (200, found.size, False)
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("image/jpeg", "private")
    assert headers["Content-Disposition"] == "inline; filename*=utf-8''h%C3%A4user.jpg"
    assert ask("GET", answer["Location"], Range="bytes=1-4")[0::2] == (206, got[1:5])
    assert ask("HEAD", get(found, method="head")["Location"])[0::2] == (200, b"")
    assert ask("GET", get(found, "thumbnail")["Location"])[1]["Content-Type"] == "image/webp"
    assert signed(answer["Location"])["X-Amz-Expires"] == "60"
    participation_of(alice, harbour).retract(said)
    assert get(found).status_code == 404


def test_a_url_that_is_used_again_changes_nothing(direct, begin, stored, alice, harbour, get):
    file = begin(4)
    ticket = ticket_for(file)
    ask("PUT", ticket.url, b"soup", **ticket.headers)
    said = send_files(alice, harbour, file)
    check_due()

    assert ask("PUT", ticket.url, b"evil", **ticket.headers)[0] == 200

    assert check_due() == 0
    assert ask("GET", get(file)["Location"])[2] == b"soup"
    participation_of(alice, harbour).retract(said)
    delete_due()
    assert names_in(stored) == []


def test_a_file_of_another_size_is_refused(direct, begin, stored):
    """S3 refuses it itself, by its signature."""
    file = begin(4)
    ticket = ticket_for(file)
    ask("PUT", ticket.url, b"s" * 1000, **ticket.headers)
    Attachment.objects.update(retry_at=None)

    check_due()

    assert (now(file).state, names_in(stored)) == (State.REFUSED, [])


def test_a_file_that_never_comes_is_refused(direct, begin):
    file = begin(4)
    ticket_for(file)
    for age, state in [(1, State.CHECKING), (3601, State.REFUSED)]:
        before = timezone.now() - timedelta(seconds=age)
        Attachment.objects.update(created_at=before, retry_at=None)
        check_due()
        assert now(file).state == state


def test_a_store_that_is_away_is_asked_again(
    direct, begin, put, get, bucket_at, endpoint, stored, sent, settings
):
    ready = sent()
    file, streamed = begin(4), begin(4)
    ticket = ticket_for(file)
    ask("PUT", ticket.url, b"soup", **ticket.headers)
    Attachment.objects.filter(pk=file.pk).update(retry_at=None)
    # Nobody listens there.
    bucket_at("http://127.0.0.1:1")

    answer = put(streamed, b"soup")
    assert (answer.status_code, answer.json()["code"]) == (503, "STORAGE_UNAVAILABLE")
    assert answer.json()["retryable"]
    assert check_due() == 0
    assert (now(file).state, now(file).failures) == (State.CHECKING, 0)
    settings.TALK = settings.TALK | {"FILES_DIRECT": None}
    assert get(ready).json()["code"] == "STORAGE_UNAVAILABLE"

    bucket_at(endpoint)
    Attachment.objects.update(retry_at=None)
    assert put(streamed, b"soup").status_code == 201
    assert check_due() == 1
    assert now(file).state == State.READY
    keys = [now(ready).key, now(streamed).key, kept(now(file).key)]
    assert names_in(stored) == sorted(f"talk/{each}" for each in keys)


def test_without_credentials_this_server_takes_the_upload(direct, begin, bucket_at, monkeypatch):
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bucket_at(None, access_key=None, secret_key=None)

    assert ticket_for(begin(4)).url.startswith("/talk/files/upload/")


def test_a_storage_that_signs_no_length_is_an_error(direct, bucket_at, settings):
    assert check_direct() == []
    bucket_at(None, client_config=None)
    assert [each.id for each in check_direct()] == ["talk_files.E005"]
    with pytest.raises(ImproperlyConfigured):
        S3(InMemoryStorage())
