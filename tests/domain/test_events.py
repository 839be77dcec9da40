"""The event log of a conversation, and catching up with it."""

import pytest

from talk.exceptions import ResyncRequired
from talk.models import Event, Participation
from talk.models.event import CHANGES_OF_MESSAGES
from talk.moderation import remove_message, restore, suspend

from .acting import group, participation_of, private, say, send_files, upload


@pytest.fixture
def eventful(alice, bob, carol, dave, erin, settings):
    """A group to which everything has happened that can happen to one."""
    conversation = participation_of(alice, private(alice, bob)).invite([carol])
    say(bob, conversation)
    participation_of(alice, conversation).rename("Lunch")
    participation_of(alice, conversation).invite([dave])
    participation_of(dave, conversation).leave()
    participation_of(dave, conversation).reinstate(by=participation_of(bob, conversation))
    participation_of(dave, conversation).remove(by=participation_of(alice, conversation))
    as_admin = Participation.Role.ADMIN
    participation_of(bob, conversation).change_role(
        as_admin, by=participation_of(alice, conversation)
    )
    participation_of(carol, conversation).read()
    participation_of(bob, conversation).edit(conversation.messages.get(number=2), "Hi")
    participation_of(carol, conversation).react(conversation.messages.get(number=2), "👍")
    participation_of(alice, conversation).pin_message(conversation.messages.get(number=2))
    participation_of(bob, conversation).unpin_message(conversation.messages.get(number=2))
    remove_message(conversation.messages.get(number=2), alice, "rude")
    suspend(participation_of(bob, conversation), alice, "rude")
    restore(participation_of(bob, conversation), alice, "sorry")
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    participation_of(alice, conversation).invite([erin])
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
    participation_of(erin, conversation).decline()
    participation_of(alice, conversation).describe(description="What we eat")
    picture = upload(bob, state="checking")
    send_files(bob, conversation, picture)
    picture.checked(picture.State.READY)
    conversation.refresh_from_db()
    return conversation


KINDS = [
    ("conversation_started", None, None),
    ("conversation_upgraded", None, 1),
    ("message_sent", "bob", 2),
    ("conversation_renamed", None, 3),
    ("participant_joined", "dave", 4),
    ("participant_left", "dave", 5),
    ("participant_reinstated", "dave", 6),
    ("participant_removed", "dave", 7),
    ("participant_role_changed", "bob", None),
    ("conversation_read", "carol", None),
    ("message_edited", "bob", 2),
    ("message_reacted", "carol", 2),
    ("message_pinned", "alice", 2),
    ("message_unpinned", "bob", 2),
    ("message_removed", None, 2),
    ("participant_suspended", "bob", None),
    ("participant_restored", "bob", None),
    ("participant_invited", "erin", None),
    ("participant_declined", "erin", None),
    ("conversation_changed", None, None),
    ("message_sent", "bob", 8),
    ("message_completed", None, 8),
]
#: The revision of the last of them.
LAST = len(KINDS)


class TestLog:
    def test_each_change_is_one_event_with_the_next_revision(self, eventful):
        log = Event.objects.after(eventful, 0)

        assert [event.revision for event in log] == list(range(1, LAST + 1))
        assert eventful.revision == LAST
        told = [
            (
                event.kind,
                event.participation and event.participation.user.username,
                event.message and event.message.number,
            )
            for event in log
        ]
        assert told == KINDS
        unused = {Event.Kind.CONVERSATION_MARKED_UNREAD}
        assert {event.kind for event in log} == set(Event.Kind) - unused

    def test_what_names_a_message_again_is_known_as_its_change(self, eventful):
        """Live, nobody can have cleared what was sent just now, but what is changed."""
        named = set()
        for event in Event.objects.after(eventful, 0):
            if event.message_id is not None:
                is_known = event.kind in CHANGES_OF_MESSAGES
                assert is_known == (event.message_id in named), event.kind
                named.add(event.message_id)

    def test_later_events_have_later_times(self, eventful):
        times = [event.at for event in Event.objects.after(eventful, 0)]

        assert times == sorted(set(times))

    def test_it_is_read_from_a_cursor_on(self, eventful):
        rest = Event.objects.after(eventful, 8)

        assert [event.revision for event in rest] == list(range(9, LAST + 1))
        assert Event.objects.after(eventful, LAST) == []

    def test_it_is_read_in_pages(self, eventful):
        page = Event.objects.after(eventful, 2, limit=3)

        assert [event.revision for event in page] == [3, 4, 5]

    def test_it_shows_what_it_refers_to_as_it_is_now(self, dave, eventful):
        participation_of(dave, eventful).reinstate()

        left = Event.objects.after(eventful, 5)[0]
        assert left.kind == Event.Kind.PARTICIPANT_LEFT
        assert left.participation.is_active

    def test_any_page_costs_two_queries(self, eventful, django_assert_num_queries):
        for limit in (1, 500):
            with django_assert_num_queries(2):
                for event in Event.objects.after(eventful, 0, limit=limit):
                    assert event.actor is None or event.actor.username
                    assert event.message is None or event.message.sender.username
                    assert event.participation is None or event.participation.user.username

    def test_events_of_another_conversation_are_not_in_it(self, alice, bob, eventful):
        pair = private(alice, bob)
        say(alice, pair)

        assert {event.conversation for event in Event.objects.after(pair, 0)} == {pair}


class TestResync:
    def test_a_cursor_older_than_what_is_kept(self, eventful):
        Event.objects.filter(conversation=eventful, revision__lte=4).delete()

        for pruned in (0, 3):
            with pytest.raises(ResyncRequired):
                Event.objects.after(eventful, pruned)
        assert len(Event.objects.after(eventful, 4)) == LAST - 4

    def test_when_nothing_is_kept(self, eventful):
        Event.objects.all().delete()

        with pytest.raises(ResyncRequired):
            Event.objects.after(eventful, LAST - 1)
        assert Event.objects.after(eventful, LAST) == []

    @pytest.mark.parametrize("revision", [LAST + 1, 2**40, -1])
    def test_a_cursor_of_another_history(self, eventful, revision):
        with pytest.raises(ResyncRequired):
            Event.objects.after(eventful, revision)

    def test_a_deleted_account_leaves_no_gap(self, dave, eventful):
        dave.delete()

        revisions = [event.revision for event in Event.objects.after(eventful, 0)]
        assert revisions == list(range(1, eventful.revision + 1))

    def test_a_gap_further_on(self, eventful):
        Event.objects.filter(conversation=eventful, revision=5).delete()

        with pytest.raises(ResyncRequired):
            Event.objects.after(eventful, 3)
        assert Event.objects.after(eventful, 3, limit=1)[0].revision == 4
        assert len(Event.objects.after(eventful, 8)) == LAST - 8


def test_an_event_is_called_by_its_kind_and_its_place_in_the_conversation(alice, bob):
    conversation = group(alice, bob)
    say(alice, conversation)

    assert [str(event) for event in conversation.events.order_by("revision")] == [
        f"conversation_started ({conversation.pk}/1)",
        f"message_sent ({conversation.pk}/2)",
    ]
