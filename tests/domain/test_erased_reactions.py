"""What becomes of the reactions of people who are erased, and what an export has of them."""

import pytest

from talk import privacy
from talk.models import Event, Message, Reaction
from talk.privacy import erase, export, kept_of

from .acting import group, participation_of, private, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(alice, bob, carol):
    """Three messages, each with reactions of Alice and of Bob."""
    ours = group(bob, alice, carol, title="Ours")
    said = [say(bob, ours, body) for body in ("one", "two")]
    said.append(say(bob, private(alice, bob), "three"))
    for message in said:
        for user in (alice, bob):
            react(user, message, "👍")
    react(alice, said[0], "❤")
    return said


def react(user, message, emoji):
    place = participation_of(user, message.conversation)
    place.react(Message.objects.get(pk=message.pk), emoji)


def left_of(message):
    rows = Reaction.objects.filter(message=message).order_by("pk").select_related("user")
    return [(row.user and row.user.username, row.emoji) for row in rows]


def changes_of(message):
    """The revisions of the events that tell of reactions to a message."""
    told = Event.objects.filter(message=message, kind=Event.Kind.MESSAGE_REACTED)
    return list(told.order_by("revision").values_list("revision", flat=True))


def test_their_reactions_are_deleted_and_those_of_others_stay(world, alice):
    erase(alice, "She asked for it.")

    assert [left_of(message) for message in world] == [[("bob", "👍")]] * 3


def test_each_message_tells_of_it_once_and_has_the_revision_of_that(world, alice):
    before = [len(changes_of(message)) for message in world]

    erase(alice, "She asked for it.")

    for message, count in zip(world, before, strict=True):
        changes = changes_of(message)
        assert len(changes) == count + 1
        assert Message.objects.get(pk=message.pk).revision == changes[-1]
        event = Event.objects.get(conversation=message.conversation, revision=changes[-1])
        assert (event.actor, event.participation) == (None, None)


def test_with_their_words_kept_they_count_on_and_name_nobody(world, alice):
    before = [changes_of(message) for message in world]

    erase(alice, "She asked for it.", keep_words=True)

    assert [left_of(message) for message in world] == [
        [(None, "👍"), ("bob", "👍"), (None, "❤")],
        [(None, "👍"), ("bob", "👍")],
        [(None, "👍"), ("bob", "👍")],
    ]
    assert [changes_of(message) for message in world] == before


def test_it_goes_in_chunks_and_can_be_interrupted_and_done_again(world, alice, monkeypatch):
    monkeypatch.setattr(privacy, "CHUNK", 1)
    erase_reactions, calls = privacy._erase_reactions, []

    def interrupted(user):
        calls.append(user)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return erase_reactions(user)

    monkeypatch.setattr(privacy, "_erase_reactions", interrupted)
    with pytest.raises(KeyboardInterrupt):
        erase(alice, "She asked for it.")
    assert sorted(len(left_of(message)) for message in world) == [1, 2, 2]
    told = [len(changes_of(message)) for message in world]

    erase(alice, "She asked for it.")

    assert [left_of(message) for message in world] == [[("bob", "👍")]] * 3
    assert sum(len(changes_of(message)) for message in world) == sum(told) + 2


def test_what_they_react_to_while_they_are_erased_is_erased_too(world, alice, monkeypatch):
    remove = privacy._remove_references

    def late(user, keep_words):
        monkeypatch.setattr(privacy, "_remove_references", remove)
        conversation, accounts = world[0].conversation, type(alice).objects.filter(pk=alice.pk)
        accounts.update(is_active=True)
        conversation.add_participants([alice])
        react(alice, world[0], "🎉")
        participation_of(alice, conversation).leave()
        accounts.update(is_active=False)
        return remove(user, keep_words)

    monkeypatch.setattr(privacy, "_remove_references", late)
    erase(type(alice).objects.get(pk=alice.pk), "She asked for it.")

    assert left_of(world[0]) == [("bob", "👍")]


def test_an_export_has_ones_reactions_and_no_others(world, alice):
    told = [each for each in export(alice) if each["type"] == "reaction"]

    assert [(each["conversation"], each["number"], each["emoji"]) for each in told] == [
        *((message.conversation_id, message.number, "👍") for message in world),
        (world[0].conversation_id, 1, "❤"),
    ]
    assert told[0]["at"] == Reaction.objects.earliest("pk").at.isoformat()


def test_they_are_counted_among_what_is_kept_of_somebody(world, alice, bob):
    assert (kept_of(alice)["reactions"], kept_of(bob)["reactions"]) == (4, 3)

    erase(alice, "She asked for it.")

    assert kept_of(alice) == {}
