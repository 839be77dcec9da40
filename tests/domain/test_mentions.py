"""Mentions: who can be mentioned, who is told, and what counts as an unread mention."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.models import Block, Conversation, Edit, Event, Mention, Message, Participation
from talk.models.mention import MOST_MENTIONS
from talk.models.participation.history import present_at
from talk.moderation import remove_message as moderate
from talk.policy import Policy
from talk.privacy import erase, export

from .acting import crowd, group, hired, participation_of, private, refused, say

pytestmark = pytest.mark.django_db


def mention(sender, conversation, *people, body="Look!", **more):
    return participation_of(sender, conversation).send(body, mentions=people, **more)


def mentioned(message):
    """The names of the people whom a message mentions now, in order."""
    message = Message.objects.get(pk=message.pk)
    users = Mention.objects.users_of([message]).get(message.pk, [])
    return [user.username for user in users]


def unread(user, conversation):
    return participation_of(user, conversation).unread_mention_count


def listed(user, most=100):
    """The texts of the newest messages that mention `user`, as their list has them."""
    found = Mention.objects.newest_question(user, most).ask()
    return [mention.message.body for mention in found]


@pytest.fixture
def there(alice, bob, carol):
    return group(alice, bob, carol)


class TestWhomAMessageMentions:
    def test_people_who_take_part_in_the_order_in_which_they_are_given(
        self, there, alice, bob, carol
    ):
        message = mention(alice, there, carol, bob)

        assert mentioned(message) == ["carol", "bob"]
        assert not message.mentions_all

    def test_by_their_keys_as_well(self, there, alice, bob, carol):
        assert mentioned(mention(alice, there, carol.pk, bob)) == ["carol", "bob"]

    def test_the_body_stays_what_was_typed_and_is_searched_for_no_names(self, there, alice):
        message = mention(alice, there, body="@bob @everyone <@2>")

        assert message.body == "@bob @everyone <@2>"
        assert mentioned(message) == []
        assert not Message.objects.get(pk=message.pk).mentions_all

    def test_duplicates_once(self, there, alice, bob):
        assert mentioned(mention(alice, there, bob, bob, bob.pk)) == ["bob"]

    def test_oneself_is_left_out_without_a_word(self, there, alice, bob):
        assert mentioned(mention(alice, there, alice, bob)) == ["bob"]

    def test_at_most_fifty_people(self, alice, bob):
        people = crowd(MOST_MENTIONS + 1)
        there = group(alice, bob, *people)

        with refused(RefusalCode.TOO_MANY_MENTIONS, "mentions"):
            mention(alice, there, *people)
        # Neither duplicates nor oneself count.
        message = mention(alice, there, *people[1:], people[1], alice)
        assert len(mentioned(message)) == MOST_MENTIONS == 50

    @pytest.mark.parametrize(
        "who", ["stranger", "left", "removed", "invited", "unknown", "unsaved"]
    )
    def test_who_does_not_take_part_is_not_mentioned_and_nothing_is_sent(
        self, there, alice, bob, carol, dave, settings, who
    ):
        """The refusal does not tell whether there is such a user."""
        someone = {"unknown": 123_456, "unsaved": type(dave)()}.get(who, dave)
        if who in ("left", "removed"):
            there.add_participants([dave])
            place = participation_of(dave, there)
            place.leave() if who == "left" else place.remove(by=participation_of(alice, there))
        if who == "invited":
            settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
            participation_of(alice, there).invite([dave])

        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            mention(alice, there, bob, someone)

    def test_a_member_of_another_conversation_is_a_stranger_here(self, there, alice, dave):
        group(alice, dave)

        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            mention(alice, there, dave)

    def test_a_new_conversation_of_people_is_not_started_if_one_of_the_mentioned_is_not_in_it(
        self, alice, bob, carol, dave
    ):
        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            Message.send_to_users("Hello", alice, [bob, carol], mentions=[dave])
        message = Message.send_to_users("Hello", alice, [bob, carol], mentions=[carol])

        assert mentioned(message) == ["carol"]

    def test_people_who_are_taken_in_with_the_message_can_be_mentioned(
        self, there, alice, dave, erin
    ):
        message = mention(alice, there, dave, invite=[dave])
        assert mentioned(message) == ["dave"]

        of_both = private(alice, dave)
        upgraded = mention(alice, of_both, dave, erin, invite=[erin])
        assert mentioned(upgraded) == ["dave", "erin"]
        assert upgraded.conversation != of_both

    def test_people_who_are_only_invited_with_the_message_can_not(
        self, there, alice, dave, settings
    ):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}

        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            mention(alice, there, dave, invite=[dave])

    def test_a_person_who_blocked_the_sender_is_mentioned_and_not_told(
        self, there, alice, bob, carol
    ):
        Block.objects.block(bob, alice)

        message = mention(alice, there, bob, carol)

        assert mentioned(message) == ["bob", "carol"]
        assert (unread(bob, there), unread(carol, there)) == (0, 1)
        assert (listed(bob), listed(carol)) == ([], ["Look!"])
        Block.objects.unblock(bob, alice)
        assert (unread(bob, there), listed(bob)) == (1, ["Look!"])

    def test_a_retry_mentions_nobody_again(self, there, alice, bob, carol):
        key = uuid.uuid4()
        first = mention(alice, there, bob, carol, client_id=key)

        assert mention(alice, there, carol, bob, client_id=key) == first
        assert Mention.objects.count() == 2
        with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
            mention(alice, there, bob, client_id=key)

    @pytest.mark.parametrize("way", ["left", "suspended"])
    def test_who_may_not_write_mentions_nobody(self, there, alice, bob, carol, way):
        place = participation_of(bob, there)
        place.leave() if way == "left" else place.suspend()
        code = RefusalCode.NOT_A_PARTICIPANT if way == "left" else RefusalCode.SUSPENDED

        with refused(code):
            mention(bob, there, carol, 123_456)


class TestMentioningEverybody:
    def test_it_reaches_who_takes_part_at_that_moment(self, there, alice, bob, carol, dave):
        message = mention(alice, there, mention_all=True)
        there.add_participants([dave])

        assert message.mentions_all
        assert Message.objects.get(pk=message.pk).mentions_all
        assert not Mention.objects.exists(), "one column, however many people"
        assert [unread(each, there) for each in (alice, bob, carol, dave)] == [0, 1, 1, 0]

    def test_a_person_who_comes_back_later_was_not_there(self, there, alice, bob):
        say(alice, there)
        participation_of(bob, there).leave()
        mention(alice, there, mention_all=True)
        participation_of(bob, there).reinstate(by=participation_of(alice, there))

        assert participation_of(bob, there).unread_count == 2
        assert unread(bob, there) == 0

    def test_who_was_there_is_told_for_each_conversation_by_itself(self, there, alice, bob):
        elsewhere, place = group(alice, bob), participation_of(bob, there)
        place.leave()
        messages = [mention(alice, each, mention_all=True) for each in (there, elsewhere)]
        place.reinstate()

        found = present_at(messages, Participation.objects.filter(user=bob))

        assert [found[each.pk] for each in messages] == [frozenset(), {bob.pk}]

    def test_a_person_who_leaves_and_comes_back_was_there(self, there, alice, bob):
        mention(alice, there, mention_all=True)
        participation_of(bob, there).leave()
        participation_of(bob, there).reinstate(by=participation_of(alice, there))

        assert unread(bob, there) == 1

    def test_a_person_who_is_also_mentioned_by_name_counts_it_once(self, there, alice, bob):
        mention(alice, there, bob, mention_all=True)

        assert unread(bob, there) == 1

    def test_a_person_who_blocked_the_sender_is_not_told(self, there, alice, bob, carol):
        Block.objects.block(bob, alice)
        mention(alice, there, mention_all=True)

        assert (unread(bob, there), unread(carol, there)) == (0, 1)

    def test_members_may_in_groups_of_up_to_a_hundred_people(self, alice, bob, dave):
        there = group(alice, bob, *crowd(98))
        mention(bob, there, mention_all=True)
        there.add_participants([dave])

        with refused(RefusalCode.NOT_ALLOWED, "mention_all"):
            mention(bob, there, mention_all=True)
        participation_of(bob, there).change_role("admin", by=participation_of(alice, there))
        mention(bob, there, mention_all=True)
        mention(alice, there, mention_all=True)

    def test_people_who_left_or_are_invited_are_no_people_here(self, alice, bob, carol, settings):
        there = group(alice, bob, carol, *crowd(98))
        with refused(RefusalCode.NOT_ALLOWED, "mention_all"):
            mention(bob, there, mention_all=True)
        participation_of(carol, there).leave()

        mention(bob, there, mention_all=True)

    def test_in_a_private_conversation_both_may(self, alice, bob):
        there = private(alice, bob)
        mention(bob, there, mention_all=True)

        assert (unread(alice, there), unread(bob, there)) == (1, 0)

    def test_a_project_can_decide_it(self, there, alice, bob, settings):
        settings.TALK = {**settings.TALK, "POLICY": f"{__name__}.OnlyOwners"}

        with refused(RefusalCode.NOT_ALLOWED, "mention_all"):
            mention(bob, there, mention_all=True)
        mention(alice, there, mention_all=True)


class OnlyOwners(Policy):
    def may_mention_all(self, member, people):
        return member.role == "owner" and people == 3


class TestReplies:
    def test_who_replies_mentions_the_author(self, there, alice, bob):
        said = say(bob, there)
        reply = participation_of(alice, there).send("Yes", reply_to=said.number)

        assert mentioned(reply) == ["bob"]
        assert Mention.objects.get().by_reply
        assert unread(bob, there) == 1

    def test_and_those_whom_they_name(self, there, alice, bob, carol):
        said = say(bob, there)
        another = mention(alice, there, carol, reply_to=said.number)
        both = mention(alice, there, carol, bob, reply_to=said.number)

        assert (mentioned(another), mentioned(both)) == (["bob", "carol"], ["carol", "bob"])
        by_reply = Mention.objects.filter(by_reply=True).order_by("pk")
        assert [(each.user, each.message) for each in by_reply] == [(bob, another), (bob, both)]

    def test_the_author_stays_mentioned_whatever_an_edit_names(self, there, alice, bob, carol):
        said = say(bob, there)
        reply = mention(alice, there, carol, bob, reply_to=said.number)
        participation_of(alice, there).edit(reply, "Yes!", mentions=[])

        assert mentioned(reply) == ["bob"]

    def test_unless_they_say_that_they_mention_nobody(self, there, alice, bob):
        said = say(bob, there)
        nobody = participation_of(alice, there).send("Yes", reply_to=said.number, mentions=[])

        assert mentioned(nobody) == []

    def test_not_an_author_who_does_not_take_part_any_more(self, there, alice, bob):
        said = say(bob, there)
        participation_of(bob, there).leave()
        reply = participation_of(alice, there).send("Yes", reply_to=said.number)

        assert mentioned(reply) == []

    def test_not_oneself_and_not_the_project(self, there, alice):
        own, announced = say(alice, there), there.announce("News")
        for said in (own, announced):
            reply = participation_of(alice, there).send("Yes", reply_to=said.number)
            assert mentioned(reply) == []

    def test_a_reply_out_of_range_is_refused_and_mentions_nobody(self, there, alice):
        for number in (0, 7, 2**63, 2**200, -1):
            with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
                participation_of(alice, there).send("Yes", reply_to=number)


class TestEditing:
    def test_a_list_replaces_who_is_mentioned_and_without_one_they_stay(
        self, there, alice, bob, carol
    ):
        message, place = mention(alice, there, bob), participation_of(alice, there)

        place.edit(message, "Look again!")
        assert mentioned(message) == ["bob"]
        place.edit(message, "Look, Carol!", mentions=[carol])
        assert mentioned(message) == ["carol"]
        place.edit(message, "Look, whoever!", mentions=[])
        assert mentioned(message) == []

    def test_what_it_adds_is_told_to_who_is_new(self, there, alice, bob, carol):
        message = mention(alice, there, bob)
        before = changed_at(there)
        say(alice, there, "later")
        between = changed_at(there)

        participation_of(alice, there).edit(message, "Look!", mentions=[bob, carol])

        after = changed_at(there)
        assert before != between
        assert after["carol"] > between["carol"], "her inbox shows another row"
        assert after["bob"] == between["bob"], "nothing is new for him"
        assert unread(carol, there) == 1

    def test_also_if_they_have_read_the_message_already(self, there, alice, bob):
        message = say(alice, there)
        say(alice, there)
        participation_of(bob, there).read()
        before = changed_at(there)

        participation_of(alice, there).edit(message, "Look!", mentions=[bob])

        assert changed_at(there)["bob"] > before["bob"]
        assert unread(bob, there) == 0, "an edit makes nothing unread"
        assert listed(bob) == ["Look!"]

    def test_what_it_takes_out_counts_no_more(self, there, alice, bob):
        message = mention(alice, there, bob)
        say(alice, there)
        before = changed_at(there)

        participation_of(alice, there).edit(message, "Look!", mentions=[])

        assert (unread(bob, there), listed(bob)) == (0, [])
        assert changed_at(there)["bob"] > before["bob"]

    def test_out_and_in_again_is_the_same_mention(self, there, alice, bob, carol):
        """Nobody is told of it twice: who tells people does so once for each row."""
        message, place = mention(alice, there, bob, carol), participation_of(alice, there)
        row = Mention.objects.get(user=bob)
        say(alice, there)

        place.edit(message, "Look!", mentions=[carol])
        place.edit(message, "Look!", mentions=[carol, bob])

        again = Mention.objects.get(user=bob)
        assert (again.pk, again.taken_out) == (row.pk, False)
        assert (mentioned(message), unread(bob, there)) == (["bob", "carol"], 1)

    def test_back_in_it_counts_again_and_their_inbox_is_told(self, there, alice, bob):
        message, place = mention(alice, there, bob), participation_of(alice, there)
        say(alice, there)
        place.edit(message, "Look!", mentions=[])
        before = changed_at(there)

        place.edit(message, "Look!", mentions=[bob])

        assert unread(bob, there) == 1
        assert changed_at(there)["bob"] > before["bob"]

    def test_a_mention_that_was_read_comes_back_without_a_move(self, there, alice, bob):
        message, place = mention(alice, there, bob), participation_of(alice, there)
        say(alice, there)
        participation_of(bob, there).read()
        before = changed_at(there)

        place.edit(message, "Look!", mentions=[])
        place.edit(message, "Look!", mentions=[bob])

        assert changed_at(there)["bob"] == before["bob"]

    def test_the_author_of_the_message_that_it_replies_to_stays(self, there, alice, bob, carol):
        said, place = say(bob, there), participation_of(alice, there)
        reply = place.send("Yes", reply_to=said.number)

        place.edit(reply, "Yes!", mentions=[])
        assert mentioned(reply) == ["bob"]
        place.edit(reply, "Yes!!", mentions=[carol, bob])
        assert mentioned(reply) == ["bob", "carol"]
        place.edit(reply, "Yes!!!", mentions=[])
        assert mentioned(reply) == ["bob"]

    def test_changed_mentions_with_the_same_words_are_a_change(self, there, alice, bob):
        """It has a time like any edit, since who left before is not shown it. It has no earlier
        text, since the text is the same."""
        message, place = say(alice, there), participation_of(alice, there)
        before = there_now(there).revision

        place.edit(message, message.body, mentions=[bob])

        assert [event.kind for event in events_after(there, before)] == ["message_edited"]
        assert Message.objects.get(pk=message.pk).edited_at is not None
        assert Message.objects.get(pk=message.pk).revision == before + 1
        assert not Edit.objects.exists()

    @pytest.mark.parametrize("again", ["the same", "in another order", "with oneself", "not said"])
    def test_the_same_words_and_mentions_are_no_change(self, there, alice, bob, carol, again):
        message, place = mention(alice, there, bob, carol), participation_of(alice, there)
        lists = {
            "the same": [bob, carol],
            "in another order": [carol, bob, bob],
            "with oneself": [bob, alice, carol],
            "not said": None,
        }
        before = there_now(there).revision

        place.edit(message, message.body, mentions=lists[again])

        assert there_now(there).revision == before
        assert Message.objects.get(pk=message.pk).edited_at is None

    def test_people_who_do_not_take_part_are_not_added(self, there, alice, bob, dave):
        message = mention(alice, there, bob)

        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            participation_of(alice, there).edit(message, "Look!", mentions=[bob, dave])
        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            participation_of(alice, there).edit(message, "Look!", mentions=[123_456])

    def test_people_who_left_meanwhile_can_stay_and_can_not_come_back(self, there, alice, bob):
        """They were told when they took part. Nothing new is told."""
        message, place = mention(alice, there, bob), participation_of(alice, there)
        participation_of(bob, there).leave()

        place.edit(message, "Look there!", mentions=[bob])
        assert mentioned(message) == ["bob"]
        place.edit(message, "Look!", mentions=[])
        with refused(RefusalCode.NOT_A_MEMBER, "mentions"):
            place.edit(message, "Look!", mentions=[bob])

    def test_at_most_fifty_people_again(self, alice, bob):
        people = crowd(MOST_MENTIONS + 1)
        there = group(alice, bob, *people)
        message = say(alice, there)

        with refused(RefusalCode.TOO_MANY_MENTIONS, "mentions"):
            participation_of(alice, there).edit(message, "Look!", mentions=people)
        participation_of(alice, there).edit(message, "Look!", mentions=people[1:])
        assert len(mentioned(message)) == 50

    def test_another_person_changes_no_mentions(self, there, alice, bob, carol):
        message = mention(alice, there, bob)

        with refused(RefusalCode.NOT_YOURS, "message"):
            participation_of(bob, there).edit(message, "Look!", mentions=[carol])


class TestWhatCounts:
    def test_unread_mentions_up_to_a_hundred(self, there, alice, bob, carol):
        place = participation_of(alice, there)
        with there.changing(alice) as change:
            messages = [change.write_message(place, f"{n}") for n in range(120)]
        for message in messages:
            message.refresh_from_db()
        Mention.objects.bulk_create(
            Mention(message=each, conversation=there, number=each.number, user=bob)
            for each in messages
        )
        Message.objects.filter(number__gt=60).update(mentions_all=True)
        Participation.objects.exclude(user=alice).update(first_unread_number=1)

        assert (unread(bob, there), unread(carol, there)) == (100, 60)
        participation_of(bob, there).read(50)
        assert unread(bob, there) == 70

    def test_not_what_was_read(self, there, alice, bob):
        first, second = mention(alice, there, bob), mention(alice, there, bob)
        assert unread(bob, there) == 2
        participation_of(bob, there).read(first.number)
        assert unread(bob, there) == 1
        participation_of(bob, there).read(second.number)
        assert unread(bob, there) == 0

    def test_an_unread_message_that_mentions_others_does_not_count(self, there, alice, bob, carol):
        mention(alice, there, carol)

        assert participation_of(bob, there).unread_count == 1
        assert unread(bob, there) == 0

    @pytest.mark.parametrize("to_all", [True, False])
    def test_not_what_a_blocked_person_said_whatever_else_is_unread(
        self, there, alice, bob, carol, to_all
    ):
        say(carol, there)
        mention(alice, there, *([] if to_all else [bob]), mention_all=to_all)
        assert unread(bob, there) == 1

        Block.objects.block(bob, alice)

        assert participation_of(bob, there).unread_count == 1
        assert unread(bob, there) == 0

    def test_who_is_no_more_mentioned_by_name_still_counts_among_all(self, there, alice, bob):
        message = mention(alice, there, bob, mention_all=True)

        participation_of(alice, there).edit(message, "Look!", mentions=[])

        assert (unread(bob, there), listed(bob)) == (1, [])

    @pytest.mark.parametrize("to_all", [True, False])
    def test_what_was_removed_mentions_nobody(self, there, alice, bob, carol, to_all):
        message = mention(alice, there, *([] if to_all else [bob]), mention_all=to_all)

        moderate(message, carol, "I say so.")

        assert (unread(bob, there), listed(bob), mentioned(message)) == (0, [], [])
        assert not Message.objects.get(pk=message.pk).mentions_all
        assert not Mention.objects.exists()

    def test_what_a_person_cleared_counts_no_more_and_is_not_listed(self, there, alice, bob):
        mention(alice, there, bob, body="old")
        participation_of(bob, there).clear()
        mention(alice, there, bob, body="new")

        assert (unread(bob, there), listed(bob)) == (1, ["new"])

    def test_what_is_past_its_retention_is_not_listed(self, there, alice, bob, settings):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}
        old = mention(alice, there, bob, body="old")
        Message.objects.filter(pk=old.pk).update(sent_at=old.sent_at - timedelta(days=31))
        mention(alice, there, bob, body="new")

        assert listed(bob) == ["new"]
        assert mentioned(old) == []

    def test_what_is_kept_for_longer_elsewhere_is_listed(self, alice, bob, settings):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}}
        old = mention(alice, private(alice, bob), bob, body="old")
        Message.objects.filter(pk=old.pk).update(sent_at=old.sent_at - timedelta(days=31))

        assert listed(bob) == ["old"]

    def test_after_leaving_nothing_counts_and_what_can_still_be_read_is_listed(
        self, there, alice, bob
    ):
        mention(alice, there, bob, body="before")
        participation_of(bob, there).leave()

        assert (unread(bob, there), listed(bob)) == (0, ["before"])

    def test_what_was_edited_after_a_person_left_is_not_listed_for_them(self, there, alice, bob):
        """Neither the new words leak, nor that the mention is still there."""
        message = mention(alice, there, bob, body="before")
        mention(alice, there, bob, body="another")
        participation_of(bob, there).leave()

        participation_of(alice, there).edit(message, "after")

        assert listed(bob) == ["another"]
        participation_of(bob, there).reinstate(by=participation_of(alice, there))
        assert listed(bob) == ["another", "after"]

    def test_the_list_has_the_newest_first_of_all_conversations(self, there, alice, bob, dave):
        elsewhere = private(dave, bob)
        mention(alice, there, bob, body="one")
        mention(dave, elsewhere, bob, body="two")
        mention(alice, there, bob, body="three")

        assert listed(bob) == ["three", "two", "one"]
        assert listed(bob, most=2) == ["three", "two"]
        _newest, second = Mention.objects.newest_question(bob, 2).ask()
        (rest,) = Mention.objects.newest_question(bob, 2, before=second.message_id).ask()
        assert rest.message.body == "one"

    def test_a_mention_that_an_edit_adds_has_the_place_of_its_message(self, there, alice, bob):
        old = say(alice, there, "old")
        mention(alice, there, bob, body="new")

        participation_of(alice, there).edit(old, "old", mentions=[bob])

        assert listed(bob) == ["new", "old"]


class TestReadingMany:
    def test_they_are_read_in_parts_with_one_object_for_each_person(
        self, there, alice, bob, carol, monkeypatch, django_assert_num_queries
    ):
        """Many messages with many mentions each would take much memory at once."""
        monkeypatch.setattr("talk.models.mention.AT_ONCE", 2)
        messages = [mention(alice, there, bob, carol) for _ in range(5)]

        with django_assert_num_queries(3):
            found = Mention.objects.users_of(messages)

        assert [list(map(str, users)) for users in found.values()] == [["bob", "carol"]] * 5
        assert len({id(user) for users in found.values() for user in users}) == 2


class TestPeopleWhoGo:
    def test_with_an_account_go_its_mentions(self, there, alice, bob, carol):
        mention(alice, there, bob, carol)
        bob.delete()

        assert [each.user for each in Mention.objects.all()] == [carol]

    @pytest.mark.parametrize("keep_words", [True, False])
    def test_an_erased_person_is_mentioned_nowhere(self, there, alice, bob, carol, keep_words):
        message = mention(alice, there, bob, carol)
        mine = mention(bob, there, carol)

        erase(bob, "They asked for it.", keep_words=keep_words)

        assert mentioned(message) == ["carol"]
        assert not Mention.objects.filter(user=bob).exists()
        # What they said is gone, or has no name.
        assert mentioned(mine) == (["carol"] if keep_words else [])

    def test_an_export_says_where_a_person_is_mentioned_and_whom_they_mentioned(
        self, there, alice, bob, carol
    ):
        """The words of messages that mention a person are other people's."""
        first = mention(alice, there, bob, body="secret")
        second = mention(bob, there, carol, mention_all=True)

        rows = [each for each in export(bob) if each["type"] == "mention"]

        said = {"type": "mention", "conversation": there.pk, "by_reply": False, "taken_out": False}
        assert rows == [
            {**said, "number": first.number, "user": str(bob.pk)},
            {**said, "number": second.number, "user": str(carol.pk)},
        ]
        assert "secret" not in str(rows)
        (own,) = (each for each in export(bob) if each["type"] == "message")
        assert own["mentions_all"] is True


def changed_at(conversation):
    rows = Participation.objects.filter(conversation=conversation)
    return dict(rows.values_list("user__username", "changed_at"))


def there_now(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def events_after(conversation, revision):
    return Event.objects.filter(conversation=conversation, revision__gt=revision)


class TestTheAdmin:
    """Whom a message mentions is part of what it says."""

    def page(self, staff, message):
        answer = staff.get(f"/admin/talk/message/{message.pk}/change/")
        assert answer.status_code == 200
        return answer.content.decode()

    def test_staff_who_may_read_messages_see_whom_they_mention(
        self, there, alice, bob, carol, erin
    ):
        message = mention(alice, there, bob, carol)
        reader = hired(erin, "view_message", "read_message_bodies")

        page = self.page(reader, message)

        assert page.count("has_original") == 2
        assert "bob" in page
        assert "carol" in page

    def test_other_staff_do_not(self, there, alice, bob, erin):
        message = mention(alice, there, bob)
        staff = hired(erin, "view_message", "view_mention", "view_user")

        assert "bob" not in self.page(staff, message)

    def test_nothing_can_be_changed(self, there, alice, bob, admin_client):
        page = self.page(admin_client, mention(alice, there, bob))

        assert "bob" in page
        assert 'name="mentions-0-taken_out"' not in page
        assert 'name="_save"' not in page

    def test_a_page_costs_the_same_with_more_mentions(
        self, alice, admin_client, django_assert_num_queries
    ):
        people = crowd(20)
        there = group(alice, *people)
        few, many = mention(alice, there, people[0]), mention(alice, there, *people)
        with CaptureQueriesContext(connection) as captured:
            self.page(admin_client, few)
        with django_assert_num_queries(len(captured)):
            self.page(admin_client, many)
