"""Erasing a person's data leaves the conversations of other people intact."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse

from talk import privacy
from talk.exceptions import RefusalCode
from talk.models import (
    AccessToken,
    Act,
    Block,
    Conversation,
    Event,
    Message,
    Participation,
    Reaction,
    Report,
)

from .acting import group, hired, participation_of, private, refused, say, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(alice, bob, carol):
    """Alice's group, and her private conversation with Bob."""
    ours = group(alice, bob, carol, title="Ours")
    for sender, body in ((alice, "one"), (bob, "two"), (alice, "three")):
        say(sender, ours, body)
    theirs = private(alice, bob)
    say(alice, theirs, "four")
    participation_of(alice, ours).invite([carol])
    AccessToken.objects.issue(alice, "phone")
    Block.objects.block(alice, carol)
    Participation.objects.filter(user=carol).update(invited_by=alice)
    Report.objects.report_user(bob, alice, "rude")
    Report.objects.report_user(alice, bob, "rude")
    return ours, theirs


def erase(*options, asked="--no-input"):
    """What is said while Alice is erased."""
    said = StringIO()
    given = [each for each in (asked, *options) if each]
    call_command("erase_user", "alice", "--why", "She asked for it.", *given, stdout=said)
    return said.getvalue()


def bodies(conversation):
    return list(conversation.messages.order_by("number").values_list("body", flat=True))


@pytest.mark.parametrize("keep", [False, True])
def test_nothing_refers_to_them(world, alice, keep):
    ours, _theirs = world
    participation_of(alice, ours).react(ours.messages.get(number=2), "👍")
    erase(*(["--keep-words"] if keep else []))

    models = (AccessToken, Block, Conversation, Event, Message, Participation, Reaction, Report)
    for model in models:
        for row in model.objects.all():
            for each in model._meta.concrete_fields:
                if each.is_relation and each.related_model is type(alice):
                    assert getattr(row, each.attname) != alice.pk, (model, each.name)
    # That it was done is written down.
    assert [each["type"] for each in privacy.export(alice)] == ["account", "act"]
    alice.delete()


def test_their_words_are_gone_and_the_numbers_stay(world):
    ours, theirs = world
    erase()

    assert bodies(ours) == ["", "two", "", ""]
    assert story(ours) == ["text", "text", "text", "left"]
    assert (bodies(theirs), story(theirs)) == (["", ""], ["text", "left"])
    removed = ours.messages.exclude(removed_as="")
    assert {message.removal for message in removed} == {Message.Removal.ERASED}
    kinds = list(Event.objects.filter(conversation=ours).order_by("revision").values_list("kind"))
    assert kinds[-2:] == [("message_removed",), ("message_removed",)]


def test_or_their_words_are_said_by_nobody(world):
    ours, theirs = world
    erase("--keep-words")

    assert bodies(ours) == ["one", "two", "three", ""]
    assert bodies(theirs) == ["four", ""]
    assert set(theirs.messages.values_list("sender", flat=True)) == {None}


def test_what_is_gone_waits_for_nobody(world, bob, carol):
    ours, theirs = world
    assert [participation_of(bob, each).unread_count for each in (ours, theirs)] == [2, 1]
    erase()

    assert [participation_of(bob, each).unread_count for each in (ours, theirs)] == [0, 0]
    assert participation_of(carol, ours).first_unread_number == 2


def test_their_group_has_another_owner(world, bob, carol):
    ours, _theirs = world
    erase()

    assert {place.role for place in ours.participations.all()} == {"owner", "member"}
    assert Message.send_to_users("We two", bob, [carol]).conversation != ours


def test_whoever_comes_back_begins_anew(world, alice, bob):
    _ours, theirs = world
    erase()
    alice.is_active = True
    alice.save()

    assert private(bob, alice) != theirs


def test_the_account_is_deactivated_and_starts_nothing(world, alice, bob):
    stale = type(alice).objects.get(pk=alice.pk)
    erase()

    alice.refresh_from_db()
    assert not alice.is_active
    for act in (
        lambda: Message.send_to_users("late", stale, [bob]),
        lambda: group(bob, stale),
        lambda: Block.objects.block(stale, bob),
        lambda: Report.objects.report_user(stale, bob, "late"),
    ):
        with refused(RefusalCode.UNKNOWN_USER):
            act()


def test_what_they_say_while_they_are_erased_is_erased_too(world, alice, bob, monkeypatch):
    ours, theirs = world
    remove = privacy._remove_references

    def late(user, keep_words):
        monkeypatch.setattr(privacy, "_remove_references", remove)
        accounts = type(alice).objects.filter(pk=alice.pk)
        accounts.update(is_active=True)
        ours.add_participants([alice])
        say(alice, ours, "late")
        accounts.update(is_active=False)
        return remove(user, keep_words)

    monkeypatch.setattr(privacy, "_remove_references", late)
    erase()

    assert "late" not in bodies(ours)
    assert story(ours)[-3:] == ["reinstated", "text", "left"]
    assert not Message.objects.filter(sender=alice).exists()
    assert not Participation.objects.filter(user=alice).exists()
    assert theirs.participations.count() == 1


@pytest.mark.parametrize(("options", "why"), [([], ""), (["--keep-words"], "rude")])
def test_what_they_reported_is_kept_without_their_reason(world, bob, options, why):
    erase(*options)

    assert Report.objects.get(person=bob).why == why
    assert Report.objects.get(reporter=bob).why == "rude"


def test_it_can_be_done_again_and_is_written_down(world, alice):
    key = str(alice.pk)
    erase()
    erase()

    acts = Act.objects.filter(kind="user_erased")
    assert [(act.user, act.why, act.by_name) for act in acts] == [
        (key, "She asked for it.", "")
    ] * 2


def test_it_takes_somebody_and_a_reason(alice):
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("erase_user", "nobody", "--why", "x", "--no-input")
    with pytest.raises(CommandError, match="This reason is empty"):
        call_command("erase_user", "alice", "--why", " ", "--no-input")


def test_it_says_what_was_done_and_when_there_is_nothing_left(world, alice):
    assert erase() == (
        "alice is erased. There were: messages 3, conversations 2, access tokens 1, blocks 1, "
        "reports 2. Their words are gone.\n"
    )
    assert erase() == "There was nothing left of alice to erase.\n"


@pytest.mark.parametrize("answer", ["", "no", "y", EOFError()])
def test_it_asks_first(world, alice, monkeypatch, answer):
    def reply(_question):
        if isinstance(answer, EOFError):
            raise answer
        return answer

    monkeypatch.setattr("builtins.input", reply)
    with pytest.raises(CommandError, match=r"Nothing was erased|use --no-input"):
        erase(asked=None)
    assert Participation.objects.filter(user=alice).exists()
    assert not Act.objects.exists()

    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    assert "alice will be erased. There are: messages 3" in erase(asked=None)
    assert not Participation.objects.filter(user=alice).exists()


class TestAdmin:
    @pytest.fixture
    def act(self, erin, alice, world):
        """Erin does something about Alice, by one of her participations."""
        client = hired(erin, "handle_data", "view_participation")

        def act(action, *people, why="She asked for it.", **more):
            places = Participation.objects.filter(user__in=people)
            chosen = {"action": action, "_selected_action": [each.pk for each in places]}
            url = reverse("admin:talk_participation_changelist")
            return client.post(url, {**chosen, "why": why, **more}, follow=True)

        return act

    def test_one_person_is_erased_for_a_reason(self, act, alice):
        assert "This reason is empty" in act("erase", alice, why="", sure=1).content.decode()
        assert Participation.objects.filter(user=alice).exists()

        act("erase", alice, sure=1)

        assert not Participation.objects.filter(user=alice).exists()
        assert Act.objects.get().by_name == "erin"

    @pytest.mark.parametrize(("chosen", "said"), [({}, ""), ({"keep_words": "on"}, "one")])
    def test_it_is_chosen_whether_the_words_stay(self, act, alice, world, chosen, said):
        assert 'name="keep_words"' in act("erase", alice).content.decode()

        act("erase", alice, sure=1, **chosen)

        ours, _theirs = world
        assert bodies(ours)[0] == said

    def test_it_is_asked_once_more_before_somebody_is_erased(self, act, alice):
        asked = act("erase", alice).content.decode()

        assert "This erases the data of <b>alice</b>" in asked
        assert 'value="She asked for it."' in asked
        assert Participation.objects.filter(user=alice).exists()

    def test_not_many_at_once(self, act, alice, bob):
        assert "Select one person." in act("erase", alice, bob).content.decode()
        assert Participation.objects.filter(user=alice).exists()

    def test_what_is_kept_is_downloaded(self, act, alice):
        lines = b"".join(act("export", alice).streaming_content).decode().splitlines()

        assert [json.loads(line) for line in lines] == list(privacy.export(alice))
        assert Act.objects.get().kind == Act.Kind.USER_EXPORTED

    def test_nothing_is_downloaded_without_a_reason(self, act, alice):
        assert "This reason is empty" in act("export", alice, why="").content.decode()
        assert not Act.objects.exists()

    def test_it_takes_a_permission(self, act, alice, erin):
        erin.user_permissions.set(Permission.objects.filter(codename="view_participation"))

        act("erase", alice)

        assert Participation.objects.filter(user=alice).exists()


def test_a_name_that_no_database_can_hold_is_nobodys():
    with pytest.raises(CommandError, match="There is no user"):
        call_command("erase_user", "ali\0ce", why="She asked for it.", interactive=False)
