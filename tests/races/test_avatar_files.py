"""Pictures of groups at the same moment as each other, and as the messages that take the upload."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode
from talk.models import Attachment, Conversation, Message
from talk.privacy import erase

from ..domain.acting import participation_of, picture
from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def choirs(alice, bob):
    """Three groups of Alice's, where Bob is an admin."""
    ours = [Conversation.objects.start_group(alice, [bob]) for _each in range(3)]
    for each in ours:
        participation_of(bob, each).change_role("admin")
    return ours


def giving(user, conversation, file):
    place = participation_of(user, conversation)
    return lambda: place.describe(avatar_file=file.pk)


def sending(user, conversation, *files):
    place = participation_of(user, conversation)
    return lambda: place.send("Look", attachments=[each.pk for each in files])


def the(file):
    return Attachment.objects.filter(pk=file.pk)


def assert_kept(*conversations):
    """Each file has one place, and those that have none are deleted by the job."""
    for each in conversations:
        assert_sound(each)
    used = Attachment.objects.exclude(message=None, avatar_of=None).values_list("pk", flat=True)
    due = {each.pk for each in Attachment.objects.due_for_deletion(9)}
    assert due.isdisjoint(used)
    assert due | set(used) == set(Attachment.objects.values_list("pk", flat=True))


def test_one_upload_is_the_picture_of_one_group(alice, choirs):
    file = picture(alice)

    outcomes = in_turn(*(giving(alice, each, file) for each in choirs), behind=the(file))

    assert refusals(outcomes) == [RefusalCode.UNKNOWN_FILE] * 2
    assert the(file).get().avatar_of in choirs
    assert_kept(*choirs)


@pytest.mark.parametrize("sends_first", [False, True])
def test_one_upload_is_sent_or_becomes_a_picture(alice, choirs, sends_first):
    file, other = picture(alice), picture(alice)
    calls = [giving(alice, choirs[0], file), sending(alice, choirs[1], other, file)]

    outcomes = in_turn(*(calls[::-1] if sends_first else calls), behind=the(file))

    assert refusals(outcomes) == [RefusalCode.UNKNOWN_FILE]
    row = the(file).get()
    assert (row.message is None) != (row.avatar_of is None)
    the(other).filter(message=None).discard()
    assert_kept(*choirs)


def test_of_two_that_replace_a_picture_at_once_the_later_stays(alice, bob, choirs):
    choir = choirs[0]
    files = [picture(alice), picture(alice), picture(bob)]
    giving(alice, choir, files[0])()

    outcomes = at_once(giving(alice, choir, files[1]), giving(bob, choir, files[2]))

    assert refusals(outcomes) == []
    kept = Attachment.objects.get(avatar_of=choir)
    assert kept in files[1:]
    assert Attachment.objects.filter(avatar_of=None, expires_at=None).count() == 2
    choir.refresh_from_db()
    assert choir.revision == 5
    assert_kept(choir)


def test_two_groups_exchange_no_locks_for_their_pictures(alice, choirs):
    """Each has the older upload of one, and takes the newer of another."""
    files = [picture(alice) for _each in range(6)]
    for choir, file in zip(choirs, files, strict=False):
        giving(alice, choir, file)()

    outcomes = at_once(
        *(giving(alice, choir, files[3 + at]) for at, choir in enumerate(choirs)),
        *(giving(alice, choir, files[5 - at]) for at, choir in enumerate(choirs)),
        sending(alice, choirs[0], *files[3:]),
    )

    assert set(refusals(outcomes)) <= {RefusalCode.UNKNOWN_FILE}
    Attachment.objects.filter(message=None, avatar_of=None).discard()
    assert_kept(*choirs)


@pytest.mark.parametrize("keep_words", [False, True])
def test_nothing_is_left_of_who_is_erased_meanwhile(alice, choirs, keep_words):
    files = [picture(alice) for _each in choirs]
    her = get_user_model().objects.get(pk=alice.pk)

    outcomes = at_once(
        lambda: erase(her, "She asked for it.", keep_words=keep_words),
        *(giving(alice, choir, file) for choir, file in zip(choirs, files, strict=True)),
    )

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_A_PARTICIPANT, RefusalCode.UNKNOWN_FILE}
    assert not Attachment.objects.filter(owner=alice.pk).exists()
    assert keep_words or not Attachment.objects.exclude(avatar_of=None).exists()
    assert not Message.objects.filter(sender=alice.pk).exists()
    assert_kept(*choirs)


def test_one_that_is_given_while_it_expires_is_kept_or_deleted(alice, choirs):
    file = picture(alice)

    def expire():
        the(file).filter(avatar_of=None).update(expires_at="2020-01-01T00:00:00Z")
        return [each.pk for each in Attachment.objects.due_for_deletion(9)]

    due, given = at_once(expire, giving(alice, choirs[0], file))

    row = the(file).get()
    assert (row.avatar_of is None) == bool(due) == (given == RefusalCode.UNKNOWN_FILE)
