"""Who still sees what of messages that change: one test for each kind of viewer and each thing.

People who left see a conversation as it was when they left, and no trace of what came after, by a
query or live. Blocks, suspensions and clearing have rules of their own.
"""

import asyncio

import pytest

from talk.exceptions import RefusalCode, Refused
from talk.models import Block, Conversation
from talk.moderation import suspend

from ..live.sockets import code_of, in_thread, live, signed_in, talk
from .asking import act, gid, group, nodes, ok, private, say, upload

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

SAID = """fragment Said on Message {
  number revision body removal hidden editedAt edits { edges { node { body } } }
  replyTo { number body removal } root replyCount replies { edges { node { number body } } }
  mentions { username } mentionsAll mentionsViewer
  reactions { emoji count viewerReacted users { username } }
  pinnedAt viewerSaved attachments { filename state url }
}"""
PAGE = f"""query ($id: ID!) {{
  conversation(id: $id) {{
    latestMessage {{ ...Said }} messages {{ edges {{ node {{ ...Said }} }} }}
    viewerParticipation {{ unreadCount unreadMentionCount firstUnreadNumber }}
    pins {{ edges {{ node {{ pinnedAt message {{ ...Said }} }} }} }}
  }}
  mentions {{ edges {{ node {{ ...Said }} }} }}
  savedMessages {{ edges {{ node {{ ...Said }} }} }}
}} {SAID}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ ...Said }} }} }} {SAID}"
LISTEN = f"""subscription ($id: ID!, $after: Int) {{ conversationChanges(id: $id, after: $after) {{
  revision kind message {{ ...Said }}
}} }} {SAID}"""

#: How somebody can be gone who was here before.
GONE = ["left", "removed", "invited", "declined"]
#: How somebody can have a place who never was here.
NEVER_HERE = ["invited", "declined"]


def place_of(user, conversation):
    return Conversation.objects.get(pk=conversation.pk).participation_of(user)


def at(conversation, number):
    return conversation.messages.get(number=number)


def seen(ask, conversation):
    """What somebody is shown: messages by number, what mentions them, and their unread counts."""
    data = ok(ask(PAGE, id=gid(conversation)))
    shown = data["conversation"]
    messages = {each["number"]: each for each in nodes(shown["messages"])}
    if shown["latestMessage"]:
        assert messages[shown["latestMessage"]["number"]] == shown["latestMessage"]
    for each in (*nodes(data["mentions"]), *nodes(data["savedMessages"])):
        assert messages[each["number"]] == each
    for pin in nodes(shown["pins"]):
        assert messages[pin["message"]["number"]] == pin["message"]
        assert pin["message"]["pinnedAt"] == pin["pinnedAt"]
    pinned = {each["message"]["number"] for each in nodes(shown["pins"])}
    assert pinned == {number for number, each in messages.items() if each["pinnedAt"]}
    saved = {each["number"] for each in nodes(data["savedMessages"])}
    assert saved == {number for number, each in messages.items() if each["viewerSaved"]}
    return messages, [each["number"] for each in nodes(data["mentions"])], shown


def messages_of(ask, conversation):
    return seen(ask, conversation)[0]


def reactions(message):
    return [
        (
            each["emoji"],
            each["count"],
            each["viewerReacted"],
            [u["username"] for u in each["users"]],
        )
        for each in message["reactions"]
    ]


def pinned(shown):
    return [each["message"]["number"] for each in nodes(shown["pins"])]


def saved(messages):
    return [number for number, each in messages.items() if each["viewerSaved"]]


def files(message):
    assert all(bool(each["url"]) == (each["state"] == "READY") for each in message["attachments"])
    return [(each["filename"], each["state"]) for each in message["attachments"]]


def replies(message):
    return message["replyCount"], [each["number"] for each in nodes(message["replies"])]


def mentions(message):
    return [each["username"] for each in message["mentions"]], message["mentionsViewer"]


@pytest.fixture(autouse=True)
def _roomy(settings):
    """Every field at once costs more than a client is usually allowed."""
    settings.TALK = {**settings.TALK, "MAX_COST": 100_000, "MAX_EVENT_COST": 100_000}


@pytest.fixture
def ours(alice, bob, carol, dave):
    """A group in which everything has been done with messages before anybody leaves."""
    ours = group(alice, bob, carol, dave, title="Ours")
    picture = upload(bob, "a.png", state="checking")
    place_of(bob, ours).send("first", mentions=[carol], attachments=[upload(bob, "a.txt")])
    place_of(bob, ours).send("second", attachments=[upload(bob, "b.txt"), picture])
    place_of(bob, ours).edit(at(ours, 2), "second, edited")
    place_of(dave, ours).send("a reply", reply_to=1)
    place_of(alice, ours).react(at(ours, 1), "👍")
    place_of(carol, ours).react(at(ours, 1), "👍")
    for number in (2, 3):
        place_of(alice, ours).pin_message(at(ours, number))
    for number in (1, 2):
        place_of(carol, ours).save_message(at(ours, number))
    return ours


@pytest.fixture
def goes(alice, settings):
    """`goes(user, conversation, how)`: somebody who was here is so from now on."""

    def goes(user, conversation, how):
        if how == "removed":
            place_of(user, conversation).remove(by=place_of(alice, conversation))
        else:
            place_of(user, conversation).leave()
        if how in NEVER_HERE:
            is_asked(user, conversation, how)

    def is_asked(user, conversation, how):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        place_of(alice, conversation).invite([user])
        if how == "declined":
            place_of(user, conversation).decline()

    goes.is_asked = is_asked
    return goes


@pytest.fixture
def go_on(alice, bob, dave):
    """Do with messages whatever can be done, after somebody has gone."""

    def go_on(conversation):
        place_of(bob, conversation).edit(at(conversation, 1), "news", mentions=[alice, dave])
        place_of(dave, conversation).edit(at(conversation, 3), "a reply, changed")
        at(conversation, 2).attachments.get(state="checking").checked("ready")
        for number in (1, 2):
            place_of(alice, conversation).react(at(conversation, number), "🎉")
        place_of(dave, conversation).react(at(conversation, 1), "👍")
        place_of(alice, conversation).pin_message(at(conversation, 1))
        place_of(alice, conversation).unpin_message(at(conversation, 3))
        place_of(dave, conversation).send("a late reply", reply_to=1)
        place_of(bob, conversation).send("to all", mention_all=True)

    return go_on


class TestActive:
    def test_they_see_all_of_it(self, gql, ours, go_on, carol):
        go_on(ours)

        first, second, third = (messages_of(gql(carol), ours)[number] for number in (1, 2, 3))
        assert (first["body"], first["removal"]) == ("news", None)
        assert first["editedAt"]
        assert [each["body"] for each in nodes(first["edits"])] == ["first"]
        assert reactions(first) == [
            ("👍", 3, True, ["alice", "carol", "dave"]),
            ("🎉", 1, False, ["alice"]),
        ]
        assert replies(first) == (2, [3, 4])
        assert mentions(first) == (["alice", "dave"], False)
        assert reactions(second) == [("🎉", 1, False, ["alice"])]
        assert files(first) == [("a.txt", "READY")]
        assert files(second) == [("b.txt", "READY"), ("a.png", "READY")]
        assert third["replyTo"] == {"number": 1, "body": "news", "removal": None}
        messages, _mentioning, shown = seen(gql(carol), ours)
        assert (pinned(shown), saved(messages)) == ([1, 2], [1, 2])

    def test_they_are_told_of_unread_mentions(self, gql, ours, go_on, carol):
        assert seen(gql(carol), ours)[1:][0] == [1]
        go_on(ours)

        _messages, mentioning, shown = seen(gql(carol), ours)
        assert mentioning == [], "an edit took the mention out, and there is no row for everybody"
        assert shown["viewerParticipation"]["unreadMentionCount"] == 1
        assert messages_of(gql(carol), ours)[5]["mentionsViewer"]


@pytest.mark.parametrize("how", GONE)
class TestGone:
    @pytest.fixture
    def then(self, gql, ours, goes, go_on, carol, how):
        """What Carol saw when she had gone, and what she sees after all went on."""
        before_that = messages_of(gql(carol), ours)
        assert before_that[1]["body"] == "first"
        goes(carol, ours, how)
        before = seen(gql(carol), ours)
        go_on(ours)
        return before, seen(gql(carol), ours)

    def test_they_see_no_words_that_were_edited_later(self, then):
        (before, *_), (after, *_) = then

        assert before[1]["body"] == "first"
        for number in (1, 3):
            message = after[number]
            assert (message["body"], message["removal"]) == ("", "CHANGED_SINCE")
            assert message["editedAt"] is None
            assert nodes(message["edits"]) == []
        assert after[3]["replyTo"] == {"number": 1, "body": "", "removal": "CHANGED_SINCE"}
        assert nodes(after[1]["replies"])[0]["body"] == ""
        assert "news" not in repr(after)

    def test_they_see_words_that_were_edited_before(self, then):
        (before, *_), (after, *_) = then

        for messages in (before, after):
            assert messages[2]["body"] == "second, edited"
            assert messages[2]["editedAt"]
            assert [each["body"] for each in nodes(messages[2]["edits"])] == ["second"]

    def test_they_see_the_files_of_the_words_that_they_see(self, then):
        (before, *_), (after, *_) = then

        assert files(before[1]) == [("a.txt", "READY")]
        assert files(after[1]) == []
        assert files(before[2]) == [("b.txt", "READY"), ("a.png", "CHECKING")]
        assert files(after[2]) == [("b.txt", "READY"), ("a.png", "READY")]

    def test_they_see_the_reactions_up_to_then(self, then):
        (before, *_), (after, *_) = then

        for messages in (before, after):
            assert reactions(messages[1]) == [("👍", 2, True, ["alice", "carol"])]
            assert reactions(messages[2]) == []

    def test_they_see_the_pins_up_to_then_but_for_what_was_unpinned_since(self, then):
        (*_before, shown), (*_after, shown_later) = then

        assert (pinned(shown), pinned(shown_later)) == ([3, 2], [2])

    def test_they_see_what_they_saved_and_no_words_of_it_that_were_edited_later(self, then):
        (before, *_), (after, *_) = then

        assert saved(before) == saved(after) == [1, 2]

    def test_they_see_and_count_the_replies_up_to_then(self, then):
        (before, *_), (after, *_) = then

        for messages in (before, after):
            assert replies(messages[1]) == (1, [3])

    def test_they_see_no_mentions_that_were_made_later(self, then):
        (before, mentioning, _), (after, mentioning_later, shown) = then

        assert (mentions(before[1]), mentioning) == ((["carol"], True), [1])
        assert (mentions(after[1]), mentioning_later) == (([], False), [])
        assert shown["viewerParticipation"]["unreadMentionCount"] in {0, None}

    def test_nothing_else_tells_them_that_anything_happened(self, then):
        (before, *_), (after, *_) = then

        assert before.keys() == after.keys()
        # The server itself has checked a file since.
        checked = before[2].pop("attachments"), after[2].pop("attachments")
        assert [len(each) for each in checked] == [2, 2]
        assert after[2] == before[2]
        for number in set(before) - {1, 3}:
            assert after[number] == before[number]
        revisions = [
            {each["revision"] for each in messages.values()} for messages in (before, after)
        ]
        assert max(revisions[1]) == max(revisions[0])

    def test_it_is_the_same_by_the_id_of_a_message(self, then, gql, ours, carol):
        _before, (after, *_) = then

        for message in ours.messages.all():
            node = ok(gql(carol)(NODE, id=gid(message)))["node"]
            assert node == after.get(message.number)

    def test_they_change_nothing(self, then, gql, ours, carol):
        ask = gql(carol)
        there = gid(at(ours, 2))
        for verb, given in (
            ("editMessage", {"body": "x"}),
            ("retractMessage", {}),
            ("removeMessage", {}),
            ("react", {"emoji": "👍"}),
            ("unreact", {"emoji": "👍"}),
            ("pinMessage", {}),
            ("unpinMessage", {}),
        ):
            assert act(ask, verb, message=there, **given)["code"] == "NOT_A_PARTICIPANT"
        answer = act(ask, "sendMessage", conversationId=gid(ours), body="x", replyTo=1)
        assert answer["code"] == "NOT_A_PARTICIPANT"

    def test_but_save_for_themselves_what_they_see(self, then, gql, ours, carol):
        answer = act(gql(carol), "unsaveMessage", "unsaved { number }", message=gid(at(ours, 2)))
        assert answer == {"unsaved": {"number": 2}}
        answer = act(gql(carol), "saveMessage", "saved { number }", message=gid(at(ours, 3)))
        assert answer == {"saved": {"number": 3}}

        assert saved(messages_of(gql(carol), ours)) == [1, 3]

    def test_whoever_is_back_sees_all_of_it(self, then, gql, ours, alice, carol, settings):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
        place_of(carol, ours).reinstate(by=place_of(alice, ours))

        messages = messages_of(gql(carol), ours)
        assert messages[1]["body"] == "news"
        assert [each["body"] for each in nodes(messages[1]["edits"])] == ["first"]
        assert replies(messages[1])[0] == 2
        assert len(reactions(messages[1])) == 2


class TestAwayMeanwhile:
    @pytest.mark.parametrize("is_live", [False, True])
    @pytest.mark.django_db(transaction=True)
    def test_all_were_mentioned_who_took_part_then_whatever_they_do_later(
        self, gql, ours, goes, alice, bob, carol, is_live
    ):
        place_of(alice, ours).send("while she is here", mention_all=True)
        goes(carol, ours, "left")
        place_of(alice, ours).send("while she is away", mention_all=True)
        place_of(carol, ours).reinstate(by=place_of(alice, ours))
        place_of(alice, ours).send("when she is back", mention_all=True)

        for user, expected in ((carol, [True, False, True]), (bob, [True] * 3)):
            if is_live:
                last = Conversation.objects.get(pk=ours.pk).revision
                changes, _none = asyncio.run(heard(user, ours, until=last))
                shown = [each["message"] for each in changes if each["message"]]
            else:
                shown = messages_of(gql(user), ours).values()
            told = [each["mentionsViewer"] for each in shown if each["mentionsAll"]]
            assert told == expected
            # One is by name, or by a reply.
            assert place_of(user, ours).unread_mention_count == sum(expected) + 1


@pytest.mark.parametrize("how", NEVER_HERE)
class TestNeverHere:
    def test_they_see_no_message_and_change_none(self, gql, ours, goes, go_on, erin, how):
        goes.is_asked(erin, ours, how)
        go_on(ours)
        ask = gql(erin)

        messages, mentioning, shown = seen(ask, ours)
        assert (messages, mentioning, shown["latestMessage"]) == ({}, [], None)
        for message in ours.messages.all():
            assert ok(ask(NODE, id=gid(message)))["node"] is None
            for verb, given in (
                ("editMessage", {"body": "x"}),
                ("react", {"emoji": "👍"}),
                ("pinMessage", {}),
                ("saveMessage", {}),
            ):
                answer = act(ask, verb, message=gid(message), **given)
                assert answer["code"] == "NOT_FOUND"


class TestBlocker:
    @pytest.fixture
    def seen_by_carol(self, gql, ours, go_on, bob, carol):
        Block.objects.block(carol, bob)
        place_of(bob, ours).react(at(ours, 3), "👎")
        go_on(ours)
        place_of(bob, ours).send("to you", mentions=[carol])
        place_of(bob, ours).send("a reply to you", reply_to=say(carol, ours, "mine").number)
        return seen(gql(carol), ours)

    def test_what_the_author_wrote_before_and_after_an_edit_is_hidden(self, seen_by_carol):
        messages, *_ = seen_by_carol

        assert (messages[1]["body"], messages[1]["hidden"]) == ("", True)
        assert nodes(messages[1]["edits"]) == []
        assert messages[3]["replyTo"]["body"] == ""
        assert messages[1]["removal"] is None

    def test_unhiding_shows_the_words_as_they_are_now(self, gql, seen_by_carol, ours, carol):
        unhidden = PAGE.replace(" body removal hidden", " body(unhide: true) removal hidden")
        data = ok(gql(carol)(unhidden, id=gid(ours)))

        first = nodes(data["conversation"]["messages"])[0]
        assert (first["body"], first["hidden"]) == ("news", True)

    def test_what_they_said_is_hidden_where_it_is_pinned_and_saved(self, seen_by_carol):
        messages, _mentioning, shown = seen_by_carol

        assert (pinned(shown), saved(messages)) == ([1, 2], [1, 2])
        for number in (1, 2):
            assert (messages[number]["body"], messages[number]["hidden"]) == ("", True)

    def test_their_reactions_are_counted_and_not_named(self, seen_by_carol):
        messages, *_ = seen_by_carol

        assert reactions(messages[3]) == [("👎", 1, False, [])]

    def test_their_replies_are_counted(self, seen_by_carol):
        messages, *_ = seen_by_carol

        mine = next(each for each in messages.values() if each["body"] == "mine")
        assert replies(mine) == (1, [mine["number"] + 1])
        assert nodes(mine["replies"])[0]["body"] == ""

    def test_their_mentions_and_replies_do_not_count_as_mentions(self, seen_by_carol):
        messages, mentioning, shown = seen_by_carol

        assert mentioning == []
        assert shown["viewerParticipation"]["unreadMentionCount"] == 0
        assert not any(each["mentionsViewer"] for each in messages.values())

    def test_others_see_it_all(self, gql, seen_by_carol, ours, dave):
        messages = messages_of(gql(dave), ours)

        assert messages[1]["body"] == "news"
        assert reactions(messages[3]) == [("👎", 1, False, ["bob"])]


class TestSuspended:
    @pytest.fixture
    def ask(self, gql, ours, go_on, bob):
        suspend(place_of(bob, ours), None, "rude")
        return gql(bob)

    def test_they_read_all(self, ask, gql, ours, alice, bob, carol):
        place_of(alice, ours).react(at(ours, 1), "🎉")

        messages = messages_of(ask, ours)
        assert messages[1]["body"] == "first"
        assert reactions(messages[1]) == [
            ("👍", 2, False, ["alice", "carol"]),
            ("🎉", 1, False, ["alice"]),
        ]

    @pytest.mark.parametrize(
        ("verb", "given"),
        [
            ("editMessage", {"body": "x"}),
            ("react", {"emoji": "👍"}),
            ("unreact", {"emoji": "👍"}),
            ("pinMessage", {}),
            ("unpinMessage", {}),
        ],
    )
    def test_they_change_nothing(self, ask, ours, verb, given):
        assert act(ask, verb, message=gid(at(ours, 1)), **given)["code"] == "SUSPENDED"

    def test_they_reply_to_nothing(self, ask, ours):
        answer = act(ask, "sendMessage", conversationId=gid(ours), body="x", replyTo=1)

        assert answer["code"] == "SUSPENDED"

    def test_but_they_save_for_themselves_what_others_said(self, ask, ours):
        answer = act(ask, "saveMessage", "saved { number }", message=gid(at(ours, 3)))

        assert answer == {"saved": {"number": 3}}

    def test_but_they_take_back_what_they_said(self, ask, ours):
        act(ask, "retractMessage", "retracted { removal }", message=gid(at(ours, 1)))

        assert at(ours, 1).removed_as == "retracted"


class TestBlockedPair:
    @pytest.fixture
    def pair(self, alice, bob):
        """Alice was blocked by Bob after she had written to him."""
        pair = private(alice, bob, "mine")
        place_of(bob, pair).send("his")
        Block.objects.block(bob, alice)
        return pair

    def test_they_read_all(self, gql, pair, alice):
        assert [each["body"] for each in messages_of(gql(alice), pair).values()] == ["mine", "his"]

    @pytest.mark.parametrize(
        ("verb", "number", "given"),
        [
            ("editMessage", 1, {"body": "x"}),
            ("react", 2, {"emoji": "👍"}),
            ("unreact", 2, {"emoji": "👍"}),
            ("pinMessage", 2, {}),
            ("unpinMessage", 2, {}),
        ],
    )
    def test_they_change_nothing(self, gql, pair, alice, verb, number, given):
        answer = act(gql(alice), verb, message=gid(at(pair, number)), **given)

        assert answer["code"] == "NOT_REACHABLE"

    def test_they_reply_to_nothing(self, gql, pair, alice):
        answer = act(gql(alice), "sendMessage", conversationId=gid(pair), body="x", replyTo=2)

        assert answer["code"] == "NOT_REACHABLE"

    def test_but_they_save_for_themselves_what_is_there(self, gql, pair, alice):
        answer = act(gql(alice), "saveMessage", "saved { number }", message=gid(at(pair, 2)))

        assert answer == {"saved": {"number": 2}}

    def test_but_they_take_back_what_they_said(self, gql, pair, alice):
        act(gql(alice), "retractMessage", "retracted { removal }", message=gid(at(pair, 1)))

        assert at(pair, 1).removed_as == "retracted"


class TestCleared:
    @pytest.fixture
    def seen_by_carol(self, gql, ours, go_on, carol):
        place_of(carol, ours).clear()
        go_on(ours)
        return seen(gql(carol), ours)

    def test_they_see_nothing_of_what_was_there_also_if_it_changes(
        self, gql, seen_by_carol, ours, carol
    ):
        messages, mentioning, shown = seen_by_carol

        assert list(messages) == [4, 5]
        assert mentioning == []
        assert (pinned(shown), saved(messages)) == ([], [])
        for number in (1, 2, 3):
            assert ok(gql(carol)(NODE, id=gid(at(ours, number))))["node"] is None

    def test_a_reply_quotes_nothing_that_they_cleared(self, seen_by_carol):
        messages, *_ = seen_by_carol

        assert messages[4]["body"] == "a late reply"
        assert messages[4]["replyTo"] is None

    def test_what_comes_after_is_there_as_ever(self, seen_by_carol):
        messages, _mentioning, shown = seen_by_carol

        assert messages[5]["mentionsViewer"]
        assert shown["viewerParticipation"] == {
            "unreadCount": 2,
            "unreadMentionCount": 1,
            "firstUnreadNumber": 4,
        }

    def test_they_change_nothing_of_it(self, seen_by_carol, ours, carol):
        for verb, *given in (
            ("react", "👍"),
            ("unreact", "👍"),
            ("pin_message",),
            ("save_message",),
            ("unsave_message",),
        ):
            with pytest.raises(Refused) as caught:
                getattr(place_of(carol, ours), verb)(at(ours, 1), *given)
            assert caught.value.code == RefusalCode.NOT_FOUND


async def heard(user, conversation, until=None):
    """All changes that somebody hears from the start, and the code with which the stream ends."""
    changes = []
    async with signed_in(user, talk) as socket:
        await socket.subscribe(LISTEN, variables={"id": gid(conversation), "after": 0})
        while until is None or not changes or changes[-1]["revision"] < until:
            message = await socket.hear(20)
            if message["type"] == "error" or "errors" in message["payload"]:
                return changes, code_of(message)
            changes.append(message["payload"]["data"]["conversationChanges"])
    return changes, None


@pytest.mark.django_db(transaction=True)
class TestLive:
    """A stream shows of each message what a query shows, to each kind of viewer."""

    @live
    @pytest.mark.parametrize("how", ["left", "removed"])
    async def test_gone(self, gql, ours, goes, go_on, carol, how):
        await in_thread(goes)(carol, ours, how)
        before, _code = await heard(carol, ours)
        await in_thread(go_on)(ours)

        changes, end = await heard(carol, ours)

        assert end == "NOT_A_PARTICIPANT"
        assert [each["revision"] for each in changes] == [each["revision"] for each in before]
        messages = await in_thread(lambda: messages_of(gql(carol), ours))()
        told = {each["message"]["number"]: each["message"] for each in changes if each["message"]}
        assert told == messages
        assert told[1]["removal"] == "CHANGED_SINCE"
        assert "news" not in repr(changes)

    @live
    async def test_who_is_removed_while_they_listen(self, ours, goes, go_on, carol):
        async with signed_in(carol, talk) as socket:
            revision = await in_thread(lambda: Conversation.objects.get(pk=ours.pk).revision)()
            await socket.subscribe(LISTEN, variables={"id": gid(ours), "after": revision})
            await in_thread(goes)(carol, ours, "removed")
            await in_thread(go_on)(ours)

            told = (await socket.hear(20))["payload"]["data"]["conversationChanges"]
            assert told["kind"] == "PARTICIPANT_REMOVED"
            assert code_of(await socket.hear(20)) == "NOT_A_PARTICIPANT"

    @live
    @pytest.mark.parametrize("how", NEVER_HERE)
    async def test_never_here(self, ours, goes, go_on, erin, how):
        await in_thread(goes.is_asked)(erin, ours, how)
        await in_thread(go_on)(ours)

        assert await heard(erin, ours) == ([], "NOT_A_PARTICIPANT")

    @live
    async def test_active_blocking_cleared_and_suspended_viewers_of_the_same_changes(
        self, gql, ours, go_on, alice, bob, carol, dave, erin
    ):
        await in_thread(Block.objects.block)(carol, bob)
        await in_thread(lambda: place_of(alice, ours).invite([erin]))()
        await in_thread(lambda: place_of(erin, ours).clear())()
        await in_thread(go_on)(ours)
        await in_thread(lambda: suspend(place_of(dave, ours), None, "rude"))()
        last = await in_thread(lambda: Conversation.objects.get(pk=ours.pk).revision)()

        for user in (alice, bob, carol, dave, erin):
            changes, _none = await heard(user, ours, until=last)
            assert [each["revision"] for each in changes] == list(range(1, last + 1))
            messages = await in_thread(lambda user=user: messages_of(gql(user), ours))()
            told = {
                each["message"]["number"]: each["message"] for each in changes if each["message"]
            }
            assert told == messages, user
