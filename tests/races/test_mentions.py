"""Somebody is mentioned while they leave, are taken in, or while the message changes."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Mention, Message, Participation

from .together import assert_sound, at_once, in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def mentioned():
    return list(Mention.objects.filter(taken_out=False).values_list("user__username", flat=True))


@pytest.mark.parametrize("first", ["mention", "leave", "remove"])
def test_a_person_who_is_leaving_is_mentioned_before_or_nothing_is_sent(
    participation_of, this_group, alice, bob, first
):
    sender, leaver, owner = participation_of(alice), participation_of(bob), participation_of(alice)

    def mention():
        return sender.send("Stay!", mentions=[bob]).body

    go = (lambda: leaver.remove(by=owner)) if first == "remove" else leaver.leave
    calls = [mention, go] if first == "mention" else [go, mention]

    outcomes = in_turn(*calls, behind=this_group)

    if first == "mention":
        assert outcomes == ["Stay!", None]
        assert mentioned() == ["bob"]
    else:
        assert outcomes == [None, RefusalCode.NOT_A_MEMBER]
        assert mentioned() == []
        assert not Message.objects.filter(kind="text").exists()
    assert Participation.objects.get(user=bob).unread_mention_count == 0
    assert_sound(sender.conversation)


@pytest.mark.parametrize("_time", range(5))
def test_all_at_once(participation_of, alice, bob, carol, _time):
    calls = [
        lambda: participation_of(alice).send("Stay!", mentions=[bob, carol]).number,
        lambda: participation_of(carol).send("Stay!", mentions=[bob]).number,
        participation_of(bob).leave,
    ]

    outcomes = at_once(*calls)

    sent = [each for each in outcomes[:2] if each != RefusalCode.NOT_A_MEMBER]
    assert outcomes[2] is None
    assert Message.objects.filter(kind="text").count() == len(sent)
    left_at = Participation.objects.get(user=bob).left_at_number
    for message in Message.objects.filter(mentions__user=bob):
        assert message.number < left_at
    assert_sound(participation_of(alice).conversation)


def test_an_edit_that_mentions_a_person_who_is_leaving_is_refused_as_a_whole(
    participation_of, this_group, alice, bob
):
    author, leaver = participation_of(alice), participation_of(bob)
    message = author.send("Soup?")
    ours = Message.objects.get(pk=message.pk)

    outcomes = in_turn(
        leaver.leave, lambda: author.edit(ours, "Soup, Bob?", mentions=[bob]), behind=this_group
    )

    assert outcomes == [None, RefusalCode.NOT_A_MEMBER]
    assert Message.objects.get(pk=message.pk).body == "Soup?"
    assert mentioned() == []


def test_two_edits_of_the_mentions_are_made_one_after_the_other(
    participation_of, this_group, alice, bob, carol
):
    message = participation_of(alice).send("Soup?", mentions=[bob])

    def edit(*people):
        again = Message.objects.get(pk=message.pk)
        place = participation_of(alice)
        return lambda: place.edit(again, "Soup?", mentions=people).revision

    first, second = in_turn(edit(carol), edit(bob, carol), behind=this_group)

    assert second == first + 1
    assert sorted(mentioned()) == ["bob", "carol"]
    assert Mention.objects.count() == 2


def test_an_edit_of_what_is_taken_back_mentions_nobody(
    participation_of, this_group, alice, bob, carol
):
    message = participation_of(alice).send("Soup?", mentions=[bob])
    one, other = participation_of(alice), participation_of(alice)
    ours, theirs = (Message.objects.get(pk=message.pk) for _ in range(2))

    outcomes = in_turn(
        lambda: one.retract(ours) and None,
        lambda: other.edit(theirs, "Soup?", mentions=[carol]),
        behind=this_group,
    )

    assert outcomes == [None, RefusalCode.NOT_FOUND]
    assert not Mention.objects.exists()
