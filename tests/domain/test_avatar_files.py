"""Pictures of groups that are files: which uploads can be one, and what becomes of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from talk import moderation
from talk.exceptions import RefusalCode
from talk.models import Act, Attachment, Conversation, Event
from talk.privacy import erase, export, kept_of

from .acting import (
    everything,
    group,
    participation_of,
    picture,
    private,
    refused,
    send_files,
    upload,
)

pytestmark = pytest.mark.django_db

State = Attachment.State
URL = "https://example.com/choir.png"


@pytest.fixture
def choir(alice, bob):
    ours = group(alice, bob, title="Choir")
    participation_of(bob, ours).change_role("admin")
    return ours


def now(row):
    return type(row).objects.get(pk=row.pk)


def describe(user, conversation, **given):
    participation_of(user, conversation).describe(**given)


def shown(conversation):
    """The file that is the picture, and who gave it."""
    file = now(conversation).avatar_file
    return file and (file, file.owner)


def due():
    return {each.pk for each in Attachment.objects.due_for_deletion(9)}


@pytest.fixture
def pictured(choir, alice):
    """The choir's picture, which Alice gave."""
    file = picture(alice)
    describe(alice, choir, avatar_file=file)
    return now(file)


class TestGiving:
    def test_an_upload_becomes_the_picture_and_stays(self, choir, alice, pictured):
        assert shown(choir) == (pictured, alice)
        assert (pictured.avatar_of, pictured.expires_at, pictured.is_there) == (choir, None, True)
        assert due() == set()
        last = Event.objects.filter(conversation=choir).latest("revision")
        assert (last.kind, last.actor) == ("conversation_changed", alice)
        assert now(choir).described_at == last.at

    def test_the_same_request_again_changes_nothing(self, choir, alice, pictured):
        before = everything()

        describe(alice, choir, avatar_file=pictured.pk)

        assert everything() == before

    def test_the_project_gives_any_upload_and_is_its_author(self, choir, alice):
        choir.describe(avatar_file=picture(alice))

        assert now(choir).avatar_file.owner is None
        assert now(choir).described_by(alice) == []

    def test_what_is_no_picture_of_theirs(self, choir, alice, bob, pictured):
        expired = picture(alice)
        Attachment.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
        send_files(alice, choir, sent := picture(alice))
        describe(alice, other := group(alice, bob), avatar_file=(elsewhere := picture(alice)))
        for each in (picture(bob), expired, sent, elsewhere, 0, -1, 2**63, 2**99):
            with refused(RefusalCode.UNKNOWN_FILE, "avatar_file"):
                describe(alice, choir, avatar_file=each)
        assert shown(other) == (elsewhere, alice)

    @pytest.mark.parametrize(
        ("state", "content_type", "code"),
        [
            (State.UPLOADING, "image/png", RefusalCode.UPLOAD_NOT_FINISHED),
            (State.CHECKING, "image/png", RefusalCode.FILE_NOT_CHECKED),
            (State.CHECKING, "text/plain", RefusalCode.FILE_NOT_CHECKED),
            (State.REFUSED, "image/png", RefusalCode.FILE_REFUSED),
            (State.READY, "video/mp4", RefusalCode.NOT_A_PICTURE),
        ],
    )
    def test_what_is_not_ready_or_no_picture(
        self, choir, alice, pictured, state, content_type, code
    ):
        file = picture(alice, state, content_type)

        with refused(code, "avatar_file"):
            describe(alice, choir, description="We sing.", avatar_file=file)
        assert shown(choir) == (pictured, alice)

    def test_a_url_and_a_file_at_once(self, choir, alice):
        file = picture(alice)

        with refused(RefusalCode.INVALID_INPUT, "avatar_file"):
            describe(alice, choir, avatar="", avatar_file=file)

    def test_members_and_private_conversations_have_none_to_give(self, choir, alice, bob):
        participation_of(bob, choir).change_role("member")
        file, pair = picture(bob), private(alice, bob)
        with refused(RefusalCode.NOT_ALLOWED):
            describe(bob, choir, avatar_file=file)
        with refused(RefusalCode.PRIVATE_CONVERSATION, "avatar"):
            pair.describe(avatar_file=file)

    def test_it_is_not_sent_any_more(self, choir, alice, pictured):
        with refused(RefusalCode.UNKNOWN_FILE, "attachments"):
            send_files(alice, choir, pictured)


class TestGoing:
    @pytest.mark.parametrize("given", ["another", "URL", "nothing", "moderated", "erased"])
    def test_a_picture_that_is_replaced_is_nobodys(self, choir, alice, bob, pictured, given):
        other = picture(bob)
        {
            "another": lambda: describe(bob, choir, avatar_file=other),
            "URL": lambda: describe(bob, choir, avatar=URL),
            "nothing": lambda: describe(bob, choir, avatar=""),
            "moderated": lambda: moderation.remove_description(choir, "avatar", None, "rude"),
            "erased": lambda: erase(alice, "She asked for it."),
        }[given]()

        gone = now(pictured)
        assert (gone.avatar_of, gone.owner, gone.filename, gone.is_there) == (None, None, "", False)
        assert due() == {pictured.pk}
        assert shown(choir) == ((other, bob) if given == "another" else None)
        assert now(choir).avatar == (URL if given == "URL" else "")
        assert Event.objects.filter(conversation=choir, kind="conversation_changed").count() == 2

    def test_a_file_takes_the_place_of_a_url(self, choir, alice, bob):
        describe(bob, choir, avatar=URL)
        describe(alice, choir, avatar_file=(file := picture(alice)))

        assert (now(choir).avatar, now(choir).avatar_by) == ("", None)
        assert shown(choir) == (file, alice)

    def test_another_description_leaves_it(self, choir, alice, pictured):
        describe(alice, choir, description="We sing.", data={"a": 1})

        assert shown(choir) == (pictured, alice)

    def test_it_goes_with_its_group(self, choir, pictured):
        Conversation.objects.filter(pk=choir.pk).delete()

        assert due() == {pictured.pk}

    def test_moderators_learn_whose_it_was(self, choir, alice, pictured):
        moderation.remove_description(choir, "avatar", None, "rude")

        assert Act.objects.get().user == str(alice.pk)
        with refused(RefusalCode.NOT_FOUND):
            moderation.remove_description(choir, "avatar", None, "rude")

    @pytest.mark.parametrize("is_deleted", [False, True])
    def test_it_stays_nameless_with_words_that_stay(self, choir, alice, pictured, is_deleted):
        alice.delete() if is_deleted else erase(alice, "Hm", keep_words=True)

        assert shown(choir) == (pictured, None)
        assert due() == set()

    def test_earlier_versions_erase_an_account_that_gave_a_file(self, choir, alice, pictured):
        """For a column without a value that has an author, they would never end."""
        assert now(choir).avatar_by is None


class TestWhoSeesIt:
    def test_people_who_left_are_not_shown_another(self, choir, alice, bob, pictured):
        participation_of(bob, choir).leave()
        assert participation_of(bob, choir).sees_description

        describe(alice, choir, avatar_file=picture(alice))

        assert not participation_of(bob, choir).sees_description

    def test_it_is_in_the_export_of_who_gave_it(self, choir, alice, bob, pictured):
        (file,) = (each for each in export(alice) if each["type"] == "file")
        assert (file["avatar_of"], file["number"], file["filename"]) == (choir.pk, None, "me.png")
        assert not [each for each in export(bob) if each["type"] == "file"]
        assert (kept_of(alice)["descriptions"], kept_of(alice)["files"]) == (1, 1)


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        "changed",
        [
            {"expires_at": timezone.now() + timedelta(days=1)},
            {"state": State.CHECKING},
            {"message": "sent"},
        ],
    )
    def test_a_picture_is_ready_and_nothing_else(self, choir, alice, pictured, changed):
        if "message" in changed:
            changed = {"message": send_files(alice, choir, upload(alice)), "position": 1}
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=pictured.pk).update(**changed)

    def test_a_group_has_one_picture(self, choir, alice, pictured):
        file = picture(alice)
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=file.pk).update(avatar_of=choir, expires_at=None)
