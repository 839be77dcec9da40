"""Files are checked before anybody can download them."""

import hashlib
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.utils import timezone
from PIL import Image

from talk.contrib.files import pictures
from talk.contrib.files.checking import JOB, check_due, needs_checking
from talk.contrib.files.deleting import delete_due
from talk.contrib.files.storage import delete_all, name_of, picture_names
from talk.models import Attachment, Event, TimedJob
from talk.timed import registered

from ..domain.acting import participation_of, send_files
from .conftest import body_of, names_in, now
from .drawn import SECRET, drawing, huge_png, saved, with_secrets

pytestmark = pytest.mark.django_db

State = Attachment.State
PICTURE = with_secrets("image/jpeg", 6)


@pytest.fixture
def worker():
    """`worker(seconds)`: a worker held the job until so many seconds ago."""

    def hold(seconds):
        held = timezone.now() - timedelta(seconds=seconds)
        TimedJob.objects.update_or_create(name=JOB, defaults={"held_until": held})

    return hold


@pytest.fixture
def uploaded(worker, begin, put):
    """`uploaded(body)`: an upload that waits to be checked."""

    def upload(body=PICTURE):
        worker(1)
        attachment = begin(len(body))
        assert put(attachment, body).status_code == 201
        assert now(attachment).state == State.CHECKING
        return now(attachment)

    return upload


@pytest.fixture
def scanner(settings, monkeypatch):
    """`scanner(function)` scans all files with it."""

    def use(function):
        monkeypatch.setitem(globals(), "scan", function)
        settings.TALK = settings.TALK | {"SCANNER": f"{__name__}.scan"}

    return use


@pytest.fixture
def quick(monkeypatch):
    """Pictures are read at once, without a process."""

    @contextmanager
    def read(file, content_type):
        yield pictures.Picture(file, file, file, 3, 2, "data:image/webp;base64,AA==")

    monkeypatch.setattr(pictures, "read", read)


def later():
    """So much time passes that files with which a job failed are tried again."""
    Attachment.objects.update(retry_at=timezone.now())


def completed():
    return Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED).count()


class TestNeedsChecking:
    def test_pictures_wait_if_there_is_a_worker(self, worker):
        assert not needs_checking("image/png")
        worker(10)
        assert needs_checking("image/png")
        assert not needs_checking("text/plain")
        worker(3600)
        assert not needs_checking("image/png")

    def test_pictures_wait_while_the_job_runs(self, worker):
        worker(-20)

        assert needs_checking("image/png")

    def test_pictures_do_not_wait_if_they_can_not_be_read(self, worker, monkeypatch):
        worker(10)
        monkeypatch.setattr(pictures, "find_spec", lambda name: None)

        assert not needs_checking("image/png")

    def test_with_a_scanner_all_files_wait_for_as_long_as_it_takes(self, scanner):
        scanner(None)

        assert needs_checking("text/plain")

    def test_the_worker_checks_files_each_second(self):
        (job,) = (each for each in registered() if each.name == JOB)
        assert (job.run, job.every) == (check_due, timedelta(seconds=1))


def test_a_picture_is_written_anew(uploaded, alice, harbour, get, stored):
    picture = uploaded()
    send_files(alice, harbour, picture)
    assert get(picture).status_code == 404

    assert check_due() == 1

    found = now(picture)
    assert (found.state, found.content_type) == (State.READY, "image/jpeg")
    assert (found.width, found.height, found.has_thumbnails) == (30, 40, True)
    assert found.placeholder.startswith("data:image/webp;base64,")
    body = body_of(get(found))
    assert SECRET not in body
    assert (found.size, found.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    for variant in ("thumbnail", "preview"):
        response = get(found, variant)
        assert response["Content-Type"] == "image/webp"
        with stored.open(name_of(found.key, variant)) as file:
            assert Image.open(file).size == (30, 40)
    # What was uploaded is gone.
    assert names_in(stored) == sorted(picture_names(picture.key))
    assert (check_due(), completed()) == (0, 1)


def test_what_only_begins_as_a_picture_is_a_file(uploaded, alice, harbour, get):
    cut = uploaded(saved(drawing(), "image/png")[:-20])
    send_files(alice, harbour, cut)

    check_due()

    assert (now(cut).state, now(cut).content_type) == (State.READY, "application/octet-stream")
    assert now(cut).width is None
    assert get(now(cut))["Content-Disposition"].startswith("attachment")


def test_what_only_begins_as_a_picture_is_refused_where_files_are(uploaded, settings):
    cut = uploaded(saved(drawing(), "image/png")[:-20])
    settings.TALK = settings.TALK | {"UPLOAD_TYPES": ("image/*",)}

    check_due()

    assert now(cut).state == State.REFUSED


def test_a_bomb_is_refused_and_deleted(uploaded, alice, harbour, get, stored):
    bomb = uploaded(huge_png())
    send_files(alice, harbour, bomb, body="Look")

    check_due()

    assert now(bomb).state == State.REFUSED
    assert get(bomb).status_code == 404
    assert names_in(stored) == []
    assert completed() == 1


class TestScanning:
    def test_it_sees_all_bytes_before_anybody_else(self, uploaded, scanner, alice, harbour, get):
        seen = []
        scanner(lambda file: seen.append(file.read()))
        text = uploaded(b"soup")
        send_files(alice, harbour, text)
        assert get(text).status_code == 404

        assert check_due() == 1

        assert seen == [b"soup"]
        assert now(text).state == State.READY
        assert body_of(get(text)) == b"soup"

    def test_a_picture_is_scanned_as_it_was_uploaded(self, uploaded, scanner, quick):
        seen = []
        scanner(lambda file: seen.append(file.read()))
        uploaded()

        check_due()

        assert seen == [PICTURE]

    @pytest.mark.parametrize("body", [b"soup", PICTURE])
    def test_what_it_refuses_is_refused_for_all(
        self, uploaded, scanner, alice, harbour, get, stored, body
    ):
        scanner(lambda file: "Eicar-Test-Signature")
        file = uploaded(body)
        said = send_files(alice, harbour, file, body="Look")

        check_due()

        assert now(file).state == State.REFUSED
        assert now(said).body == "Look"
        assert get(file).status_code == 404
        assert names_in(stored) == []

    def test_while_it_is_away_files_wait_longer_each_time(self, uploaded, scanner, caplog):
        calls = []

        def away(file):
            calls.append(file)
            raise ConnectionRefusedError

        scanner(away)
        file, waits = uploaded(b"soup"), []
        for age in (0, 5, 60, 7_200):
            before = timezone.now() - timedelta(seconds=age)
            Attachment.objects.update(created_at=before, retry_at=None)
            assert check_due() == 0
            waits.append((now(file).retry_at - timezone.now()).total_seconds())
            # Not before.
            assert check_due() == 0

        assert len(calls) == 4
        assert [round(each) for each in waits] == [2, 5, 60, 600]
        assert (now(file).state, now(file).failures) == (State.CHECKING, 0)
        scanner(lambda file: None)
        later()
        assert check_due() == 1
        assert (now(file).state, now(file).failures) == (State.READY, 0)

    def test_while_it_is_away_not_all_files_are_tried(self, uploaded, scanner):
        calls = []

        def away(file):
            calls.append(file)
            raise ConnectionRefusedError

        scanner(away)
        for _each in range(5):
            uploaded(b"soup")

        check_due()

        assert len(calls) == 3

    @pytest.mark.parametrize("is_there", [True, False])
    def test_files_of_one_person_hold_up_nobody_elses(
        self, uploaded, scanner, alice, bob, carol, is_there
    ):
        """They take turns, also with somebody who came later, and if the scanner fails."""
        seen, owners = [], {b"a": alice, b"b": bob, b"c": carol}

        def upload(*bodies):
            for body in bodies:
                file = uploaded(body)
                Attachment.objects.filter(pk=file.pk).update(owner=owners[body])

        def scan(file):
            seen.append(file.read())
            if len(seen) == 2:
                upload(b"c", b"c")
            if not is_there:
                raise TimeoutError

        scanner(scan)
        upload(*[b"a"] * 5, *[b"b"] * 2)

        check_due()
        check_due()

        # After three failures, a run ends.
        assert b"".join(seen) == (b"ababcacaa" if is_there else b"ababca")


class TestFailing:
    @pytest.mark.parametrize("step", ["delete", "save", "open"])
    def test_a_storage_that_is_away_is_asked_again(
        self, uploaded, quick, stored, monkeypatch, step
    ):
        def away(self, *args, **kwargs):
            raise OSError("The storage is away.")

        picture = uploaded()
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(InMemoryStorage, step, away)
            assert check_due() == 0

        assert now(picture).state == State.CHECKING
        later()
        assert check_due() == 1
        assert now(picture).state == State.READY
        assert names_in(stored) == sorted(picture_names(picture.key))

    @pytest.mark.parametrize("step", range(10))
    def test_killed_anywhere_nothing_is_lost_and_nothing_stays(
        self, uploaded, quick, stored, killed_at, step
    ):
        """Each step is the last one of a process once."""
        picture = uploaded()
        with killed_at(step):
            check_due()
        assert now(picture).state == State.CHECKING
        with stored.open(now(picture).key) as file:
            assert file.read() == PICTURE
        later()

        assert check_due() == 1
        assert now(picture).state == State.READY
        assert names_in(stored) == sorted(picture_names(picture.key))

    def test_after_an_interrupted_check_the_row_describes_the_copy_that_is_stored(
        self, uploaded, stored, monkeypatch
    ):
        @contextmanager
        def read(file, content_type):
            """A picture that is encoded anew has other bytes each time."""
            copy = BytesIO(file.read() + b"again")
            yield pictures.Picture(copy, copy, copy, 3, 2, "data:image/webp;base64,AA==")

        def end(*given, **found):
            raise SystemExit

        monkeypatch.setattr(pictures, "read", read)
        picture = uploaded()
        with monkeypatch.context() as patch:
            patch.setattr(Attachment, "checked", end)
            with pytest.raises(SystemExit):
                check_due()
        later()

        assert check_due() == 1
        found, body = now(picture), PICTURE + b"again"
        with stored.open(found.key) as file:
            assert file.read() == body
        assert (found.size, found.sha256) == (len(body), hashlib.sha256(body).hexdigest())

    def test_a_file_that_ends_the_worker_stops_no_other(self, uploaded, scanner):
        def scan(file):
            if file.read() == b"poison":
                raise SystemExit

        scanner(scan)
        poison, other = uploaded(b"poison"), uploaded(b"soup")
        with pytest.raises(SystemExit):
            check_due()

        assert check_due() == 1
        assert now(other).state == State.READY
        assert now(poison).state == State.CHECKING

    def test_what_a_killed_worker_has_half_written_is_written_anew(self, uploaded, quick, stored):
        picture = uploaded()
        names = picture_names(picture.key)
        for name in names:
            stored.save(name, ContentFile(PICTURE[:100]))

        check_due()

        assert names_in(stored) == sorted(names)
        for name in names:
            with stored.open(name) as file:
                assert file.read() == PICTURE

    @pytest.mark.parametrize(
        ("error", "last"), [(pictures.Died, State.REFUSED), (pictures.Unread, State.CHECKING)]
    )
    def test_a_picture_that_ends_its_process_is_refused_in_the_end(
        self, uploaded, monkeypatch, error, last
    ):
        @contextmanager
        def read(file, content_type):
            raise error("It died.")
            yield

        monkeypatch.setattr(pictures, "read", read)
        picture = uploaded()

        for state in (State.CHECKING, State.CHECKING, last):
            later()
            check_due()
            assert now(picture).state == state

    def test_a_picture_is_not_refused_for_faults_of_the_storage(
        self, uploaded, stored, monkeypatch
    ):
        @contextmanager
        def read(file, content_type):
            raise pictures.Died("It died.")
            yield

        picture, opened = uploaded(), InMemoryStorage.open
        for error in (ConnectionResetError, FileNotFoundError, TimeoutError):

            def away(self, name, error=error):
                raise error

            monkeypatch.setattr(InMemoryStorage, "open", away)
            later()
            assert check_due() == 0
        monkeypatch.setattr(InMemoryStorage, "open", opened)
        monkeypatch.setattr(pictures, "read", read)
        later()
        check_due()

        assert (now(picture).state, now(picture).failures) == (State.CHECKING, 1)

    @pytest.mark.parametrize(
        ("error", "state"),
        [(FileNotFoundError, State.REFUSED), (ConnectionResetError, State.CHECKING)],
    )
    def test_a_file_that_the_storage_has_lost_is_refused_after_a_day(
        self, uploaded, monkeypatch, error, state
    ):
        def gone(self, name):
            raise error

        file = uploaded()
        monkeypatch.setattr(InMemoryStorage, "open", gone)
        check_due()
        assert now(file).state == State.CHECKING

        long_ago = timezone.now() - timedelta(days=1, seconds=1)
        Attachment.objects.update(created_at=long_ago, retry_at=None)
        check_due()

        assert now(file).state == state

    def test_a_file_that_the_scanner_misses_is_not_lost(self, uploaded, scanner):
        def no_socket(file):
            raise FileNotFoundError("/run/clamd.socket")

        scanner(no_socket)
        file = uploaded()
        Attachment.objects.update(created_at=timezone.now() - timedelta(days=2))
        check_due()

        assert now(file).state == State.CHECKING

    @pytest.mark.parametrize("how", ["taken back", "its bytes deleted", "deleted"])
    def test_a_file_that_goes_meanwhile_leaves_nothing(
        self, uploaded, alice, harbour, stored, monkeypatch, quick, how
    ):
        picture = uploaded()
        said = send_files(alice, harbour, picture)
        read = pictures.read

        def meanwhile(file, content_type):
            participation_of(alice, harbour).retract(said)
            if how == "its bytes deleted":
                delete_all(picture.key)
            if how == "deleted":
                delete_due()
            return read(file, content_type)

        monkeypatch.setattr(pictures, "read", meanwhile)
        check_due()

        assert names_in(stored) == []
        delete_due()
        assert not Attachment.objects.exists()

    def test_a_name_that_is_taken_is_not_left_for_another(self, uploaded, quick, monkeypatch):
        picture = uploaded()
        save = InMemoryStorage.save
        monkeypatch.setattr(
            InMemoryStorage, "save", lambda self, name, content: save(self, f"{name}-1", content)
        )

        assert check_due() == 0
        assert now(picture).key == picture.key
