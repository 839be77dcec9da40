"""What somebody marks as unread from a message on is unread for them, and for nobody else."""

import pytest

from talk import wakeups
from talk.exceptions import RefusalCode
from talk.models import Block, Event, Message, Participation

from .acting import everything, group, participation_of, refused, say


@pytest.fixture
def lunch(alice, bob, carol):
    """1 to 6 by Alice, Bob, Carol, Alice, Bob and Carol; Bob has read all of it."""
    conversation = group(alice, bob, carol)
    for user in (alice, bob, carol) * 2:
        say(user, conversation)
    participation_of(bob, conversation).read()
    assert unread(bob, conversation) == (None, 0)
    return conversation


def mark(user, conversation, number=None):
    participation_of(user, conversation).mark_unread(number)


def unread(user, conversation):
    """The first unread number and the count, as each of the three ways to ask says; they agree."""
    place = participation_of(user, conversation)
    listed = Participation.objects.with_unread_count().get(pk=place.pk)
    total = Message.objects.unread_by(user).filter(conversation=conversation).count()
    assert place.unread_count == listed.unread_count == total
    assert place.unread_mention_count <= total
    return place.first_unread_number, place.unread_count


def remove(conversation, number):
    message = conversation.messages.get(number=number)
    with conversation.changing(None) as change:
        change.remove([message], Message.Removal.MODERATED)


def test_it_and_what_others_said_after_it_are_unread(bob, lunch):
    mark(bob, lunch, 3)

    assert unread(bob, lunch) == (3, 3)
    place = participation_of(bob, lunch)
    assert place.last_read_number == 6, "others were told of it"
    assert place.marked_unread_at is not None
    assert list(Participation.objects.inbox_for(bob).unread()) == [place]
    assert Participation.objects.unread_total(bob) == 3


def test_from_ones_own_message_the_next_one_of_others_is_unread(bob, lunch):
    mark(bob, lunch, 2)

    assert unread(bob, lunch) == (3, 3)


def test_from_what_happened_the_next_text_of_others_is_unread(alice, bob, lunch):
    participation_of(alice, lunch).rename("Lunch")
    say(alice, lunch)
    participation_of(bob, lunch).read()

    mark(bob, lunch, 7)

    assert unread(bob, lunch) == (8, 1)


def test_from_ones_own_last_message_nothing_is_unread_but_the_mark_is_there(bob, lunch):
    own = say(bob, lunch)

    mark(bob, lunch, own.number)

    assert unread(bob, lunch) == (None, 0)
    assert participation_of(bob, lunch).marked_unread_at is not None


def test_nobody_else_is_told(alice, bob, lunch, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(wakeups, "send_from_thread", lambda *wake_up: rung.append(wake_up))
    events = list(Event.objects.values())
    others = list(Participation.objects.exclude(user=bob).values())
    before = participation_of(bob, lunch)

    with django_capture_on_commit_callbacks(execute=True):
        mark(bob, lunch, 3)

    assert list(Event.objects.values()) == events
    assert list(Participation.objects.exclude(user=bob).values()) == others
    assert rung == [(wakeups.user_group(bob.pk), {"inbox": str(bob.pk)})]
    after = participation_of(bob, lunch)
    assert after.changed_at > before.changed_at
    assert after.conversation.revision == before.conversation.revision


def test_only_what_one_sees_can_be_marked(bob, lunch):
    for number in (7, 0, -1, 2**63):
        with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "from"):
            mark(bob, lunch, number)
    say(bob, lunch)
    participation_of(bob, lunch).clear()
    with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "from"):
        mark(bob, lunch, 7)


def test_who_left_marks_nothing(bob, lunch):
    participation_of(bob, lunch).leave()

    with refused(RefusalCode.NOT_A_PARTICIPANT):
        mark(bob, lunch, 1)


def test_marking_reads_nothing(bob, lunch):
    """A number after the first unread message leaves that one unread."""
    mark(bob, lunch, 3)
    before = everything()

    for number in (4, 6, None):
        mark(bob, lunch, number)

    assert everything() == before
    mark(bob, lunch, 1)
    assert unread(bob, lunch) == (1, 4)


def test_what_was_not_read_at_all_stays_unread(alice, bob, lunch):
    for user in (alice, bob):
        say(user, lunch)
    assert unread(bob, lunch) == (7, 1)

    mark(bob, lunch, 7)

    assert unread(bob, lunch) == (7, 1)
    assert participation_of(bob, lunch).unread_again_from is None
    mark(bob, lunch, 4)
    assert unread(bob, lunch) == (4, 3)


def test_reading_again_goes_on_from_where_it_was_marked(bob, lunch):
    mark(bob, lunch, 3)
    events = list(Event.objects.values())

    participation_of(bob, lunch).read(4)

    assert unread(bob, lunch) == (6, 1)
    assert participation_of(bob, lunch).marked_unread_at is not None
    participation_of(bob, lunch).read(6)
    assert unread(bob, lunch) == (None, 0)
    place = participation_of(bob, lunch)
    assert (place.marked_unread_at, place.unread_again_from) == (None, None)
    assert list(Event.objects.values()) == events, "others knew that it was read"


def test_a_slower_device_that_read_less_undoes_nothing(bob, lunch):
    mark(bob, lunch, 3)
    before = everything()

    for number in (0, 1, 2):
        participation_of(bob, lunch).read(number)

    assert everything() == before


def test_reading_something_new_reads_it_all(alice, bob, lunch):
    mark(bob, lunch, 3)
    say(alice, lunch)
    assert unread(bob, lunch) == (3, 4)

    participation_of(bob, lunch).read()

    assert unread(bob, lunch) == (None, 0)
    assert participation_of(bob, lunch).unread_again_from is None


def test_what_comes_then_is_unread_too(alice, bob, lunch):
    mark(bob, lunch, 6)

    say(alice, lunch)

    assert unread(bob, lunch) == (6, 2)


def test_answering_is_not_reading(bob, lunch):
    mark(bob, lunch, 3)

    say(bob, lunch)

    assert unread(bob, lunch) == (3, 3)
    place = participation_of(bob, lunch)
    assert (place.last_read_number, place.marked_unread_at) == (6, None)


def test_a_block_hides_it_and_its_end_brings_it_back(alice, bob, carol, lunch):
    mark(bob, lunch, 3)

    Block.objects.block(bob, carol)
    assert unread(bob, lunch) == (4, 1)
    Block.objects.block(bob, alice)
    assert unread(bob, lunch) == (None, 0)
    Block.objects.unblock(bob, carol)
    assert unread(bob, lunch) == (3, 2)
    Block.objects.unblock(bob, alice)

    assert unread(bob, lunch) == (3, 3)


def test_from_what_a_block_hides_the_next_one_is_unread(bob, carol, lunch):
    Block.objects.block(bob, carol)

    mark(bob, lunch, 3)

    assert unread(bob, lunch) == (4, 1)
    Block.objects.unblock(bob, carol)
    assert unread(bob, lunch) == (3, 3)


def test_answering_while_a_block_hides_it_reads_nothing(bob, carol, lunch):
    mark(bob, lunch, 6)
    Block.objects.block(bob, carol)
    assert unread(bob, lunch) == (None, 0)

    say(bob, lunch)
    Block.objects.unblock(bob, carol)

    assert unread(bob, lunch) == (6, 1)


def test_the_block_of_somebody_whose_account_is_deleted(bob, carol, lunch):
    mark(bob, lunch, 3)
    Block.objects.block(bob, carol)

    carol.delete()

    assert unread(bob, lunch) == (3, 3)


def test_a_removed_message_is_unread_for_nobody(bob, lunch):
    mark(bob, lunch, 3)

    remove(lunch, 3)
    assert unread(bob, lunch) == (4, 2)
    remove(lunch, 6)
    assert unread(bob, lunch) == (4, 1)
    remove(lunch, 4)

    assert unread(bob, lunch) == (None, 0)


def test_clearing_ends_it(alice, bob, lunch):
    mark(bob, lunch, 3)

    participation_of(bob, lunch).clear()

    assert unread(bob, lunch) == (None, 0)
    place = participation_of(bob, lunch)
    assert (place.marked_unread_at, place.unread_again_from) == (None, None)
    say(alice, lunch)
    assert unread(bob, lunch) == (7, 1)


def test_it_stays_with_who_leaves_and_ends_when_they_come_back(alice, bob, lunch):
    mark(bob, lunch, 3)
    participation_of(bob, lunch).leave()
    say(alice, lunch)
    assert participation_of(bob, lunch).first_unread_number == 3

    participation_of(bob, lunch).reinstate()

    assert unread(bob, lunch) == (8, 1)


def test_what_newcomers_did_not_have_to_read_is_never_unread(alice, dave, lunch):
    participation_of(alice, lunch).invite([dave])
    place = participation_of(dave, lunch)
    place.read()

    mark(dave, lunch, 2)

    assert unread(dave, lunch) == (None, 0)
    later = say(alice, lunch)
    assert unread(dave, lunch) == (later.number, 1)


def test_mentions_in_it_are_unread_again(alice, bob, lunch):
    participation_of(alice, lunch).send("Bob?", mentions=[bob])
    participation_of(alice, lunch).send("All?", mention_all=True)
    participation_of(bob, lunch).read()
    assert participation_of(bob, lunch).unread_mention_count == 0

    mark(bob, lunch, 7)

    assert unread(bob, lunch) == (7, 2)
    assert participation_of(bob, lunch).unread_mention_count == 2


def test_who_read_privately_stays_private(bob, alice, lunch):
    say(alice, lunch)
    participation_of(bob, lunch).read(privately=True)

    mark(bob, lunch, 3)
    participation_of(bob, lunch).read(4)
    participation_of(bob, lunch).read(7)

    assert participation_of(bob, lunch).read_privately
