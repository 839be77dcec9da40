"""Files at the same moment as each other, and as what becomes of their messages and owners."""

import pytest
from django.contrib.auth import get_user_model

from talk.exceptions import RefusalCode
from talk.models import Attachment, Conversation, Event, Message
from talk.privacy import erase

from ..domain.acting import upload
from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

State = Attachment.State


@pytest.fixture
def places(alice, bob, carol):
    """Alice's places in three conversations."""
    others = ([bob], [carol], [bob, carol])
    return [
        Conversation.objects.start_group(alice, people).participation_of(alice) for people in others
    ]


def sending(place, *files):
    """A request to send files, which has found its rows and is about to act."""
    found = Conversation.objects.get(pk=place.conversation_id).participation_of(place.user)
    return lambda: found.send("Look", attachments=[each.pk for each in files])


def the(file):
    """The row of one file, to be locked."""
    return Attachment.objects.filter(pk=file.pk)


def test_one_upload_is_in_one_message(alice, places):
    file, other = upload(alice), upload(alice)

    outcomes = at_once(
        *(sending(place, file, other) for place in places),
        *(sending(place, other, file) for place in places),
    )

    assert refusals(outcomes) == [RefusalCode.UNKNOWN_FILE] * 5
    (said,) = Message.objects.filter(kind="text")
    assert set(said.attachments.all()) == {file, other}
    for place in places:
        assert_sound(place.conversation)


def test_who_waited_for_the_file_finds_that_it_is_taken(alice, places):
    file = upload(alice)

    outcomes = in_turn(*(sending(place, file) for place in places), behind=the(file))

    assert refusals(outcomes) == [RefusalCode.UNKNOWN_FILE] * 2
    assert Message.objects.filter(kind="text").count() == 1


def test_two_uploads_at_once_are_within_the_quota_together(alice, settings):
    settings.TALK = {**settings.TALK, "UPLOAD_QUOTA": 10}

    def start():
        return Attachment.objects.start(get_user_model().objects.get(pk=alice.pk), "a", 4)

    outcomes = at_once(*[start] * 5)

    assert refusals(outcomes) == [RefusalCode.QUOTA_EXCEEDED] * 3
    assert Attachment.objects.count() == 2


def test_one_that_is_sent_while_it_is_checked_is_told_to_those_who_see_it(alice, places):
    file = upload(alice, state=State.CHECKING)
    job = the(file).get()

    checked, sent = at_once(lambda: job.checked(State.READY), sending(places[0], file))

    assert checked is True
    assert the(file).get().state == State.READY
    completed = Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED)
    # A check that was done before is told by the message itself.
    assert completed.count() in {0, 1}
    assert the(file).get().message == sent
    assert_sound(places[0].conversation)


@pytest.mark.parametrize("is_first", [False, True])
def test_one_that_is_sent_before_the_check_ends_or_after(alice, places, is_first):
    file = upload(alice, state=State.CHECKING)
    job = the(file).get()
    calls = [lambda: job.checked(State.READY), sending(places[0], file)]

    in_turn(*(calls if is_first else reversed(calls)), behind=the(file))

    told = Event.objects.filter(kind=Event.Kind.MESSAGE_COMPLETED).count()
    assert (the(file).get().state, told) == (State.READY, 0 if is_first else 1)
    assert_sound(places[0].conversation)


def test_one_that_goes_while_it_is_checked(alice, places):
    file = upload(alice, state=State.CHECKING)
    said = sending(places[0], file)()
    job, place = the(file).get(), places[0].conversation.participation_of(alice)
    found = Message.objects.get(pk=said.pk)

    outcomes = at_once(lambda: job.checked(State.READY), lambda: place.retract(found))

    assert not refusals(outcomes)
    row = the(file).get()
    # The caller deletes what it wrote if the check came too late.
    assert (row.state == State.READY) is outcomes[0]
    assert (row.message, row.owner, row.filename) == (None, None, "")
    assert [each.pk for each in Attachment.objects.due_for_deletion(9)] == [file.pk]
    assert_sound(places[0].conversation)


def test_two_attempts_and_both_are_done(alice):
    started = Attachment.objects.start(alice, "a", 4)

    def attempt(key):
        row = the(started).get()
        before = row.attempt(key)
        return before is not None and row.received(key, "text/plain", "5" * 64, False)

    outcomes = at_once(*(lambda key=key: attempt(key) for key in "abcd"))

    row = the(started).get()
    assert row.state == State.READY
    assert outcomes.count(True) == 1
    assert "abcd"[outcomes.index(True)] == row.key


def test_one_that_expires_is_sent_or_deleted(alice, places):
    file = upload(alice)
    call = sending(places[0], file)

    def expire():
        the(file).filter(message=None).update(expires_at="2020-01-01T00:00:00Z")
        return [each.pk for each in Attachment.objects.due_for_deletion(9)]

    due, sent = at_once(expire, call)

    row = the(file).get()
    if due:
        assert (sent, row.message) == (RefusalCode.UNKNOWN_FILE, None)
    else:
        assert row.message == sent


@pytest.mark.parametrize("keep_words", [False, True])
def test_nothing_is_left_of_who_is_erased_meanwhile(alice, places, keep_words):
    files = [upload(alice) for _each in range(3)]
    calls = [sending(place, file) for place, file in zip(places, files, strict=True)]
    her = get_user_model().objects.get(pk=alice.pk)

    outcomes = at_once(
        lambda: erase(her, "She asked for it.", keep_words=keep_words),
        *calls,
        lambda: Attachment.objects.start(her, "a", 4),
    )

    assert set(refusals(outcomes)) <= {
        RefusalCode.NOT_A_PARTICIPANT,
        RefusalCode.UNKNOWN_FILE,
        RefusalCode.UNKNOWN_USER,
    }
    assert not Attachment.objects.filter(owner=alice.pk).exists()
    kept = Attachment.objects.exclude(message=None)
    assert keep_words or not kept.exists()
    due = Attachment.objects.due_for_deletion(9)
    assert len(due) + kept.count() == Attachment.objects.count()
