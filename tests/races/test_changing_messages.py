"""A message is changed by several at once: the lock of its conversation decides who is first."""

import pytest
from django.contrib.auth import get_user_model

from talk import moderation
from talk.exceptions import RefusalCode
from talk.models import Edit, Event, Message, Participation, Report
from talk.privacy import erase

from .together import assert_sound, at_once, in_turn, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

GONE = Message.Removal


@pytest.fixture
def said(bob, participation_of):
    """Something of Bob's. Alice owns the group."""
    return participation_of(bob).send("first words")


@pytest.fixture
def on(said, participation_of):
    """`on(bob, "edit", "x")` is a call of this verb on the message, found before all others act."""

    def on(user, verb, *given):
        place, message = participation_of(user), now(said)
        return lambda: getattr(place, verb)(message, *given)

    return on


def now(message):
    return Message.objects.get(pk=message.pk)


def history(message):
    return list(message.edits.order_by("until").values_list("body", flat=True))


def changes(message):
    """The kinds of the changes of a message after it was sent."""
    events = Event.objects.filter(message=message).order_by("revision")
    return list(events.values_list("kind", flat=True))[1:]


def assert_gone(message, why):
    kept = now(message)
    assert (kept.body, kept.removed_as, kept.fingerprint) == ("", why, "")
    assert not Edit.objects.exists(), "earlier words go with the words"
    last = Event.objects.filter(message=message).latest("revision")
    assert (last.kind, last.revision) == ("message_removed", kept.revision)


#: Who else lets the words go, how, and what is left.
FORGETTING = {
    "its author": (lambda on, alice, bob, said: on(bob, "retract"), GONE.RETRACTED),
    "an owner": (lambda on, alice, bob, said: on(alice, "remove_message"), GONE.REMOVED),
    "a moderator": (
        lambda on, alice, bob, said: lambda: moderation.remove_message(now(said), None, "Spam."),
        GONE.MODERATED,
    ),
}


@pytest.mark.parametrize("who", FORGETTING)
def test_an_edit_before_the_words_go_leaves_none_of_them(on, alice, bob, said, this_group, who):
    make, why = FORGETTING[who]

    edited, _gone = in_turn(
        on(bob, "edit", "last words"), make(on, alice, bob, said), behind=this_group
    )

    assert edited == said
    assert_gone(said, why)
    assert changes(said) == ["message_edited", "message_removed"]
    assert_sound(said.conversation)


@pytest.mark.parametrize("who", FORGETTING)
def test_an_edit_brings_back_no_words_that_went_before(on, alice, bob, said, this_group, who):
    make, why = FORGETTING[who]

    _gone, edited = in_turn(
        make(on, alice, bob, said), on(bob, "edit", "last words"), behind=this_group
    )

    assert edited == RefusalCode.NOT_FOUND
    assert_gone(said, why)
    assert changes(said) == ["message_removed"]
    assert_sound(said.conversation)


@pytest.mark.parametrize("time", range(3))
def test_whatever_comes_first_no_words_are_left(on, alice, bob, said, time):
    outcomes = at_once(
        *(on(bob, "edit", f"words {number}") for number in range(4)),
        on(bob, "retract"),
        on(alice, "remove_message"),
        lambda: moderation.remove_message(now(said), None, "Spam."),
    )

    assert set(refusals(outcomes)) <= {RefusalCode.NOT_FOUND}
    assert_gone(said, now(said).removed_as)
    assert changes(said).count("message_removed") == 1
    assert_sound(said.conversation)


def test_who_edits_before_they_are_erased_leaves_neither_text(on, bob, said, this_group):
    person = get_user_model().objects.get(pk=bob.pk)

    in_turn(
        on(bob, "edit", "last words"),
        lambda: erase(person, "He asked for it."),
        behind=this_group,
    )

    assert_gone(said, GONE.ERASED)
    assert now(said).sender is None


def test_who_is_erased_edits_nothing_more(on, bob, said, this_group):
    person = get_user_model().objects.get(pk=bob.pk)

    _erased, edited = in_turn(
        lambda: erase(person, "He asked for it."),
        on(bob, "edit", "last words"),
        behind=this_group,
    )

    assert edited in {RefusalCode.NOT_A_PARTICIPANT, RefusalCode.NOT_FOUND}
    assert_gone(said, GONE.ERASED)


def test_two_edits_at_once_are_both_in_the_history_in_order(on, bob, said, this_group):
    in_turn(on(bob, "edit", "one"), on(bob, "edit", "two"), behind=this_group)

    assert history(said) == ["first words", "one"]
    assert now(said).body == "two"
    assert changes(said) == ["message_edited"] * 2


@pytest.mark.parametrize("time", range(3))
def test_of_many_edits_nothing_is_lost(on, bob, said, time):
    words = [f"words {number}" for number in range(6)]

    at_once(*(on(bob, "edit", each) for each in words))

    assert sorted([*history(said), now(said).body]) == sorted(["first words", *words])
    assert history(said)[0] == "first words"
    assert changes(said) == ["message_edited"] * len(words)
    last = Event.objects.filter(message=said).latest("revision")
    assert (now(said).revision, now(said).edited_at) == (last.revision, last.at)
    assert_sound(said.conversation)


def test_the_same_edit_twice_at_once_is_one_change(on, bob, said, this_group):
    in_turn(on(bob, "edit", "one"), on(bob, "edit", "one"), behind=this_group)

    assert history(said) == ["first words"]
    assert changes(said) == ["message_edited"]


@pytest.mark.parametrize(("who", "verb"), [("bob", "retract"), ("alice", "remove_message")])
def test_twice_at_once_it_goes_once(request, on, said, this_group, who, verb):
    user = request.getfixturevalue(who)

    outcomes = in_turn(on(user, verb), on(user, verb), behind=this_group)

    assert outcomes == [said, said]
    assert changes(said) == ["message_removed"]


def test_who_is_no_admin_any_more_removes_nothing(on, alice, carol, said, this_group):
    place = said.conversation.participation_of(carol)
    place.change_role(Participation.Role.ADMIN)
    demoted = said.conversation.participation_of(carol)

    _demoted, removed = in_turn(
        lambda: demoted.change_role(Participation.Role.MEMBER),
        on(carol, "remove_message"),
        behind=this_group,
    )

    assert removed == RefusalCode.NOT_ALLOWED
    assert now(said).body == "first words"


def test_who_leaves_edits_nothing_more(on, bob, said, participation_of, this_group):
    leaver = participation_of(bob)

    _left, edited = in_turn(leaver.leave, on(bob, "edit", "last words"), behind=this_group)

    assert edited == RefusalCode.NOT_A_PARTICIPANT
    assert now(said).body == "first words"


class TestReports:
    @pytest.fixture
    def reporting(self, carol, said, participation_of):
        place, message = participation_of(carol), now(said)
        return lambda: Report.objects.report_message(place, message, "It is rude.")

    @pytest.mark.parametrize("verb", ["edit", "retract"])
    def test_what_is_reported_first_is_kept(self, on, bob, reporting, this_group, verb):
        given = ["kind words"] if verb == "edit" else []

        in_turn(reporting, on(bob, verb, *given), behind=this_group)

        assert Report.objects.get().words == "first words"

    def test_what_goes_first_is_not_copied_from_before(self, on, bob, reporting, this_group):
        in_turn(on(bob, "retract"), reporting, behind=this_group)

        assert Report.objects.get().words == ""

    def test_who_is_erased_first_is_not_quoted(self, bob, reporting, this_group):
        person = get_user_model().objects.get(pk=bob.pk)

        in_turn(
            lambda: erase(person, "He asked for it."),
            reporting,
            behind=this_group,
        )

        assert not Report.objects.exclude(words="").exists()
