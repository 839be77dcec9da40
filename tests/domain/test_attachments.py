"""Files: who may upload and send what, and what becomes of a file with its message."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from talk.exceptions import RefusalCode
from talk.filenames import clean_content_type, clean_filename
from talk.models import Attachment, Conversation, Event, Message
from talk.privacy import erase
from talk.purging import purge

from .acting import (
    everything,
    group,
    participation_of,
    private,
    refused,
    send_files,
    upload,
)

pytestmark = pytest.mark.django_db

State = Attachment.State


@pytest.fixture
def harbour(alice, bob):
    return group(alice, bob, title="Harbour")


@pytest.fixture
def sent(alice, harbour):
    """Alice's, with two files."""
    return send_files(alice, harbour, upload(alice, "a.txt"), upload(alice, "b.txt"), body="Look")


def names(message):
    return [each.filename for each in Attachment.objects.of_messages([now(message)])]


def now(row):
    return type(row).objects.get(pk=row.pk)


def past(*uploads):
    """These are older than uploads wait for a message."""
    expired = timezone.now() - timedelta(seconds=1)
    Attachment.objects.filter(pk__in=[each.pk for each in uploads]).update(expires_at=expired)


def due():
    """The keys of the files whose bytes are to be deleted."""
    return {each.pk for each in Attachment.objects.due_for_deletion(100)}


class TestNames:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("soup.txt", "soup.txt"),
            ("../../etc/passwd", "passwd"),
            (r"C:\Users\me\soup.txt", "soup.txt"),
            ("soup\0.txt\r\n", "soup.txt"),
            ("  two   words .txt ", "two words .txt"),
            ("gpj.\u202eexe", "gpj.exe"),
            ("soup.txt" + "\u2800\u3164" * 50 + ".exe", "soup.txt .exe"),
            ("\u2067\u200f\u061c", "file"),
            ("", "file"),
            ("/", "file"),
            ("..", "file"),
            ("\u200b", "file"),
            ("soup\ud800.txt", "soup.txt"),
            ("cafe\u0301.txt", "caf\u00e9.txt"),
            ("👩\u200d🍳.txt", "👩\u200d🍳.txt"),
            (".profile", ".profile"),
            ("a" * 500, "a" * 255),
            ("a" * 500 + ".jpeg", "a" * 250 + ".jpeg"),
            ("a." + "b" * 500, "a." + "b" * 253),
        ],
    )
    def test_a_name_has_no_folders_controls_or_directions(self, given, kept):
        assert clean_filename(given) == kept

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("a" + "\u0301" * 40_000 + "\u0327" * 40_000, "\u00e1" + "\u0301" * 253),
            # It is longer when it is normalized.
            ("\u0958" * 200, "\u0915\u093c" * 127 + "\u0915"),
            ("\u200b" * 300 + "a", "file"),
        ],
    )
    def test_a_long_name_takes_no_longer(self, given, kept):
        begun = time.thread_time()

        assert clean_filename(given) == kept
        assert time.thread_time() - begun < 1

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("image/PNG", "image/png"),
            ("text/html; charset=utf-8", "text/html"),
            ("image/svg+xml", "image/svg+xml"),
            ("", "application/octet-stream"),
            ("image", "application/octet-stream"),
            ("image/png\r\nX: y", "application/octet-stream"),
            ("a/" + "b" * 99, "application/octet-stream"),
        ],
    )
    def test_a_type_has_no_parameters(self, given, kept):
        assert clean_content_type(given) == kept


class TestStarting:
    def test_an_upload_waits_for_a_day(self, alice):
        started = Attachment.objects.start(alice, "../soup.txt", 4, "Text/Plain")

        assert now(started).owner == alice
        assert (started.filename, started.content_type) == ("soup.txt", "text/plain")
        assert (started.size, started.state, started.key) == (4, State.UPLOADING, "")
        assert started.expires_at - started.created_at == timedelta(days=1)

    @pytest.mark.parametrize(
        ("size", "code"),
        [
            (0, RefusalCode.EMPTY_FILE),
            (-1, RefusalCode.EMPTY_FILE),
            (101, RefusalCode.FILE_TOO_LARGE),
        ],
    )
    def test_a_size_that_cannot_be(self, settings, alice, size, code):
        settings.TALK = {**settings.TALK, "MAX_UPLOAD_SIZE": 100}

        with refused(code, "size"):
            Attachment.objects.start(alice, "soup.txt", size)
        assert Attachment.objects.start(alice, "soup.txt", 100)

    def test_a_type_that_is_not_allowed(self, settings, alice):
        settings.TALK = {**settings.TALK, "UPLOAD_TYPES": ("image/*", "application/pdf")}

        for allowed in ("image/png", "application/PDF; x=y"):
            Attachment.objects.start(alice, "soup", 4, allowed)
        for other in ("text/html", "application/pdfx", "images/png", ""):
            with refused(RefusalCode.FILE_TYPE_NOT_ALLOWED, "content_type"):
                Attachment.objects.start(alice, "soup", 4, other)

    def test_all_files_of_a_person_are_within_their_quota(self, settings, alice, bob, harbour):
        settings.TALK = {**settings.TALK, "UPLOAD_QUOTA": 10}
        said = send_files(alice, harbour, upload(alice, size=6))
        Attachment.objects.start(alice, "soup.txt", 3)

        with refused(RefusalCode.QUOTA_EXCEEDED, "size"):
            Attachment.objects.start(alice, "soup.txt", 2)
        Attachment.objects.start(bob, "soup.txt", 10)
        participation_of(alice, harbour).retract(now(said))
        Attachment.objects.start(alice, "soup.txt", 7)

    def test_a_deactivated_account(self, alice):
        type(alice).objects.filter(pk=alice.pk).update(is_active=False)

        with refused(RefusalCode.UNKNOWN_USER):
            Attachment.objects.start(alice, "soup.txt", 4)


class TestReceiving:
    def test_the_last_attempt_counts(self, alice):
        started = Attachment.objects.start(alice, "soup.txt", 4)
        assert (started.attempt("one"), started.attempt("two")) == ("", "one")

        assert not started.received("one", "text/plain", "5" * 64, False)
        assert started.received("two", "image/png", "6" * 64, False)

        found = now(started)
        assert (found.state, found.key, found.content_type) == (State.READY, "two", "image/png")
        assert found.attempt("three") is None
        assert not found.received("two", "text/plain", "5" * 64, False)
        assert now(started).key == "two"

    def test_what_nobody_has_any_more(self, alice):
        started = Attachment.objects.start(alice, "soup.txt", 4)
        started.attempt("one")
        past(started)

        assert not started.received("one", "text/plain", "5" * 64, False)
        for _each in ("expired", "found by the job", "deleted"):
            with refused(RefusalCode.UNKNOWN_FILE):
                started.attempt("two")
            for each in Attachment.objects.due_for_deletion(9):
                if each.failures or each.try_later():
                    each.delete()


class TestChecking:
    @pytest.fixture
    def unchecked(self, alice):
        return upload(alice, "a.png", state=State.CHECKING)

    def check(self, file, state=State.READY, **found):
        return file.checked(state, content_type="image/png", width=3, height=2, **found)

    def test_before_it_is_sent_nobody_is_told(self, unchecked, harbour):
        assert Attachment.objects.due_for_checking(9) == [unchecked]

        assert unchecked.moved("new")
        assert self.check(unchecked, placeholder="data:", has_thumbnails=True)
        assert not unchecked.moved("newer")

        found = now(unchecked)
        assert (found.state, found.key, found.width, found.height) == (State.READY, "new", 3, 2)
        assert found.has_thumbnails
        assert Attachment.objects.due_for_checking(9) == []
        assert not Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED).exists()

    @pytest.mark.parametrize("state", [State.READY, State.REFUSED])
    def test_after_it_is_sent_it_is_a_change_of_the_message(self, unchecked, alice, harbour, state):
        stale = now(unchecked)
        said = send_files(alice, harbour, unchecked)
        participation_of(alice, harbour).edit(now(said), "Other words")

        assert self.check(stale, state)

        last = Event.objects.filter(conversation=harbour).latest("revision")
        assert (last.kind, last.message, last.actor) == ("message_completed", said, None)
        assert now(said).revision == last.revision
        assert now(said).body == "Other words"
        assert now(unchecked).state == state
        before = everything()
        assert not self.check(stale)
        assert not self.check(now(stale))
        assert everything() == before

    def test_it_moves_no_inbox(self, unchecked, alice, bob, harbour):
        send_files(alice, harbour, unchecked)
        before = participation_of(bob, harbour).changed_at

        assert self.check(unchecked)

        assert participation_of(bob, harbour).changed_at == before

    @pytest.mark.parametrize("how", ["retracted", "dropped", "expired", "deleted", "condemned"])
    def test_what_nobody_has_any_more_is_not_changed(self, unchecked, alice, harbour, how):
        if how in {"retracted", "dropped"}:
            said = send_files(alice, harbour, unchecked, body="Look")
            own = participation_of(alice, harbour)
            own.retract(said) if how == "retracted" else own.edit(said, "Look", attachments=[])
        elif how == "deleted":
            Attachment.objects.all().delete()
        else:
            past(unchecked)
        if how == "condemned":
            assert due()
        before = everything()

        assert not self.check(unchecked)

        assert everything() == before
        assert Attachment.objects.due_for_checking(9) == [] or how == "expired"

    def test_what_goes_with_its_conversation(self, unchecked, alice, harbour):
        send_files(alice, harbour, unchecked)
        Conversation.objects.filter(pk=harbour.pk).delete()

        assert not self.check(unchecked)
        assert due() == {unchecked.pk}

    def test_a_job_that_failed_waits_longer_each_time(self, unchecked):
        waits = []
        for _each in range(12):
            unchecked.try_later()
            waits.append(round((unchecked.retry_at - timezone.now()).total_seconds()))

        assert waits[:3] == [2, 4, 8]
        assert waits[-1] == 600
        assert Attachment.objects.due_for_checking(9) == []
        Attachment.objects.update(retry_at=timezone.now())
        assert Attachment.objects.due_for_checking(9) == [unchecked]


class TestSending:
    def test_a_message_has_files_in_their_order_and_may_have_no_words(self, alice, bob, harbour):
        uploads = [upload(alice, name) for name in ("c", "a", "b")]

        said = send_files(alice, harbour, uploads[1], uploads[2], uploads[0])

        assert names(said) == ["a", "b", "c"]
        assert (now(said).body, now(said).attachment_count) == ("", 3)
        assert now(uploads[0]).expires_at is None
        assert participation_of(bob, harbour).unread_count == 1
        with refused(RefusalCode.EMPTY_BODY, "body"):
            send_files(alice, harbour)

    def test_files_go_to_people_and_to_a_group_that_grows_of_a_pair(self, alice, bob, carol):
        said = Message.send_to_users("", alice, [bob], attachments=[upload(alice)])
        assert names(said) == ["soup.txt"]

        own = participation_of(alice, said.conversation)
        grown = own.send("", invite=[carol], attachments=[upload(alice, "b.txt").pk])

        assert grown.conversation != said.conversation
        assert names(grown) == ["b.txt"]

    def test_what_cannot_be_sent(self, alice, bob, harbour, sent):
        past(expired := upload(alice))
        unknown = [upload(bob), expired, *sent.attachments.all()]
        fine = upload(alice)
        for each in [*unknown, 0, -1, 2**63 - 1, 2**63, 2**99]:
            with refused(RefusalCode.UNKNOWN_FILE, "attachments"):
                send_files(alice, harbour, fine, each)
        refusals = {
            State.UPLOADING: RefusalCode.UPLOAD_NOT_FINISHED,
            State.REFUSED: RefusalCode.FILE_REFUSED,
        }
        for state, code in refusals.items():
            other = upload(alice, state=state)
            with refused(code, "attachments"):
                send_files(alice, harbour, fine, other)

    def test_at_most_ten(self, alice, harbour):
        uploads = [upload(alice) for _each in range(11)]

        with refused(RefusalCode.TOO_MANY_FILES, "attachments"):
            send_files(alice, harbour, *uploads)
        assert now(send_files(alice, harbour, *uploads[:10])).attachment_count == 10

    def test_one_that_is_named_twice_is_one(self, alice, harbour):
        file = upload(alice)

        assert now(send_files(alice, harbour, file, file.pk)).attachment_count == 1

    def test_one_that_the_job_has_found_is_not_sent_any_more(self, alice, harbour):
        file = upload(alice)
        past(file)
        assert due() == {file.pk}
        # The clock of another server is behind.
        with refused(RefusalCode.UNKNOWN_FILE, "attachments"):
            send_files(alice, harbour, file)

    def test_a_retry_is_the_same_message_and_other_files_are_another(self, alice, harbour):
        file, other, client_id = upload(alice), upload(alice), uuid4()
        own = participation_of(alice, harbour)
        said = own.send("Look", client_id, attachments=[file])

        assert own.send("Look", client_id, attachments=[file]) == said
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            own.send("Look", client_id, attachments=[other])
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            own.send("Look", client_id)


class TestEditing:
    def edit(self, message, body="Look", **more):
        own = participation_of(message.sender, message.conversation)
        return own.edit(now(message), body, **more)

    def test_files_stay_unless_the_edit_names_those_that_do(self, sent):
        first, second = sent.attachments.order_by("position")
        assert names(self.edit(sent, "Other words")) == ["a.txt", "b.txt"]

        edited = self.edit(sent, "Other words", attachments=[second])

        assert names(edited) == ["b.txt"]
        assert edited.attachment_count == now(sent).attachment_count == 1
        assert due() == {first.pk}
        assert Event.objects.filter(kind=Event.Kind.MESSAGE_EDITED).count() == 2
        assert now(sent).edited_at == edited.edited_at

    def test_the_same_files_are_no_change(self, sent):
        before = everything()

        self.edit(sent, attachments=sent.attachments.all())

        assert everything() == before

    def test_words_or_files_are_left(self, sent):
        assert self.edit(sent, "").body == ""
        with refused(RefusalCode.EMPTY_BODY, "body"):
            self.edit(sent, " ", attachments=[])
        self.edit(sent, "Words", attachments=[])
        with refused(RefusalCode.EMPTY_BODY, "body"):
            self.edit(sent, "")

    def test_none_is_added(self, alice, sent, harbour):
        elsewhere = send_files(alice, harbour, upload(alice))
        for other in (upload(alice), *elsewhere.attachments.all(), 2**99):
            with refused(RefusalCode.UNKNOWN_FILE, "attachments"):
                self.edit(sent, attachments=[*sent.attachments.all(), other])

    def test_the_number_of_one_that_was_dropped_is_not_used_again(self, alice, sent):
        _first, second = sent.attachments.order_by("position")
        self.edit(sent, attachments=[second])

        self.edit(sent, "Other words", attachments=[second])

        assert names(sent) == ["b.txt"]


class TestGoing:
    @pytest.fixture
    def files(self, sent):
        return {each.pk for each in sent.attachments.all()}

    def test_with_the_words(self, alice, sent, files):
        assert due() == set()

        taken_back = participation_of(alice, sent.conversation).retract(now(sent))

        assert taken_back.attachment_count == now(sent).attachment_count == 0
        assert names(sent) == []
        assert due() == files

    def test_with_the_time_for_which_words_are_kept(self, settings, sent, files):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}
        Message.objects.update(sent_at=timezone.now() - timedelta(days=2))

        purge()

        assert due() == files

    @pytest.mark.parametrize("keep_words", [False, True])
    def test_with_the_person(self, alice, sent, files, keep_words):
        unsent = upload(alice)

        erase(alice, "She asked for it.", keep_words=keep_words)

        assert due() == {unsent.pk} | (set() if keep_words else files)
        assert names(sent) == (["a.txt", "b.txt"] if keep_words else [])
        assert not Attachment.objects.exclude(owner=None).exists()

    def test_what_was_not_sent_with_the_account(self, alice, sent):
        unsent = upload(alice)

        alice.delete()

        assert due() == {unsent.pk}
        assert names(sent) == ["a.txt", "b.txt"]

    def test_with_the_row_of_the_message(self, bob, alice):
        said = send_files(alice, private(alice, bob), upload(alice))
        files = {each.pk for each in said.attachments.all()}

        Message.objects.filter(pk=said.pk).delete()

        assert due() == files

    def test_a_few_at_a_time_and_those_with_which_the_job_failed_later(self, alice):
        uploads = [upload(alice) for _each in range(3)]
        past(*uploads)

        first, second = Attachment.objects.due_for_deletion(2)
        first.try_later()
        second.delete()

        assert due() == {uploads[2].pk}
