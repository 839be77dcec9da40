"""Drafts that several devices save at once, while they are sent, and while their person goes."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation, Draft, Participation
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

BODIES = [f"from device {number}" for number in range(6)]


@pytest.fixture
def save(participation_of):
    """`save(bob, "Hello", 0)` is a request to save, which has found its row and is about to act."""

    def save(user, body, base):
        place = participation_of(user)
        return lambda: place.save_draft(body, base=base)

    return save


@pytest.fixture
def send(participation_of):
    """`send(bob, "Hello", 1)` is a request to send the draft with this version."""

    def send(user, body, draft):
        place = participation_of(user)
        return lambda: place.send(body, draft=draft)

    return send


@pytest.fixture
def kept(participation_of):
    def kept(user):
        place = participation_of(user)
        return place.draft and place.draft.body, place.draft_version

    return kept


@pytest.fixture
def bobs_place(bob, group):
    """What to lock so that everybody waits who writes Bob's participation."""
    return Participation.objects.filter(conversation=group, user=bob)


@pytest.mark.parametrize("base", [0, 1])
def test_exactly_one_of_many_saves_upon_the_same_version_wins(bob, group, save, kept, base):
    if base:
        save(bob, "before", 0)()

    outcomes = at_once(*(save(bob, body, base) for body in BODIES))

    (winner,) = [body for body, won in zip(BODIES, outcomes, strict=True) if won is None]
    assert refusals(outcomes) == [RefusalCode.DRAFT_CHANGED] * 5
    assert kept(bob) == (winner, base + 1)
    assert Draft.objects.count() == 1


def test_the_same_save_many_times_is_one_change(bob, save, kept):
    assert at_once(*(save(bob, "Hello", 0) for _time in range(6))) == [None] * 6

    assert kept(bob) == ("Hello", 1)


def test_who_saves_does_not_wait_for_the_conversation(bob, group, save, kept, this_group):
    with transaction.atomic():
        assert list(this_group.select_for_update(no_key=True))
        assert at_once(save(bob, "Hello", 0)) == [None]

    assert kept(bob) == ("Hello", 1)


def test_a_save_upon_what_was_sent_first_is_refused(bob, group, save, send, kept, bobs_place):
    save(bob, "Hell", 0)()

    sent, saved = in_turn(send(bob, "Hello", 1), save(bob, "Hello", 1), behind=bobs_place)

    assert (sent.body, saved) == ("Hello", RefusalCode.DRAFT_CHANGED)
    assert kept(bob) == (None, 2)
    assert_sound(group)


def test_what_was_saved_first_is_newer_than_what_is_sent(bob, group, save, send, kept, bobs_place):
    save(bob, "Hello", 0)()

    saved, sent = in_turn(save(bob, "Hello, all", 1), send(bob, "Hello", 1), behind=bobs_place)

    assert (saved, sent.body) == (None, "Hello")
    assert kept(bob) == ("Hello, all", 2)
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_a_draft_is_sent_or_newer_and_never_both(bob, group, save, send, kept, time):
    save(bob, "Hello", 0)()

    saved, *_sent = at_once(
        save(bob, "Hello, all", 1), *(send(bob, "Hello", 1) for _device in range(3))
    )

    newer = saved is None
    assert newer or saved == RefusalCode.DRAFT_CHANGED
    assert kept(bob) == (("Hello, all", 2) if newer else (None, 2))
    assert group.messages.count() == 3
    assert_sound(group)


def test_a_draft_that_was_saved_before_its_person_left_goes_with_them(
    bob, save, kept, participation_of, bobs_place
):
    place = participation_of(bob)

    assert in_turn(save(bob, "Hello", 0), place.leave, behind=bobs_place) == [None, None]

    assert kept(bob) == (None, 2)


def test_none_is_saved_after_they_left(bob, save, participation_of, bobs_place):
    place = participation_of(bob)

    _left, saved = in_turn(place.leave, save(bob, "Hello", 0), behind=bobs_place)

    assert saved == RefusalCode.NOT_A_PARTICIPANT
    assert not Draft.objects.exists()


@pytest.mark.parametrize("time", range(5))
def test_nobody_waits_for_ever_when_people_type_send_and_go(
    alice, bob, carol, group, save, send, kept, participation_of, time
):
    people = (alice, bob, carol)
    for person in people:
        save(person, "Hello", 0)()

    at_once(
        *(save(person, "Hello, all", 1) for person in people),
        *(send(person, "Hello", 1) for person in people),
        participation_of(bob).leave,
        lambda: participation_of(carol).remove(by=participation_of(alice)),
    )

    assert {kept(bob)[0], kept(carol)[0]} == {None}
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
@pytest.mark.parametrize("how", ["erase", "delete"])
def test_no_draft_is_left_of_somebody_who_is_erased(bob, group, save, send, how, time):
    save(bob, "Hello", 0)()
    found = get_user_model().objects.get(pk=bob.pk)
    ways = {"erase": lambda: erase(found, "He asked."), "delete": found.delete}

    outcomes = at_once(
        ways[how], *(save(bob, body, 1) for body in BODIES[:3]), send(bob, "Hello", 1)
    )

    gone = {RefusalCode.NOT_A_PARTICIPANT, RefusalCode.DRAFT_CHANGED}
    assert set(refusals(outcomes)) <= gone
    assert not Draft.objects.exists()
    assert_sound(group)


@pytest.mark.parametrize("time", range(5))
def test_the_draft_of_a_private_conversation_is_sent_to_a_group_while_all_else_happens(
    alice, bob, carol, time
):
    ours = Conversation.objects.between(alice, bob)

    def place():
        return Conversation.objects.get(pk=ours.pk).participation_of(alice)

    place().save_draft("Hello, both", base=0)
    Conversation.objects.start_group(alice, [bob, carol])
    sending, saving, other = place(), place(), ours.participation_of(bob)

    sent, saved, *_others = at_once(
        lambda: sending.send("Hello, both", invite=[carol], draft=1),
        lambda: saving.save_draft("Only for Bob", base=1),
        lambda: other.send("Hello, Alice"),
        lambda: Block.objects.block(carol, bob),
        lambda: Block.objects.block(alice, carol),
    )

    assert sent.body == "Hello, both"
    assert saved in {None, RefusalCode.DRAFT_CHANGED}
    found = place()
    assert (found.draft is not None) == (saved is None)
    assert found.draft_version == 2
