"""A project that asks for the conversation about one thing several times at once gets one."""

from threading import Event as Signal

import pytest
from django.db import transaction

from talk.exceptions import RefusalCode
from talk.models import Conversation

from .together import PATIENCE, assert_sound, at_once, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ORDER = "order 42"


def asking(creator, *others, key=ORDER):
    return lambda: Conversation.objects.for_key(key, creator, others)


def test_twenty_at_once_get_the_same_conversation(alice, bob):
    found = at_once(*[asking(alice, bob)] * 10, *[asking(bob, alice)] * 10)

    conversation = Conversation.objects.get()
    assert set(found) == {conversation}
    assert conversation.participations.count() == 2
    assert_sound(conversation)


@pytest.mark.parametrize("time", range(5))
def test_also_if_they_name_other_people(alice, bob, carol, dave, time):
    """Their accounts keep nobody out then, and the key alone does."""
    found = at_once(asking(alice, bob), asking(carol, dave), asking(bob, carol))

    conversation = Conversation.objects.get()
    assert set(found) == {conversation}
    assert conversation.participations.count() == 2
    assert_sound(conversation)


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_later_waits_for_the_transaction_of_the_earlier(alice, bob, carol, dave, is_kept):
    is_started, ends = Signal(), Signal()

    def earlier():
        with transaction.atomic():
            started = asking(alice, bob)()
            is_started.set()
            # The other waits for this transaction, and so can't say when.
            ends.wait(0.5)
            transaction.set_rollback(not is_kept)
            return started

    def later():
        assert is_started.wait(PATIENCE)
        with transaction.atomic():
            found = asking(carol, dave)()
            # The transaction of the project is as good as it was.
            found.announce("Thank you for your order.")
            return found

    first, second = at_once(earlier, later)

    conversation = Conversation.objects.get()
    assert second == conversation
    assert (first == second) is is_kept
    creator = alice if is_kept else carol
    assert conversation.participations.get(role="owner").user == creator
    assert_sound(conversation)


def test_different_keys_of_the_same_people_do_not_deadlock(alice, bob):
    keys = [f"order {number}" for number in range(8)]

    found = at_once(*(asking(alice, bob, key=key) for key in keys))

    assert len(set(found)) == len(keys)


def test_of_two_conversations_one_gets_a_key(alice, bob):
    ours = [Conversation.objects.start_group(alice, [bob]) for _time in range(2)]

    outcomes = at_once(*(lambda each=each: each.set_key(ORDER) for each in ours))

    assert refusals(outcomes) == [RefusalCode.KEY_IN_USE]
    assert Conversation.objects.filter(key=ORDER).count() == 1
    for each in ours:
        assert_sound(each)


def test_changes_at_once_are_all_kept(alice, bob):
    """Each changes what it names, and leaves the rest as it is then."""
    ours = Conversation.objects.start_group(alice, [bob])
    ours.participation_of(bob).change_role("admin")

    def describing(person, **given):
        return lambda: ours.participation_of(person).describe(**given)

    at_once(
        describing(alice, description="We sing."),
        describing(bob, avatar="https://example.com/a.png"),
        describing(alice, data={"colour": "blue"}),
        describing(bob, data={"colour": "blue"}),
    )

    ours.refresh_from_db()
    assert (ours.description, ours.avatar) == ("We sing.", "https://example.com/a.png")
    assert ours.data == {"colour": "blue"}
    assert (ours.description_by, ours.avatar_by) == (alice, bob)
    # Started, a role, and three changes: the second of the same data changed nothing.
    assert ours.revision == 5
    assert_sound(ours)
