"""Who reads privately tells nobody, and in large conversations nobody is told what others read."""

import re

import pytest
from django.urls import reverse

from talk import signals, wakeups
from talk.models import Block, Event, Participation
from talk.models.participation.receipts import receipts_in

from .acting import crowd, group, hired, participation_of, private, say


@pytest.fixture
def lunch(alice, bob, carol):
    conversation = group(alice, bob, carol)
    for number in range(3):
        say(alice, conversation, str(number))
    return conversation


@pytest.fixture
def told(monkeypatch, django_capture_on_commit_callbacks):
    """`told(verb, …)`: what others are told when somebody uses a verb: doorbells and signals."""
    heard = []
    monkeypatch.setattr(wakeups, "send_from_thread", lambda *wake_up: heard.append(wake_up))

    def told(verb, *args, **kwargs):
        heard.clear()
        with django_capture_on_commit_callbacks(execute=True):
            verb(*args, **kwargs)
        return list(heard)

    return told


@pytest.fixture
def signalled():
    """The readings that receivers in the project hear of."""
    heard = []

    def receive(sender, participation, **kwargs):
        heard.append(participation.user_id)

    signals.conversation_read.connect(receive)
    yield heard
    signals.conversation_read.disconnect(receive)


def few(settings, most):
    settings.TALK = {**settings.TALK, "RECEIPTS_UP_TO": most}


def seen(viewer, conversation):
    """How far whom has read, as a viewer is told; None if the viewer is told of nobody.

    Without the author, who has read what they wrote.
    """
    author = conversation.messages.order_by("number").first().sender_id
    receipts = receipts_in([conversation.pk]).get(conversation.pk)
    told = receipts and receipts.told(lambda users: viewer.pk in users)
    if told is None:
        return None
    return {each.user: each.number for each in told if each.user != author}


def rows_of_others(user, conversation):
    """All that a reading could change, apart from the participation of who reads."""
    events = list(Event.objects.order_by("pk").values())
    others = list(Participation.objects.exclude(user=user).order_by("pk").values())
    conversation.refresh_from_db()
    return events, others, (conversation.revision, conversation.changed_at)


def test_reading_privately_tells_nobody_and_no_event_says_so(bob, lunch, told, signalled):
    before = rows_of_others(bob, lunch)

    heard = told(participation_of(bob, lunch).read, 2, privately=True)

    assert rows_of_others(bob, lunch) == before
    assert heard == [(wakeups.user_group(bob.pk), {"inbox": str(bob.pk)})]
    assert signalled == []
    place = participation_of(bob, lunch)
    assert (place.last_read_number, place.read_privately) == (2, True)
    assert (place.first_unread_number, place.unread_count) == (3, 1)


def test_what_is_read_publicly_is_told(bob, lunch, told, signalled):
    """The tests of private reading mean something."""
    before = rows_of_others(bob, lunch)

    heard = told(participation_of(bob, lunch).read, 2)

    assert rows_of_others(bob, lunch) != before
    assert [group for group, _content in heard] == [wakeups.conversation_group(lunch.pk)]
    assert signalled == [bob.pk]
    assert Event.objects.filter(kind=Event.Kind.CONVERSATION_READ).count() == 1


def test_a_private_reader_is_shown_to_nobody_and_sees_nobodys_reading(alice, bob, carol, lunch):
    participation_of(carol, lunch).read()
    participation_of(bob, lunch).read(1)
    assert seen(carol, lunch) == seen(bob, lunch) == {carol.pk: 3, bob.pk: 1}

    participation_of(bob, lunch).read(2, privately=True)

    assert seen(carol, lunch) == seen(alice, lunch) == {carol.pk: 3}
    assert seen(bob, lunch) is None


def test_reading_publicly_again_tells_it_only_if_there_is_more_to_tell(bob, carol, lunch):
    participation_of(bob, lunch).read(2, privately=True)
    before = list(Event.objects.values())

    for number in (1, 2):
        participation_of(bob, lunch).read(number)
    assert (seen(carol, lunch), list(Event.objects.values())) == ({}, before)
    assert seen(bob, lunch) is None

    participation_of(bob, lunch).read(3)
    assert seen(carol, lunch) == seen(bob, lunch) == {bob.pk: 3}
    assert Event.objects.order_by("pk").last().kind == Event.Kind.CONVERSATION_READ


def test_what_was_told_stays_told(bob, carol, lunch):
    """Another device that reads the same privately was slower."""
    participation_of(bob, lunch).read(2)

    participation_of(bob, lunch).read(2, privately=True)

    assert seen(carol, lunch) == seen(bob, lunch) == {bob.pk: 2}


def test_who_reads_privately_and_answers_stays_private(alice, bob, carol, lunch):
    participation_of(bob, lunch).read(privately=True)

    say(bob, lunch)

    place = participation_of(bob, lunch)
    assert (place.last_read_number, place.read_privately) == (4, True)
    assert seen(carol, lunch) == {}


def test_who_leaves_and_comes_back_stays_private(alice, bob, carol, lunch):
    participation_of(bob, lunch).read(privately=True)
    participation_of(bob, lunch).leave()
    participation_of(bob, lunch).reinstate()

    assert seen(carol, lunch) == {}
    assert seen(bob, lunch) is None


def test_in_a_large_group_reading_writes_one_row_and_no_event(
    settings, bob, lunch, told, signalled
):
    few(settings, 2)
    before = rows_of_others(bob, lunch)

    heard = told(participation_of(bob, lunch).read)

    assert rows_of_others(bob, lunch) == before
    assert heard == [(wakeups.user_group(bob.pk), {"inbox": str(bob.pk)})]
    assert signalled == []
    assert participation_of(bob, lunch).unread_count == 0


def test_in_a_large_group_nobody_is_told_what_was_read_before(settings, alice, bob, lunch):
    participation_of(bob, lunch).read(1)
    assert seen(alice, lunch) == {bob.pk: 1}

    few(settings, 2)

    assert seen(alice, lunch) is None


def test_a_hundred_people_are_told_and_a_hundred_and_one_are_not(alice, told):
    members = crowd(100)
    conversation = group(alice, *members[:99])
    say(alice, conversation)

    participation_of(members[0], conversation).read()
    assert seen(alice, conversation) == {members[0].pk: 1}
    participation_of(alice, conversation).invite([members[99]])
    participation_of(members[1], conversation).read()

    assert seen(alice, conversation) is None
    read = Event.objects.filter(kind=Event.Kind.CONVERSATION_READ)
    assert [event.participation.user_id for event in read] == [members[0].pk]


def test_only_who_takes_part_makes_a_group_large(settings, alice, bob, carol, dave, lunch):
    few(settings, 2)
    participation_of(carol, lunch).leave()
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    participation_of(alice, lunch).invite([dave])

    participation_of(bob, lunch).read(2)

    assert seen(alice, lunch) == {bob.pk: 2}


def test_what_was_read_while_a_group_was_large_stays_untold(settings, alice, bob, carol, lunch):
    few(settings, 2)
    participation_of(bob, lunch).read(2)
    participation_of(carol, lunch).leave()
    assert seen(alice, lunch) == {}

    participation_of(bob, lunch).read(3)

    assert seen(alice, lunch) == seen(bob, lunch) == {bob.pk: 3}


def test_with_a_limit_of_nobody_nobody_is_ever_told(settings, alice, bob):
    few(settings, 0)
    pair = private(alice, bob)
    say(alice, pair)

    participation_of(bob, pair).read()

    assert seen(alice, pair) is None
    assert not Event.objects.filter(kind=Event.Kind.CONVERSATION_READ).exists()


def test_who_is_blocked_is_told_nothing_of_who_blocked_them(alice, bob, carol, lunch):
    participation_of(bob, lunch).read(2)
    assert seen(alice, lunch) == {bob.pk: 2}

    Block.objects.block(bob, alice)

    assert seen(alice, lunch) == {}
    assert seen(carol, lunch) == {bob.pk: 2}
    Block.objects.unblock(bob, alice)
    assert seen(alice, lunch) == {bob.pk: 2}


def test_who_is_blocked_is_told_of(alice, bob, lunch):
    participation_of(bob, lunch).read(2)

    Block.objects.block(alice, bob)

    assert seen(alice, lunch) == {bob.pk: 2}


def test_a_block_elsewhere_hides_nothing(alice, bob, carol, dave, lunch):
    """Only blocks among the people who take part count."""
    participation_of(bob, lunch).read(2)
    Block.objects.block(bob, dave)
    Block.objects.block(dave, alice)

    assert seen(alice, lunch) == {bob.pk: 2}


def test_in_private_the_blocked_person_does_not_hear_that_somebody_read(alice, bob, told):
    pair = private(alice, bob)
    say(alice, pair)
    Block.objects.block(bob, alice)
    before = rows_of_others(bob, pair)

    heard = told(participation_of(bob, pair).read)

    assert rows_of_others(bob, pair) == before
    assert heard == [(wakeups.user_group(bob.pk), {"inbox": str(bob.pk)})]
    Block.objects.unblock(bob, alice)
    assert seen(alice, pair) == {}, "what was read meanwhile stays untold"


def test_the_blocked_person_of_a_pair_reads_as_ever(alice, bob):
    pair = private(alice, bob)
    say(alice, pair)
    Block.objects.block(alice, bob)

    participation_of(bob, pair).read()

    assert seen(alice, pair) == {bob.pk: 1}


def test_who_is_suspended_reads_as_ever(alice, bob, lunch):
    participation_of(bob, lunch).suspend()

    participation_of(bob, lunch).read(2)

    assert seen(alice, lunch) == {bob.pk: 2}


def has_seen(conversation, number):
    message = conversation.messages.get(number=number)
    receipts = receipts_in([conversation.pk])[conversation.pk]
    return {each.user for each in receipts.readers.values() if each.has_seen(message)}


def test_a_message_was_seen_by_others_who_read_up_to_it(alice, bob, carol, lunch):
    for user, number in ((alice, 3), (bob, 2), (carol, 1)):
        participation_of(user, lunch).read(number)

    assert [has_seen(lunch, number) for number in (1, 2, 3)] == [
        {bob.pk, carol.pk},
        {bob.pk},
        set(),
    ]


def test_who_joined_later_has_not_seen_it_whatever_they_read(alice, bob, dave, lunch):
    participation_of(alice, lunch).invite([dave])
    later = say(alice, lunch)
    participation_of(dave, lunch).read()

    assert has_seen(lunch, 1) == set()
    assert has_seen(lunch, later.number) == {dave.pk}


def test_who_came_back_has_seen_what_they_read_of_their_absence(alice, bob, lunch):
    participation_of(bob, lunch).leave()
    meanwhile = say(alice, lunch)
    participation_of(bob, lunch).reinstate()
    participation_of(bob, lunch).read()

    assert has_seen(lunch, meanwhile.number) == {bob.pk}


def test_who_left_does_not_count(alice, bob, lunch):
    participation_of(bob, lunch).read()
    participation_of(bob, lunch).leave()

    assert has_seen(lunch, 1) == set()


def test_an_announcement_is_seen_by_all_who_read_it(alice, bob, lunch):
    announced = lunch.announce("We move.")
    for user in (alice, bob):
        participation_of(user, lunch).read()

    assert has_seen(lunch, announced.number) == {alice.pk, bob.pk}


def test_receipts_of_many_conversations_take_two_queries(
    alice, bob, carol, dave, django_assert_num_queries
):
    conversations = [group(alice, bob, carol) for _each in range(5)]
    for conversation in conversations:
        say(alice, conversation)
        participation_of(bob, conversation).read()
    Block.objects.block(bob, carol)
    keys = [each.pk for each in conversations]

    with django_assert_num_queries(2):
        found = receipts_in(keys)

    assert [set(found[key].readers) for key in keys] == [
        {participation_of(user, each).pk for user in (alice, bob)} for each in conversations
    ]


@pytest.mark.parametrize("privately", [True, False])
def test_staff_see_no_more_of_it_than_members(bob, erin, lunch, privately):
    participation_of(bob, lunch).read(2, privately=privately)
    staff = hired(erin, "view_participation", "view_conversation")
    place = participation_of(bob, lunch)

    for url in (
        reverse("admin:talk_participation_change", args=[place.pk]),
        reverse("admin:talk_conversation_change", args=[lunch.pk]),
    ):
        page = staff.get(url).content.decode()
        assert "Read up to" in page
        shown = re.findall(r'(?:field-read_up_to.*?)(?:readonly">|<p>)\s*([\d-]+)', page, re.DOTALL)
        assert ("2" in shown) != privately, shown
