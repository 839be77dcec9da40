"""A project's own key for a conversation: at most one has it, and it is found by it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation, Event, Message, Participation

from .acting import group, participation_of, private, refused, say

pytestmark = pytest.mark.django_db

ORDER = "order 42"
for_key = Conversation.objects.for_key


def test_it_starts_a_group_with_this_key_and_then_finds_it(alice, bob, carol):
    started = for_key(ORDER, alice, [bob], title="Your order")

    assert (started.key, started.title, started.kind) == (ORDER, "Your order", "group")
    assert participation_of(alice, started).role == Participation.Role.OWNER
    assert started.participations.active().count() == 2
    with CaptureQueriesContext(connection) as captured:
        assert for_key(ORDER, alice, [bob], title="Your order") == started
    assert sum("SELECT" in each["sql"] for each in captured) == 1
    assert len(Event.objects.filter(conversation=started)) == 1


def test_each_key_has_a_conversation_of_its_own(alice, bob):
    assert for_key(ORDER, alice, [bob]) != for_key("order 43", alice, [bob])
    # Nothing of a key is left out when keys are compared.
    assert for_key("Order 42", alice, [bob]) != for_key(ORDER, alice, [bob])


def test_it_is_found_as_it_is(alice, bob, carol, dave):
    """Whoever is named, whoever left, and whatever it is called."""
    started = for_key(ORDER, alice, [bob, carol], title="Your order")
    participation_of(alice, started).leave()
    dave.is_active = False
    dave.save()
    before = Conversation.objects.values().get(pk=started.pk)

    for creator, others in ((alice, [bob]), (dave, []), (bob, [dave]), (carol, [carol])):
        assert for_key(ORDER, creator, others, title="Another") == started

    assert Conversation.objects.values().get(pk=started.pk) == before
    assert not participation_of(alice, started).is_active


def test_who_should_take_part_is_added_to_it(alice, bob, carol):
    for_key(ORDER, alice, [bob]).add_participants([carol])

    assert participation_of(carol, for_key(ORDER, alice, [bob])).is_active


def test_it_starts_none_without_people_who_can_be_reached(alice, bob):
    with refused(RefusalCode.NO_RECIPIENTS):
        for_key(ORDER, alice, [alice])
    with refused(RefusalCode.INVALID_TITLE, "title"):
        for_key(ORDER, alice, [bob], title="x" * 201)
    Block.objects.block(bob, alice)
    with refused(RefusalCode.NOT_REACHABLE):
        for_key(ORDER, alice, [bob])


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b", "\ud800"])
def test_a_key_that_cannot_be_stored_is_a_mistake_of_the_project(alice, bob, key):
    ours = group(alice, bob)

    with pytest.raises(ValueError, match="A key has 1 to 255 characters"):
        for_key(key, alice, [bob])
    with pytest.raises(ValueError, match="A key has 1 to 255 characters"):
        ours.set_key(key)


@pytest.mark.parametrize("kind", ["private", "group"])
def test_the_project_gives_a_key_to_a_conversation_that_there_is(alice, bob, kind):
    ours = private(alice, bob) if kind == "private" else group(alice, bob)

    ours.set_key(ORDER)
    ours.set_key(ORDER)

    assert for_key(ORDER, alice, [bob]) == ours
    kinds = Event.objects.filter(conversation=ours).order_by("revision")
    assert [each.kind for each in kinds][1:] == ["conversation_changed"]
    ours.set_key(None)
    assert for_key(ORDER, alice, [bob]) != ours


def test_a_second_conversation_does_not_get_it(alice, bob):
    started, other = for_key(ORDER, alice, [bob]), group(alice, bob)

    with refused(RefusalCode.KEY_IN_USE, "key"):
        other.set_key(ORDER)
    assert other.key is None

    started.set_key(None)
    other.set_key(ORDER)
    assert for_key(ORDER, alice, [bob]) == other


def test_the_database_holds_it_too(alice, bob):
    for_key(ORDER, alice, [bob])
    other = group(alice, bob)

    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.filter(pk=other.pk).update(key=ORDER)


@pytest.mark.django_db(transaction=True)
def test_it_is_part_of_the_transaction_of_the_project(alice, bob):
    """A refusal or a failure undoes no more than itself, and the transaction goes on."""
    with transaction.atomic():
        started = for_key(ORDER, alice, [bob])
        other = group(alice, bob)
        with pytest.raises(Exception, match="Another conversation"):
            other.set_key(ORDER)
        say(alice, started, "Thank you.")
        transaction.set_rollback(True)

    assert not Conversation.objects.exists()
    with transaction.atomic():
        started = for_key(ORDER, alice, [bob])
        say(alice, started, "Thank you.")
    assert for_key(ORDER, alice, [bob]) == started


def test_a_message_to_people_goes_to_no_conversation_about_something(alice, bob, carol):
    """People who write to each other did not choose an order to write about."""
    about = for_key(ORDER, alice, [bob, carol])

    said = Message.send_to_users("Lunch?", alice, [bob, carol])

    assert said.conversation != about
    assert Message.send_to_users("When?", bob, [alice, carol]).conversation == said.conversation
