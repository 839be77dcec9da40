"""Scheduled messages: they are sent at their time, once, or say why they were not."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from talk import bounded, timed
from talk.exceptions import RefusalCode
from talk.models import (
    Block,
    Conversation,
    Event,
    Mention,
    Message,
    Participation,
    ScheduledMention,
    ScheduledMessage,
    scheduled_message,
)
from talk.models.participation.scheduling import Scheduling
from talk.moderation import remove_message, suspend
from talk.privacy import erase, export, kept_of
from talk.purging import purge

from .acting import everything, group, participation_of, private, refused, say, visible

LATER = timedelta(hours=1)


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, title="Lunch")


def schedule(user, conversation, body="Hello", after=LATER, client_id=None, **given):
    """The client id with which it was scheduled."""
    client_id = client_id or uuid.uuid4()
    at = timezone.now() + after
    participation_of(user, conversation).schedule(body, at, client_id, **given)
    return client_id


def scheduled(user, conversation):
    """The words, and why they were not sent, as their person sees that."""
    rows = participation_of(user, conversation).scheduled_messages
    return [(row.body, row.refusal) for row in rows]


def pass_time():
    """Let the time of all that is scheduled come."""
    ScheduledMessage.objects.exclude(due_at=None).update(due_at=timezone.now())


def send_all():
    pass_time()
    return ScheduledMessage.objects.send_due()


class TestScheduling:
    def test_it_is_said_at_its_time_and_not_before(self, alice, bob, lunch):
        schedule(alice, lunch)

        assert ScheduledMessage.objects.send_due() == 0
        assert visible(bob, lunch) == []
        assert send_all() == 1
        assert visible(bob, lunch) == ["Hello"]
        assert scheduled(alice, lunch) == []
        assert send_all() == 0

    def test_it_is_a_message_as_any_other(self, alice, bob, lunch):
        client_id = schedule(alice, lunch, "  Hello ")

        send_all()

        message = Message.objects.get(kind="text")
        assert (message.sender, message.body, message.number) == (alice, "Hello", 1)
        assert message.client_id == client_id
        assert participation_of(bob, lunch).unread_count == 1
        assert Event.objects.filter(kind="message_sent", actor=alice).count() == 1
        # A device that asks to send it by itself has sent it already.
        assert participation_of(alice, lunch).send("Hello", client_id) == message

    def test_the_earliest_is_said_first(self, alice, bob, lunch):
        for minutes in (3, 1, 2):
            schedule(alice, lunch, f"{minutes}", timedelta(minutes=minutes))
        assert [body for body, _refusal in scheduled(alice, lunch)] == ["1", "2", "3"]
        ScheduledMessage.objects.update(due_at=timezone.now() - LATER)
        ScheduledMessage.objects.filter(body="2").update(due_at=timezone.now() - 2 * LATER)

        ScheduledMessage.objects.send_due()

        assert visible(bob, lunch) == ["2", "3", "1"]

    def test_many_of_one_person_hold_up_nobody_elses(self, alice, bob, lunch, monkeypatch):
        monkeypatch.setattr(scheduled_message, "BATCH", 3)
        for body in "123456":
            schedule(alice, lunch, body)
        schedule(bob, lunch, "of Bob")

        send_all()

        assert visible(alice, lunch) == ["1", "2", "of Bob", "3", "4", "5", "6"]

    def test_the_job_ends_though_there_is_more(self, alice, lunch, monkeypatch):
        monkeypatch.setattr(bounded, "MOST_SECONDS", -1.0)
        for body in "12":
            schedule(alice, lunch, body)

        assert [send_all() for _ in range(3)] == [1, 1, 0]

    def test_each_conversation_and_each_person_has_their_own(self, alice, bob, lunch):
        ours = private(alice, bob)
        schedule(alice, lunch, "for all")
        schedule(alice, ours, "for Bob")
        schedule(bob, lunch, "of Bob")

        assert scheduled(alice, lunch) == [("for all", "")]
        assert scheduled(alice, ours) == [("for Bob", "")]
        assert scheduled(bob, lunch) == [("of Bob", "")]

    def test_the_same_again_is_no_change(self, alice, bob, lunch, rung):
        say(bob, lunch)
        at, client_id = timezone.now() + LATER, uuid.uuid4()
        request = ("Hello", at, client_id, 1, [bob], False)
        row = participation_of(alice, lunch).schedule(*request)
        before = everything()
        rung.clear()

        assert participation_of(alice, lunch).schedule(*request) == row

        assert everything() == before
        assert rung == []

    @pytest.mark.parametrize(
        "other",
        [
            {"body": "Good evening"},
            {"after": 2 * LATER},
            {"reply_to": 1},
            {"mentions": []},
            {"mention_all": True},
        ],
    )
    def test_anything_else_with_the_same_client_id_is_refused(self, alice, bob, lunch, other):
        say(bob, lunch)
        client_id = schedule(alice, lunch)

        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            schedule(alice, lunch, client_id=client_id, **other)

    def test_what_was_sent_with_this_client_id_is_not_sent_again(self, alice, lunch):
        client_id = uuid.uuid4()
        participation_of(alice, lunch).send("Hello", client_id)

        with refused(RefusalCode.TOO_LATE, "client_id"):
            schedule(alice, lunch, client_id=client_id)
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            schedule(alice, lunch, "Good evening", client_id=client_id)

    @pytest.mark.parametrize("is_sent_by_hand", [False, True])
    def test_a_retry_is_known_although_less_is_left_of_it(
        self, alice, bob, carol, lunch, is_sent_by_hand
    ):
        say(bob, lunch)
        given = {"reply_to": 1, "mentions": [bob, carol]}
        client_id = schedule(alice, lunch, **given)
        if is_sent_by_hand:
            participation_of(alice, lunch).send("Hello", client_id, **given)
        participation_of(alice, lunch).clear()
        participation_of(carol, lunch).leave()

        send_all()

        with refused(RefusalCode.TOO_LATE, "client_id"):
            schedule(alice, lunch, client_id=client_id, **given)
        sent = Message.objects.get(sender=alice, client_id=client_id)
        assert participation_of(alice, lunch).send("Hello", client_id, **given) == sent
        assert scheduled(alice, lunch) == []

    def test_what_was_sent_by_hand_in_the_meantime_is_not_sent_again(self, alice, bob, lunch):
        client_id = schedule(alice, lunch)
        participation_of(alice, lunch).send("Hello", client_id)
        other = schedule(alice, lunch, "Other")
        participation_of(alice, lunch).send("Something else", other)

        send_all()

        assert visible(bob, lunch) == ["Hello", "Something else"]
        assert scheduled(alice, lunch) == [("Other", "CLIENT_ID_REUSED")]

    @pytest.mark.parametrize("after", [timedelta(seconds=-59), timedelta(0), timedelta(days=365)])
    def test_it_may_be_for_now_and_for_a_year_from_now(self, alice, lunch, after):
        schedule(alice, lunch, after=after)

        assert scheduled(alice, lunch) == [("Hello", "")]

    @pytest.mark.parametrize(
        "after", [timedelta(seconds=-61), timedelta(days=-400), timedelta(days=367)]
    )
    def test_not_for_the_past_nor_for_later(self, alice, lunch, after):
        with refused(RefusalCode.INVALID_TIME, "at"):
            schedule(alice, lunch, after=after)

    def test_there_are_at_most_fifty_in_a_conversation(self, alice, bob, lunch):
        first, *_others = [schedule(alice, lunch, f"{number}") for number in range(50)]

        with refused(RefusalCode.TOO_MANY_SCHEDULED):
            schedule(alice, lunch, "one more")

        schedule(alice, private(alice, bob))
        schedule(bob, lunch)
        participation_of(alice, lunch).cancel_scheduled(first)
        schedule(alice, lunch, "one more")

    @pytest.mark.parametrize("body", ["", " ", "\u200b"])
    def test_nothing_can_not_be_said_later(self, alice, lunch, body):
        with refused(RefusalCode.EMPTY_BODY, "body"):
            schedule(alice, lunch, body)

    def test_what_is_too_long_or_can_not_be_stored_is_refused(self, alice, lunch, settings):
        with refused(RefusalCode.INVALID_TEXT, "body"):
            schedule(alice, lunch, "Hell\0")
        settings.TALK = {**settings.TALK, "MAX_BODY_LENGTH": 5}
        with refused(RefusalCode.BODY_TOO_LONG, "body"):
            schedule(alice, lunch, "123456")


class TestReferring:
    def test_it_can_be_a_reply_and_mention_people(self, alice, bob, carol, lunch):
        say(bob, lunch)
        schedule(alice, lunch, reply_to=1, mentions=[carol.pk, alice], mention_all=True)

        send_all()

        message = Message.objects.get(number=2)
        assert (message.reply_to, message.mentions_all) == (1, True)
        mentions = Mention.objects.values_list("user", "by_reply")
        assert set(mentions) == {(carol.pk, False), (bob.pk, True)}
        assert not ScheduledMention.objects.exists()

    def test_a_reply_may_mention_nobody(self, alice, bob, lunch):
        say(bob, lunch)
        schedule(alice, lunch, reply_to=1, mentions=[])
        schedule(alice, lunch, "And", 2 * LATER, reply_to=1)

        send_all()

        assert [each.message.body for each in Mention.objects.all()] == ["And"]

    def test_whom_it_mentions_can_be_read(self, alice, bob, carol, lunch):
        schedule(alice, lunch, mentions=[carol, bob])
        schedule(alice, lunch)
        first, second = participation_of(alice, lunch).scheduled_messages

        found = ScheduledMention.objects.users_of([first, second])

        assert found == {first.pk: [carol, bob], second.pk: []}

    @pytest.mark.parametrize("number", [-1, 0, 2, 2**63, 10**30])
    def test_it_replies_to_a_message_that_is_there(self, alice, bob, lunch, number):
        say(bob, lunch)

        with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
            schedule(alice, lunch, reply_to=number)

    def test_it_replies_to_something_that_somebody_said(self, alice, lunch):
        participation_of(alice, lunch).rename("Dinner")

        with refused(RefusalCode.NOT_A_TEXT, "reply_to"):
            schedule(alice, lunch, reply_to=1)

    def test_it_mentions_members(self, alice, dave, lunch):
        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            schedule(alice, lunch, mentions=[dave])
        with refused(RefusalCode.TOO_MANY_MENTIONS, "mentions"):
            schedule(alice, lunch, mentions=range(10_000, 10_051))

    def test_who_left_in_the_meantime_is_not_mentioned(self, alice, bob, carol, lunch):
        schedule(alice, lunch, mentions=[bob, carol])
        participation_of(carol, lunch).leave()

        send_all()

        assert visible(bob, lunch) == ["Hello"]
        assert [each.user for each in Mention.objects.all()] == [bob]

    def test_a_reply_to_words_that_went_is_said(self, alice, bob, erin, lunch):
        message = say(bob, lunch)
        schedule(alice, lunch, "What was that?", reply_to=1)
        remove_message(message, erin, "rude")

        send_all()

        assert visible(alice, lunch)[-1] == "What was that?"

    def test_it_is_no_reply_any_more_to_what_its_person_cleared(self, alice, bob, lunch):
        say(bob, lunch)
        schedule(alice, lunch, reply_to=1)

        participation_of(alice, lunch).clear()

        (row,) = participation_of(alice, lunch).scheduled_messages
        assert row.reply_to is None
        send_all()
        assert Message.objects.get(number=2).reply_to is None


class TestCancelling:
    def test_a_cancelled_message_is_not_sent(self, alice, bob, lunch):
        client_id = schedule(alice, lunch, mentions=[bob])
        schedule(alice, lunch, "This one is")

        participation_of(alice, lunch).cancel_scheduled(client_id)

        send_all()
        assert visible(bob, lunch) == ["This one is"]

    def test_to_cancel_nothing_is_no_change(self, alice, bob, lunch, rung):
        ours = private(alice, bob)
        client_id = schedule(bob, lunch)
        before = everything()
        rung.clear()

        participation_of(alice, lunch).cancel_scheduled(client_id)
        participation_of(bob, ours).cancel_scheduled(client_id)
        participation_of(bob, lunch).cancel_scheduled(uuid.uuid4())

        assert scheduled(bob, lunch) == [("Hello", "")]
        assert everything() == before
        assert rung == []

    def test_what_was_sent_is_not_cancelled(self, alice, lunch):
        client_id = schedule(alice, lunch)
        send_all()

        with refused(RefusalCode.TOO_LATE, "client_id"):
            participation_of(alice, lunch).cancel_scheduled(client_id)

    def test_those_who_may_not_write_now_can_cancel(self, alice, erin, lunch):
        client_id = schedule(alice, lunch)
        suspend(participation_of(alice, lunch), erin, "rude")

        participation_of(alice, lunch).cancel_scheduled(client_id)

        assert scheduled(alice, lunch) == []


class TestRefusing:
    def test_nobody_schedules_what_they_may_not_send(self, alice, bob, dave, erin, lunch):
        ours = private(alice, bob)
        Block.objects.block(alice, bob)
        suspend(participation_of(bob, lunch), erin, "rude")
        with refused(RefusalCode.NOT_REACHABLE):
            schedule(bob, ours)
        with refused(RefusalCode.SUSPENDED):
            schedule(bob, lunch)
        participation_of(bob, lunch).leave()
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            schedule(bob, lunch)
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            participation_of(bob, lunch).cancel_scheduled(uuid.uuid4())

    def test_why_it_was_not_sent_is_kept_until_it_is_cancelled(self, alice, bob, erin, lunch, rung):
        client_id = schedule(bob, lunch)
        suspend(participation_of(bob, lunch), erin, "rude")
        rung.clear()

        assert send_all() == 1

        assert scheduled(bob, lunch) == [("Hello", "SUSPENDED")]
        assert visible(alice, lunch) == []
        assert rung == [bob.pk]
        assert send_all() == 0
        participation_of(bob, lunch).cancel_scheduled(client_id)
        assert scheduled(bob, lunch) == []

    def test_a_block_refuses_it(self, alice, bob):
        ours = private(alice, bob)
        schedule(bob, ours)
        Block.objects.block(alice, bob)

        send_all()

        assert scheduled(bob, ours) == [("Hello", "NOT_REACHABLE")]

    def test_a_deactivated_account_says_nothing(self, alice, bob, lunch):
        schedule(bob, lunch)
        bob.is_active = False
        bob.save()

        assert send_all() == 1

        assert scheduled(bob, lunch) == [("Hello", "UNKNOWN_USER")]
        assert visible(alice, lunch) == []

    def test_one_that_fails_does_not_hold_up_the_others(
        self, alice, bob, lunch, monkeypatch, caplog
    ):
        schedule(alice, lunch, "This fails")
        schedule(bob, lunch, "This does not")
        write_message = Scheduling.write_message

        def fail(self, body, *given):
            if body == "This fails":
                raise DatabaseError("no")
            return write_message(self, body, *given)

        monkeypatch.setattr(Scheduling, "write_message", fail)

        assert send_all() == 1
        assert visible(bob, lunch) == ["This does not"]
        assert "This fails" not in caplog.text
        (waiting,) = ScheduledMessage.objects.all()
        assert (waiting.refusal, waiting.due_at > timezone.now()) == ("", True)
        monkeypatch.undo()
        assert send_all() == 1
        assert visible(bob, lunch) == ["This does not", "This fails"]

    def test_while_the_database_takes_nothing_the_job_fails_and_is_tried_again(
        self, alice, bob, lunch, monkeypatch
    ):
        schedule(alice, lunch)
        pass_time()

        def fail(*_given, **_columns):
            raise DatabaseError("no")

        with monkeypatch.context() as patch:
            patch.setattr(Scheduling, "write_message", fail)
            patch.setattr(type(ScheduledMessage.objects.all()), "update", fail)
            with pytest.raises(DatabaseError):
                ScheduledMessage.objects.send_due()

        assert ScheduledMessage.objects.send_due() == 1
        assert visible(bob, lunch) == ["Hello"]


class TestGoing:
    def test_it_goes_with_its_person(self, alice, bob, carol, lunch):
        for person in (bob, carol):
            schedule(person, lunch, mentions=[alice])

        participation_of(bob, lunch).leave()
        participation_of(carol, lunch).remove(by=participation_of(alice, lunch))

        assert not ScheduledMessage.objects.exists()
        participation_of(bob, lunch).reinstate(by=participation_of(alice, lunch))
        assert scheduled(bob, lunch) == []

    def test_a_group_that_grows_from_a_private_conversation_begins_without_it(
        self, alice, bob, carol
    ):
        ours = private(alice, bob)
        schedule(alice, ours, "Only for Bob")

        both = participation_of(alice, ours).invite([carol])
        send_all()

        assert visible(bob, ours) == ["Only for Bob"]
        assert visible(bob, both) == []


class TestWhoHears:
    def test_it_is_no_event_and_moves_no_inbox(self, alice, lunch, rung):
        before = Conversation.objects.values().get(pk=lunch.pk)
        others = list(Participation.objects.exclude(user=alice).values())
        events = Event.objects.count()

        client_id = schedule(alice, lunch)
        participation_of(alice, lunch).cancel_scheduled(client_id)

        assert rung == [alice.pk, alice.pk]
        assert Conversation.objects.values().get(pk=lunch.pk) == before
        assert list(Participation.objects.exclude(user=alice).values()) == others
        assert Event.objects.count() == events

    def test_each_change_has_a_later_time_whatever_the_clock_says(self, alice, lunch):
        """Streams tell by it what they have shown."""
        times = [timezone.now() + timedelta(seconds=20)]
        Participation.objects.filter(user=alice).update(changed_at=times[0])
        client_id = uuid.uuid4()

        for change in (
            lambda: schedule(alice, lunch, client_id=client_id),
            lambda: participation_of(alice, lunch).cancel_scheduled(client_id),
            lambda: schedule(alice, lunch),
            send_all,
        ):
            change()
            times.append(participation_of(alice, lunch).changed_at)

        assert times == sorted(set(times))

    def test_it_is_sent_every_few_seconds(self, alice, bob, lunch):
        (job,) = [each for each in timed.registered() if each.name == "send scheduled messages"]

        schedule(alice, lunch)
        pass_time()
        assert job.run() == 1
        assert visible(bob, lunch) == ["Hello"]
        assert job.every <= timedelta(seconds=5)


class TestKeeping:
    @pytest.fixture
    def old(self, alice, erin, lunch, settings):
        """A message that was refused before the time for which words are kept."""
        schedule(alice, lunch, "old", mentions=[])
        suspend(participation_of(alice, lunch), erin, "rude")
        send_all()
        ScheduledMessage.objects.update(at=timezone.now() - timedelta(days=31))
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}

    def test_words_that_were_refused_are_not_kept_for_ever(self, alice, bob, lunch, old):
        schedule(bob, lunch, "late")
        ScheduledMessage.objects.filter(body="late").update(at=timezone.now() - timedelta(days=31))
        ours = private(alice, bob)
        schedule(bob, ours, "kept")
        Block.objects.block(alice, bob)
        send_all()
        ScheduledMessage.objects.filter(body="kept").update(at=timezone.now() - timedelta(days=99))
        assert scheduled(alice, lunch) == []

        purge()

        assert [each.body for each in ScheduledMessage.objects.all()] == ["kept"]
        assert visible(alice, lunch) == ["late"]

    def test_without_the_option_they_stay(self, alice, lunch, old, settings):
        settings.TALK = {**settings.TALK, "RETENTION": {}}

        purge()

        assert scheduled(alice, lunch) == [("old", "SUSPENDED")]


class TestOnesData:
    @pytest.fixture
    def both(self, alice, bob, carol, lunch):
        say(bob, lunch)
        schedule(alice, lunch, reply_to=1, mentions=[bob, carol])
        schedule(bob, lunch, "Bob's words", mentions=[alice])

    def test_an_export_has_ones_own_and_no_others(self, alice, bob, carol, lunch, both):
        row = ScheduledMessage.objects.get(body="Hello")

        told = [each for each in export(alice) if each["type"].startswith("scheduled")]

        client_id = str(row.client_id)
        assert told == [
            {
                "type": "scheduled_message",
                "conversation": lunch.pk,
                "client_id": client_id,
                "body": "Hello",
                "reply_to": 1,
                "mentions_all": False,
                "at": row.at.isoformat(),
                "refusal": "",
            },
            *(
                {"type": "scheduled_mention", "client_id": client_id, "user": each.pk}
                for each in (bob, carol)
            ),
        ]

    @pytest.mark.parametrize("keep_words", [False, True])
    def test_who_is_erased_says_nothing_later_and_is_mentioned_by_nobody(
        self, alice, bob, lunch, both, keep_words
    ):
        assert kept_of(bob)["scheduled messages"] == 1
        assert kept_of(bob)["mentions in scheduled messages"] == 1

        erase(bob, "He asked.", keep_words=keep_words)

        assert kept_of(bob) == {}
        (row,) = ScheduledMessage.objects.all()
        assert scheduled(alice, lunch) == [("Hello", "")]
        assert [each.user.username for each in ScheduledMention.objects.all()] == ["carol"]
        assert str(row) == f"scheduled message {row.pk}"
        send_all()
        assert visible(alice, lunch)[-1] == "Hello"

    def test_a_deleted_account_says_nothing_later_and_is_mentioned_by_nobody(
        self, alice, bob, lunch, both
    ):
        bob.delete()

        assert scheduled(alice, lunch) == [("Hello", "")]
        assert ScheduledMessage.objects.count() == ScheduledMention.objects.count() == 1
        assert str(ScheduledMention.objects.get()).startswith("mention in a scheduled message ")
        send_all()
        assert visible(alice, lunch)[-1] == "Hello"
