"""Drafts: what a member has written and not sent is their own, and is lost to nobody."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation, Draft, Event, Participation
from talk.moderation import remove_message, suspend
from talk.privacy import erase, export, kept_of
from talk.purging import purge

from .acting import group, inbox, participation_of, private, refused, say


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, title="Lunch")


def save(user, conversation, body, base, **given):
    participation_of(user, conversation).save_draft(body, base=base, **given)


def kept(user, conversation):
    """The words and the version of a draft, as the database has them now."""
    place = participation_of(user, conversation)
    return place.draft and place.draft.body, place.draft_version


class TestSaving:
    def test_nobody_has_a_draft_at_first(self, alice, lunch):
        assert kept(alice, lunch) == (None, 0)

    def test_each_change_is_a_new_version(self, alice, lunch):
        save(alice, lunch, "No", base=0)
        save(alice, lunch, "Noon?", base=1)

        assert kept(alice, lunch) == ("Noon?", 2)
        assert Draft.objects.count() == 1

    def test_the_participation_says_what_was_saved(self, alice, lunch, django_assert_num_queries):
        place = participation_of(alice, lunch)

        place.save_draft("Noon?", base=0)

        with django_assert_num_queries(0):
            assert (place.draft.body, place.draft_version) == ("Noon?", 1)

    def test_it_is_kept_exactly_as_it_was_typed(self, alice, lunch):
        save(alice, lunch, "  Noon, \n", base=0)

        assert kept(alice, lunch) == ("  Noon, \n", 1)

    @pytest.mark.parametrize("base", [-1, 0, 1, 3, 2**31, 2**63, 10**30])
    def test_a_newer_draft_is_not_overwritten_unknowingly(self, alice, lunch, base):
        save(alice, lunch, "On the telephone", base=0)
        save(alice, lunch, "On the telephone, longer", base=1)

        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(alice, lunch, "On the computer", base=base)

        assert kept(alice, lunch) == ("On the telephone, longer", 2)

    @pytest.mark.parametrize("base", [-1, 1, 10**30])
    def test_nor_is_one_begun_upon_a_version_that_never_was(self, alice, lunch, base):
        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(alice, lunch, "Noon?", base=base)

    @pytest.mark.parametrize("base", [0, 1, 7])
    def test_the_same_words_again_are_no_change_so_that_a_request_can_be_repeated(
        self, alice, lunch, rung, base
    ):
        save(alice, lunch, "Noon?", base=0)
        before = Draft.objects.values().get(), participation_of(alice, lunch).changed_at
        rung.clear()

        save(alice, lunch, "Noon?", base=base)

        assert (Draft.objects.values().get(), participation_of(alice, lunch).changed_at) == before
        assert rung == []

    @pytest.mark.parametrize("nothing", ["", " ", "\n\t", "\u200b", "\u3164"])
    def test_a_body_of_which_nothing_is_visible_discards_it(self, alice, lunch, nothing):
        say(alice, lunch)
        save(alice, lunch, "Noon?", base=0, reply_to=1)

        save(alice, lunch, nothing, base=1, reply_to=1)

        assert kept(alice, lunch) == (None, 2)
        assert list(Draft.objects.values_list("body", "reply_to")) == [("", None)]

    def test_it_is_not_discarded_unknowingly_either(self, alice, lunch):
        save(alice, lunch, "Noon?", base=0)

        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(alice, lunch, "", base=0)

    def test_to_discard_nothing_is_no_change(self, alice, lunch, rung):
        save(alice, lunch, "", base=0)

        assert kept(alice, lunch) == (None, 0)
        assert not Draft.objects.exists()
        assert rung == []

    def test_a_version_is_given_out_once(self, alice, lunch):
        """A device that was away while a draft was discarded does not take the next for its own."""
        save(alice, lunch, "Noon?", base=0)
        save(alice, lunch, "", base=1)
        save(alice, lunch, "One?", base=2)

        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(alice, lunch, "Noon or later?", base=1)

        assert kept(alice, lunch) == ("One?", 3)

    def test_each_conversation_and_each_person_has_a_draft(self, alice, bob, lunch):
        other = private(alice, bob)
        save(alice, lunch, "Noon?", base=0)
        save(alice, other, "Psst", base=0)
        save(bob, lunch, "One?", base=0)

        assert kept(alice, lunch) == ("Noon?", 1)
        assert kept(alice, other) == ("Psst", 1)
        assert kept(bob, lunch) == ("One?", 1)

    def test_a_draft_that_is_too_long_is_refused(self, alice, lunch, settings):
        settings.TALK = {**settings.TALK, "MAX_BODY_LENGTH": 5}
        save(alice, lunch, "12345", base=0)

        with refused(RefusalCode.BODY_TOO_LONG, "body"):
            save(alice, lunch, "123456", base=1)
        with refused(RefusalCode.BODY_TOO_LONG, "body"):
            save(alice, lunch, " " * 6, base=1)

        assert kept(alice, lunch) == ("12345", 1)

    @pytest.mark.parametrize("body", ["No\0on", "Noon \ud800"])
    def test_a_draft_that_can_not_be_stored_is_refused(self, alice, lunch, body):
        with refused(RefusalCode.INVALID_TEXT, "body"):
            save(alice, lunch, body, base=0)


class TestReplying:
    def test_a_draft_can_be_a_reply(self, alice, bob, lunch):
        say(bob, lunch)

        save(alice, lunch, "Hello, too", base=0, reply_to=1)

        assert participation_of(alice, lunch).draft.reply_to == 1

    def test_what_it_replies_to_is_a_part_of_it(self, alice, bob, lunch):
        say(bob, lunch)
        save(alice, lunch, "Hello, too", base=0)

        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(alice, lunch, "Hello, too", base=0, reply_to=1)
        save(alice, lunch, "Hello, too", base=1, reply_to=1)
        save(alice, lunch, "Hello, too", base=2)

        assert participation_of(alice, lunch).draft.reply_to is None

    @pytest.mark.parametrize("number", [-1, 0, 2, 2**63, 10**30])
    def test_it_is_to_a_message_that_is_there(self, alice, bob, lunch, number):
        say(bob, lunch)

        with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
            save(alice, lunch, "Hello, too", base=0, reply_to=number)

    def test_it_is_to_something_that_somebody_said(self, alice, lunch):
        participation_of(alice, lunch).rename("Dinner")

        with refused(RefusalCode.NOT_A_TEXT, "reply_to"):
            save(alice, lunch, "Why?", base=0, reply_to=1)

    def test_it_may_be_to_a_message_that_is_newer_than_what_was_read_of_the_conversation(
        self, alice, bob, lunch
    ):
        """Saving does not lock the conversation, and so does not read it again."""
        place = participation_of(alice, lunch)
        say(bob, lunch)

        place.save_draft("Hello, too", 1, base=0)

        assert place.draft.reply_to == 1

    def test_it_may_be_to_words_that_are_gone(self, alice, bob, erin, lunch):
        remove_message(say(bob, lunch), erin, "rude")

        save(alice, lunch, "What was that?", base=0, reply_to=1)

        assert participation_of(alice, lunch).draft.reply_to == 1
        message = participation_of(alice, lunch).send("What was that?", reply_to=1, draft=1)
        assert message.reply_to == 1

    def test_not_to_what_they_cleared(self, alice, bob, lunch):
        say(bob, lunch)
        participation_of(alice, lunch).clear()

        with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
            save(alice, lunch, "Hello, too", base=0, reply_to=1)

    def test_to_clear_the_conversation_leaves_the_draft_which_is_no_reply_any_more(
        self, alice, bob, lunch
    ):
        say(bob, lunch)
        save(alice, lunch, "Hello, too", base=0, reply_to=1)

        participation_of(alice, lunch).clear()

        place = participation_of(alice, lunch)
        assert (place.draft.body, place.draft.reply_to) == ("Hello, too", None)
        # As they see it, these are the same words.
        save(alice, lunch, "Hello, too", base=0)
        assert kept(alice, lunch) == ("Hello, too", 1)


class TestWhoKeepsOne:
    def test_people_who_left_or_were_removed_or_never_came_keep_none(
        self, alice, bob, carol, dave, erin, lunch, settings
    ):
        participation_of(bob, lunch).leave()
        participation_of(carol, lunch).remove(by=participation_of(alice, lunch))
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        participation_of(alice, lunch).invite([dave, erin])
        participation_of(erin, lunch).decline()

        for person in (bob, carol, dave, erin):
            with refused(RefusalCode.NOT_A_PARTICIPANT):
                save(person, lunch, "Hello", base=0)

        assert not Draft.objects.exists()

    def test_a_draft_goes_with_its_person(self, alice, bob, carol, lunch):
        for person in (bob, carol):
            save(person, lunch, "Hello", base=0)

        participation_of(bob, lunch).leave()
        participation_of(carol, lunch).remove(by=participation_of(alice, lunch))

        assert list(Draft.objects.values_list("body", "version")) == [("", 2), ("", 2)]
        assert kept(bob, lunch) == kept(carol, lunch) == (None, 2)

    def test_who_comes_back_finds_none_and_an_old_device_puts_none_back(self, alice, bob, lunch):
        save(bob, lunch, "Hello", base=0)
        participation_of(bob, lunch).leave()

        participation_of(bob, lunch).reinstate(by=participation_of(alice, lunch))

        assert kept(bob, lunch) == (None, 2)
        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(bob, lunch, "Hello, all", base=1)

    def test_those_who_may_not_write_now_can_keep_and_discard_one(self, alice, bob, erin, lunch):
        """They may write again one day, and until then it is nobody else's business."""
        suspend(participation_of(bob, lunch), erin, "rude")
        save(bob, lunch, "I am sorry", base=0)
        ours = private(alice, bob)
        Block.objects.block(alice, bob)
        save(bob, ours, "Why?", base=0)

        assert kept(bob, lunch) == ("I am sorry", 1)
        assert kept(bob, ours) == ("Why?", 1)
        save(bob, ours, "", base=1)
        assert kept(bob, ours) == (None, 2)

    def test_a_group_that_grows_from_a_private_conversation_begins_without_it(
        self, alice, bob, carol
    ):
        ours = private(alice, bob)
        save(alice, ours, "Only for Bob", base=0)

        both = participation_of(alice, ours).invite([carol])

        assert kept(alice, ours) == ("Only for Bob", 1)
        assert kept(alice, both) == (None, 0)


class TestSending:
    def test_a_draft_is_gone_with_the_message_that_it_became(self, alice, bob, lunch):
        say(bob, lunch)
        save(alice, lunch, "Hello, too", base=0, reply_to=1)

        participation_of(alice, lunch).send("Hello, too", reply_to=1, draft=1)

        assert kept(alice, lunch) == (None, 2)

    def test_the_sender_sees_that_at_once(self, alice, lunch):
        place = participation_of(alice, lunch)
        place.save_draft("Hello", base=0)

        place.send("Hello", draft=1)

        assert (place.draft, place.draft_version) == (None, 2)

    def test_a_sent_draft_does_not_come_back(self, alice, lunch):
        """The other device was saving what it had seen before."""
        save(alice, lunch, "Hell", base=0)
        participation_of(alice, lunch).send("Hello", draft=1)

        with refused(RefusalCode.DRAFT_CHANGED, "base"):
            save(alice, lunch, "Hello", base=1)

        assert kept(alice, lunch) == (None, 2)

    @pytest.mark.parametrize("sent", [-1, 0, 1, 3, 2**63, 10**30])
    def test_a_draft_that_is_newer_than_what_was_sent_stays(self, alice, lunch, sent):
        save(alice, lunch, "Hello", base=0)
        save(alice, lunch, "Hello, and more", base=1)

        participation_of(alice, lunch).send("Hello", draft=sent)

        assert kept(alice, lunch) == ("Hello, and more", 2)

    def test_a_message_that_was_no_draft_leaves_it(self, alice, lunch):
        save(alice, lunch, "Hello", base=0)

        participation_of(alice, lunch).send("Something else")

        assert kept(alice, lunch) == ("Hello", 1)

    def test_that_of_somebody_else_stays(self, alice, bob, lunch):
        save(alice, lunch, "Hello", base=0)
        save(bob, lunch, "Hello", base=0)

        participation_of(alice, lunch).send("Hello", draft=1)

        assert kept(bob, lunch) == ("Hello", 1)

    def test_a_message_that_is_refused_leaves_it(self, alice, lunch):
        save(alice, lunch, "Hello", base=0)

        with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
            participation_of(alice, lunch).send("Hello", reply_to=7, draft=1)

        assert kept(alice, lunch) == ("Hello", 1)

    def test_a_retry_sends_nothing_again_and_empties_nothing_newer(self, alice, lunch):
        save(alice, lunch, "Hello", base=0)
        client_id = uuid.uuid4()
        message = participation_of(alice, lunch).send("Hello", client_id, draft=1)
        save(alice, lunch, "Next", base=2)

        # Also one that says another version: it is no part of what makes a request the same.
        for version in (1, 3, None):
            again = participation_of(alice, lunch).send("Hello", client_id, draft=version)
            assert again == message

        assert kept(alice, lunch) == ("Next", 3)
        assert lunch.messages.count() == 1

    def test_that_of_a_private_conversation_is_gone_with_a_message_to_the_group_of_all(
        self, alice, bob, carol, rung
    ):
        ours = private(alice, bob)
        save(alice, ours, "Hello, both", base=0)
        rung.clear()

        message = participation_of(alice, ours).send("Hello, both", invite=[carol], draft=1)

        assert message.conversation != ours
        assert kept(alice, ours) == (None, 2)
        assert kept(alice, message.conversation) == (None, 0)
        assert rung == [alice.pk]

    def test_it_stays_there_too_if_it_is_newer(self, alice, bob, carol):
        ours = private(alice, bob)
        save(alice, ours, "Hello", base=0)
        save(alice, ours, "Only for Bob", base=1)

        message = participation_of(alice, ours).send("Hello, both", invite=[carol], draft=1)

        assert message.body == "Hello, both"
        assert kept(alice, ours) == ("Only for Bob", 2)

    def test_taking_people_into_a_group_with_it_empties_it_too(self, alice, dave, lunch):
        save(alice, lunch, "Hello, Dave", base=0)

        participation_of(alice, lunch).send("Hello, Dave", invite=[dave], draft=1)

        assert kept(alice, lunch) == (None, 2)


class TestWhoHears:
    def test_it_is_no_event_and_moves_no_inbox(self, alice, bob, lunch):
        later = private(alice, bob)
        say(alice, later)
        before = Conversation.objects.values().get(pk=lunch.pk)
        others = list(Participation.objects.exclude(user=alice).values())
        events = Event.objects.count()

        save(alice, lunch, "Hello", base=0)

        assert inbox(alice) == [later, lunch]
        assert Conversation.objects.values().get(pk=lunch.pk) == before
        assert list(Participation.objects.exclude(user=alice).values()) == others
        assert Event.objects.count() == events

    def test_only_the_inbox_streams_of_its_person_are_woken(self, alice, lunch, rung):
        before = participation_of(alice, lunch).changed_at

        save(alice, lunch, "Hello", base=0)
        save(alice, lunch, "", base=1)

        assert rung == [alice.pk, alice.pk]
        assert participation_of(alice, lunch).changed_at > before

    def test_each_save_has_a_later_time_whatever_the_clock_says(self, alice, lunch, monkeypatch):
        """Streams tell by it what they have shown."""
        ahead = timezone.now() + timedelta(seconds=20)
        Participation.objects.filter(user=alice).update(changed_at=ahead)

        save(alice, lunch, "Hello", base=0)

        assert participation_of(alice, lunch).changed_at > ahead


class TestKeeping:
    @pytest.fixture
    def old(self, alice, lunch, settings):
        """A draft from before the time for which words are kept."""
        say(alice, lunch)
        save(alice, lunch, "Hello", base=0, reply_to=1)
        Draft.objects.update(saved_at=timezone.now() - timedelta(days=31))
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}

    def test_drafts_are_words_that_are_not_kept_for_ever(self, alice, lunch, old):
        assert kept(alice, lunch) == (None, 1)

    @pytest.mark.parametrize("is_purged", [False, True])
    def test_the_same_words_can_be_saved_again(self, alice, lunch, old, is_purged):
        if is_purged:
            purge()

        save(alice, lunch, "Hello", base=1, reply_to=1)

        assert kept(alice, lunch) == ("Hello", 2)

    def test_purging_takes_the_words(self, alice, bob, lunch, old):
        save(bob, lunch, "New", base=0)
        ours = private(alice, bob)
        save(alice, ours, "Kept", base=0)
        Draft.objects.filter(body="Kept").update(saved_at=timezone.now() - timedelta(days=99))

        purge()

        assert set(Draft.objects.values_list("body", "reply_to", "version")) == {
            ("", None, 1),
            ("New", None, 1),
            ("Kept", None, 1),
        }

    def test_without_the_option_they_stay(self, alice, lunch, old, settings):
        settings.TALK = {**settings.TALK, "RETENTION": {}}

        purge()

        assert kept(alice, lunch) == ("Hello", 1)


class TestOnesData:
    @pytest.fixture
    def drafts(self, alice, bob, lunch):
        say(bob, lunch)
        save(alice, lunch, "Hello", base=0, reply_to=1)
        save(alice, private(alice, bob), "Psst", base=0)
        save(alice, private(alice, bob), "", base=1)
        save(bob, lunch, "Bob's words", base=0)

    def test_an_export_has_ones_drafts_and_no_others(self, alice, lunch, drafts):
        told = [each for each in export(alice) if each["type"] == "draft"]

        saved_at = participation_of(alice, lunch).draft.saved_at.isoformat()
        assert told == [
            {
                "type": "draft",
                "conversation": lunch.pk,
                "body": "Hello",
                "reply_to": 1,
                "saved_at": saved_at,
            }
        ]

    @pytest.mark.parametrize("keep_words", [True, False])
    def test_with_a_person_go_their_drafts_also_if_what_they_said_stays(
        self, alice, bob, lunch, drafts, keep_words
    ):
        assert (kept_of(alice)["drafts"], kept_of(bob)["drafts"]) == (1, 1)

        erase(alice, "She asked.", keep_words=keep_words)

        assert [each.body for each in Draft.objects.all()] == ["Bob's words"]
        assert "drafts" not in kept_of(alice)

    def test_and_with_the_account(self, alice, lunch, drafts):
        alice.delete()

        assert [each.body for each in Draft.objects.all()] == ["Bob's words"]

    def test_who_is_deactivated_finds_it_again(self, alice, lunch, drafts):
        alice.is_active = False
        alice.save()

        assert kept(alice, lunch) == ("Hello", 1)

    def test_a_draft_says_neither_words_nor_names_of_itself(self, drafts):
        """Staff who delete an account are shown it."""
        assert {str(each) for each in Draft.objects.all()} == {
            f"draft {each.pk}" for each in Draft.objects.all()
        }


def test_to_save_takes_few_queries_however_large_the_group(alice, bob, django_user_model):
    crowd = django_user_model.objects.bulk_create(
        django_user_model(username=f"person{number}") for number in range(30)
    )
    counts = []
    for conversation in (private(alice, bob), group(alice, *crowd)):
        save(alice, conversation, "Hello", base=0)
        place = participation_of(alice, conversation)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            place.save_draft("Hello, all", base=1)
        counts.append(len(queries))

    # Begin and commit, the rows of the participation and the draft, and an update of each.
    assert counts == [6, 6]
