"""Who clears a conversation sees nothing any more of what was there, and nobody else notices it."""

import pytest

from talk import wakeups
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation, Report

from .acting import everything, group, participation_of, private, refused, say, story, visible


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol)


def clear(user, conversation):
    participation_of(user, conversation).clear()
    return participation_of(user, conversation)


def unread(user, conversation):
    """The first unread number and the count, as each of the three ways to ask says; they agree."""
    place = participation_of(user, conversation)
    listed = Participation.objects.with_unread_count().get(pk=place.pk)
    total = Message.objects.unread_by(user).filter(conversation=conversation).count()
    assert place.unread_count == listed.unread_count == total
    return place.first_unread_number, place.unread_count


def test_all_that_was_there_is_gone_for_one_person(alice, bob, lunch):
    say(alice, lunch, "Noon?")
    say(bob, lunch, "Yes")

    assert clear(bob, lunch).history_from == 3

    assert visible(bob, lunch) == []
    assert visible(alice, lunch) == ["Noon?", "Yes"]
    say(alice, lunch, "Bring bread")
    assert visible(bob, lunch) == ["Bring bread"]


def test_what_happened_is_gone_too(alice, lunch):
    participation_of(alice, lunch).rename("Lunch")

    assert not Message.objects.visible_to(clear(alice, lunch)).exists()


def test_nothing_is_unread_until_somebody_writes_again(alice, bob, lunch):
    say(alice, lunch)
    participation_of(bob, lunch).mark_unread()

    place = clear(bob, lunch)

    assert unread(bob, lunch) == (None, 0)
    assert place.marked_unread_at is None
    assert place not in Participation.objects.unread()
    say(alice, lunch)
    assert unread(bob, lunch) == (2, 1)


def test_nobody_else_notices_it(alice, bob, lunch):
    say(alice, lunch)
    events, before = list(Event.objects.values()), participation_of(alice, lunch)

    place = clear(bob, lunch)

    assert place.last_read_number == 0, "what others see of it stays as it is"
    assert list(Event.objects.values()) == events
    assert participation_of(alice, lunch).changed_at == before.changed_at
    assert story(lunch) == ["text"]


def test_the_other_devices_of_the_person_hear_of_it(alice, lunch, monkeypatch):
    say(alice, lunch)
    woken = []
    monkeypatch.setattr(wakeups, "wake_inbox", woken.append)
    before = participation_of(alice, lunch)

    place = clear(alice, lunch)

    assert woken == [alice.pk]
    assert place.changed_at > before.changed_at
    assert place.last_activity_at == before.last_activity_at, "its place in the inbox stays"


def test_clearing_twice_is_no_change(alice, bob, lunch, monkeypatch):
    say(alice, lunch)
    clear(bob, lunch)
    before = everything()
    monkeypatch.setattr(wakeups, "wake_inbox", None)

    clear(bob, lunch)

    assert everything() == before


def test_an_empty_conversation_is_clear(alice, lunch):
    before = everything()

    clear(alice, lunch)

    assert everything() == before


def test_clearing_again_takes_the_mark_away(alice, lunch):
    say(alice, lunch)
    clear(alice, lunch)
    participation_of(alice, lunch).mark_unread()

    assert clear(alice, lunch).marked_unread_at is None


def test_who_left_clears_what_they_still_see(alice, bob, lunch):
    say(alice, lunch)
    participation_of(bob, lunch).leave()
    say(alice, lunch, "After")

    assert clear(bob, lunch).history_from == 3

    assert not Message.objects.visible_to(participation_of(bob, lunch)).exists()
    assert unread(bob, lunch)[0] is None


def test_coming_back_brings_nothing_back(alice, bob, lunch):
    say(alice, lunch, "Before")
    participation_of(bob, lunch).leave()
    clear(bob, lunch)
    say(alice, lunch, "Meanwhile")

    participation_of(bob, lunch).reinstate(participation_of(alice, lunch))

    assert visible(bob, lunch) == ["Meanwhile"]
    assert unread(bob, lunch) == (3, 1)


def test_a_member_who_cleared_leaves_and_comes_back(alice, bob, lunch):
    say(alice, lunch, "Before")
    clear(bob, lunch)
    participation_of(bob, lunch).leave()
    participation_of(bob, lunch).reinstate(participation_of(alice, lunch))

    assert visible(bob, lunch) == []
    assert unread(bob, lunch) == (None, 0)


def test_who_is_invited_and_sees_nothing_has_nothing_to_clear(settings, alice, dave, lunch):
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    say(alice, lunch)
    participation_of(alice, lunch).invite([dave])
    before = everything()

    clear(dave, lunch)

    assert everything() == before
    participation_of(dave, lunch).accept()
    assert visible(dave, lunch) == ["Hello"]


def test_who_is_suspended_may_clear(alice, bob, lunch):
    say(alice, lunch)
    participation_of(bob, lunch).suspend()

    clear(bob, lunch)

    assert visible(bob, lunch) == []


def test_in_private_for_one_of_the_two(alice, bob):
    pair = private(alice, bob)
    say(alice, pair, "Hi")

    clear(alice, pair)

    assert (visible(alice, pair), visible(bob, pair)) == ([], ["Hi"])
    assert unread(bob, pair) == (1, 1)


def test_no_way_to_find_what_is_unread_finds_what_was_cleared(alice, bob, carol, lunch):
    """Reading, the end of a block, and the removal of what was unread all look for it again."""
    for person in alice, carol, alice:
        say(person, lunch)
    clear(bob, lunch)
    assert participation_of(bob, lunch).last_read_number == 0, "or this test means nothing"

    participation_of(bob, lunch).read(1)
    assert unread(bob, lunch) == (None, 0)

    Block.objects.block(bob, carol)
    Block.objects.unblock(bob, carol)
    assert unread(bob, lunch) == (None, 0)

    first, second = say(carol, lunch), say(alice, lunch)
    assert unread(bob, lunch) == (4, 2)
    with lunch.changing(None) as change:
        change.remove([first], Message.Removal.MODERATED)
    assert unread(bob, lunch) == (5, 1)
    with lunch.changing(None) as change:
        change.remove([second], Message.Removal.MODERATED)
    assert unread(bob, lunch) == (None, 0)


def test_who_cleared_and_then_writes_has_read_their_own_message(alice, bob, lunch):
    say(alice, lunch)
    clear(bob, lunch)

    say(bob, lunch)

    assert participation_of(bob, lunch).last_read_number == 2
    assert unread(bob, lunch) == (None, 0)


def test_what_was_cleared_is_neither_answered_nor_reported(alice, bob, lunch):
    message = say(alice, lunch)
    place = clear(bob, lunch)

    with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
        place.send("Yes", reply_to=message.number)
    with refused(RefusalCode.NOT_FOUND):
        Report.objects.report_message(place, message, "It is rude.")
    say(alice, lunch)
    assert place.send("Yes", reply_to=2).reply_to == 2


def test_ones_own_cleared_message_is_not_changed(bob, lunch):
    message = say(bob, lunch)
    place = clear(bob, lunch)

    with refused(RefusalCode.NOT_FOUND, "message"):
        place.edit(message, "Other")
