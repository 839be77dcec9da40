"""Mentions by the API: who is shown, what counts, and what it costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from strawberry import relay

from talk.models import AccessToken, Block, Message, Participation

from ..trips import trips_of
from .asking import act, code, document, gid, group, leave, nodes, ok, private, refusal, say

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

WHOM = "mentions { username } mentionsAll mentionsViewer"
MESSAGE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ body {WHOM} }} }} }}"
THREAD = f"""query ($id: ID!) {{ conversation(id: $id) {{
    messages(last: 50) {{ edges {{ node {{ body {WHOM} }} }} }} }} }}"""
INBOX = """{ inbox(first: 100) { edges { node {
    id unreadCount unreadMentionCount conversation { id title } } } } }"""
LIST = f"""query ($first: Int, $after: String) {{ mentions(first: $first, after: $after) {{
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
    edges {{ cursor node {{ id body {WHOM} sender {{ username }}
      conversation {{ id title lastNumber
        viewerParticipation {{ unreadMentionCount }} }} }} }} }} }}"""


@pytest.fixture
def there(alice, bob, carol):
    return group(alice, bob, carol, title="Lunch")


def mention(sender, conversation, *people, body="Look!", **more):
    return conversation.participation_of(sender).send(body, mentions=people, **more)


def seen(ask, message):
    """Whom a message mentions, whether all, and whether the viewer, as somebody sees it."""
    node = ok(ask(MESSAGE, id=gid(message)))["node"]
    users = [user["username"] for user in node["mentions"]]
    return users, node["mentionsAll"], node["mentionsViewer"]


def listed(ask, **page):
    return [node["body"] for node in nodes(ok(ask(LIST, **page))["mentions"])]


class TestSending:
    def test_the_list_is_beside_the_text(self, gql, there, alice, bob, carol):
        sent = act(
            gql(alice),
            "sendMessage",
            f"sent {{ body {WHOM} }}",
            conversationId=gid(there),
            body="Soup?",
            mentions=[gid(carol), gid(bob), gid(carol), gid(alice)],
        )["sent"]

        assert [user["username"] for user in sent["mentions"]] == ["carol", "bob"]
        assert (sent["mentionsAll"], sent["mentionsViewer"]) == (False, False)

    def test_to_people(self, gql, alice, bob, carol):
        sent = act(
            gql(alice),
            "sendMessage",
            f"sent {{ {WHOM} }}",
            to=[gid(bob), gid(carol)],
            body="Soup?",
            mentions=[gid(bob)],
            mentionAll=True,
        )["sent"]

        assert sent["mentions"] == [{"username": "bob"}]
        assert (sent["mentionsAll"], sent["mentionsViewer"]) == (True, False)

    def test_people_who_are_invited_with_it(self, gql, there, alice, dave):
        sent = act(
            gql(alice),
            "sendMessage",
            f"sent {{ {WHOM} }}",
            conversationId=gid(there),
            body="Welcome",
            invite=[gid(dave)],
            mentions=[gid(dave)],
        )["sent"]

        assert sent["mentions"] == [{"username": "dave"}]

    def test_a_reply_mentions_the_author(self, gql, there, alice, bob):
        said = say(bob, there)
        ask = gql(alice)

        def reply(**more):
            given = {"conversationId": gid(there), "body": "Yes", "replyTo": said.number, **more}
            return act(ask, "sendMessage", f"sent {{ {WHOM} }}", **given)["sent"]["mentions"]

        assert reply() == reply(mentions=None) == [{"username": "bob"}]
        assert reply(mentions=[]) == []

    @pytest.mark.parametrize("verb", ["sendMessage", "editMessage"])
    @pytest.mark.parametrize("who", ["stranger", "left", "unknown", "never met"])
    def test_people_who_do_not_take_part_are_refused_alike(
        self, gql, there, alice, carol, dave, verb, who
    ):
        """The refusal does not tell whether there is such a user, nor whether they may be known."""
        Block.objects.block(dave, alice)
        leave(carol, there)
        ids = {"stranger": gid(dave), "left": gid(carol), "never met": gid(dave)}
        unknown = relay.to_base64("User", 987_654)
        message = say(alice, there)
        given = (
            {"conversationId": gid(there)} if verb == "sendMessage" else {"message": gid(message)}
        )
        given |= {"body": "Hello?", "mentions": [ids.get(who, unknown)]}

        answer = act(gql(alice), verb, **given)

        expected = {"code": "NOT_A_MEMBER", "path": ["mentions"]}
        assert {name: answer[name] for name in expected} == expected
        assert not Message.objects.filter(body="Hello?").exists()

    @pytest.mark.parametrize("verb", ["sendMessage", "editMessage"])
    def test_bad_ids_and_too_many(self, gql, there, alice, verb):
        message = say(alice, there)
        given = (
            {"conversationId": gid(there)} if verb == "sendMessage" else {"message": gid(message)}
        )
        ask = gql(alice)

        for bad in (
            "",
            "bob",
            gid(there),
            relay.to_base64("User", "x"),
            relay.to_base64("User", "01"),
        ):
            refused = refusal(ask, verb, body="Hello?", mentions=[bad], **given)
            assert refused == ("INVALID_ID", ["mentions"])
        many = [relay.to_base64("User", 10_000 + number) for number in range(51)]
        refused = refusal(ask, verb, body="Hello?", mentions=many, **given)
        assert refused == ("TOO_MANY_MENTIONS", ["mentions"])
        assert not Message.objects.filter(body="Hello?").exists()

    def test_mentioning_all_is_up_to_the_policy(self, gql, there, alice, bob, settings):
        settings.TALK = {**settings.TALK, "POLICY": f"{__name__}.OwnersMentionAll"}
        given = {"conversationId": gid(there), "body": "Hello?", "mentionAll": True}

        assert refusal(gql(bob), "sendMessage", **given) == ("NOT_ALLOWED", ["mentionAll"])
        assert "code" not in act(gql(alice), "sendMessage", **given)

    def test_a_viewer_who_may_not_write_learns_nothing_about_others(self, gql, there, carol, dave):
        leave(carol, there)
        given = {"conversationId": gid(there), "body": "Hello?"}

        for each in (dave, carol):
            refused = refusal(gql(carol), "sendMessage", mentions=[gid(each)], **given)
            assert refused == ("NOT_A_PARTICIPANT", [])
        given = {"conversationId": gid(there), "body": "Hello?", "mentions": [gid(carol)]}
        assert refusal(gql(dave), "sendMessage", **given)[0] == "NOT_FOUND"


class OwnersMentionAll:
    """A policy need not extend Talk's own."""

    def may_mention_all(self, member, people):
        return member.role == "owner"

    def may_write_to(self, sender, people):
        return people

    may_invite = may_write_to
    may_find = may_write_to


class TestReading:
    def test_each_sees_whether_they_are_mentioned(self, gql, there, alice, bob, carol):
        message = mention(alice, there, bob)

        assert seen(gql(alice), message) == (["bob"], False, False)
        assert seen(gql(bob), message) == (["bob"], False, True)
        assert seen(gql(carol), message) == (["bob"], False, False)

    def test_everybody_who_took_part(self, gql, there, alice, bob, dave):
        message = mention(alice, there, mention_all=True)
        there.add_participants([dave])

        assert seen(gql(alice), message) == ([], True, False)
        assert seen(gql(bob), message) == ([], True, True)
        assert seen(gql(dave), message) == ([], True, False)

    @pytest.mark.parametrize("to_all", [True, False])
    def test_a_viewer_who_blocked_the_sender_is_not_told(self, gql, there, alice, bob, to_all):
        Block.objects.block(bob, alice)
        message = mention(alice, there, *([] if to_all else [bob]), mention_all=to_all)

        assert seen(gql(bob), message)[2] is False
        assert seen(gql(bob), message)[:2] == ([] if to_all else ["bob"], to_all)
        assert listed(gql(bob)) == []
        (row,) = nodes(ok(gql(bob)(INBOX))["inbox"])
        assert row["unreadMentionCount"] == 0

    def test_a_viewer_who_left_sees_whom_messages_mentioned_then(
        self, gql, there, alice, bob, carol
    ):
        kept, edited = mention(alice, there, bob), mention(alice, there, bob, mention_all=True)
        leave(bob, there)
        place = there.participation_of(alice)

        place.edit(edited, edited.body, mentions=[carol])

        assert seen(gql(bob), kept) == (["bob"], False, True)
        assert seen(gql(bob), edited) == ([], True, False), "it was changed since"
        assert seen(gql(carol), edited) == (["carol"], True, True)

    def test_what_was_taken_back_mentions_nobody(self, gql, there, alice, bob):
        message = mention(alice, there, bob, mention_all=True)
        there.participation_of(alice).retract(message)

        assert seen(gql(bob), message) == ([], False, False)
        assert listed(gql(bob)) == []

    @pytest.mark.parametrize("to_all", [True, False])
    def test_words_past_their_retention_mention_nobody(
        self, gql, there, alice, bob, settings, to_all
    ):
        message = mention(alice, there, *([] if to_all else [bob]), mention_all=to_all)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        assert seen(gql(bob), message) == ([], False, False)
        assert listed(gql(bob)) == []


class TestUnread:
    def test_each_conversation_counts_its_own(self, gql, there, alice, bob, dave):
        pair = private(dave, bob)
        mention(alice, there, bob)
        mention(alice, there, mention_all=True)
        say(alice, there)
        mention(dave, pair, bob)

        rows = nodes(ok(gql(bob)(INBOX))["inbox"])

        assert [(row["unreadCount"], row["unreadMentionCount"]) for row in rows] == [(1, 1), (3, 2)]

    def test_it_is_the_viewers_own(self, gql, there, alice, bob):
        mention(alice, there, bob)
        query = """query ($id: ID!) { conversation(id: $id) { participants { edges { node {
            user { username } unreadMentionCount } } } } }"""

        rows = nodes(ok(gql(bob)(query, id=gid(there)))["conversation"]["participants"])

        counts = {row["user"]["username"]: row["unreadMentionCount"] for row in rows}
        assert counts == {"alice": None, "bob": 1, "carol": None}

    def test_to_read_ends_it_also_in_the_answer_to_reading(self, gql, there, alice, bob):
        first = mention(alice, there, bob)
        mention(alice, there, bob)

        def read(**number):
            payload = "participation { unreadMentionCount }"
            given = {"conversationId": gid(there), **number}
            return act(gql(bob), "markRead", payload, **given)["participation"]

        assert read(number=first.number) == {"unreadMentionCount": 1}
        assert read() == {"unreadMentionCount": 0}

    def test_after_leaving_it_is_none(self, gql, there, alice, bob):
        mention(alice, there, bob)
        leave(bob, there)
        query = "query ($id: ID!) { conversation(id: $id) { viewerParticipation { %s } } }"

        answer = ok(gql(bob)(query % "unreadCount unreadMentionCount", id=gid(there)))

        own = answer["conversation"]["viewerParticipation"]
        assert own == {"unreadCount": 1, "unreadMentionCount": 0}


class TestTheList:
    def test_it_has_pages_with_the_newest_first(self, gql, there, alice, bob):
        for number in range(5):
            mention(alice, there, bob, body=str(number))
        ask = gql(bob)

        first = ok(ask(LIST, first=2))["mentions"]
        second = ok(ask(LIST, first=2, after=first["pageInfo"]["endCursor"]))["mentions"]
        last = ok(ask(LIST, first=2, after=second["edges"][1]["cursor"]))["mentions"]

        pages = [[node["body"] for node in nodes(page)] for page in (first, second, last)]
        assert pages == [["4", "3"], ["2", "1"], ["0"]]
        ends = [
            (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"])
            for page in (first, second, last)
        ]
        assert ends == [(False, True), (True, True), (True, False)]
        assert ok(ask(LIST, first=0))["mentions"]["edges"] == []

    def test_what_comes_meanwhile_moves_no_page(self, gql, there, alice, bob):
        for number in range(4):
            mention(alice, there, bob, body=str(number))
        ask = gql(bob)
        first = ok(ask(LIST, first=2))["mentions"]

        mention(alice, there, bob, body="new")

        assert listed(ask, first=2, after=first["pageInfo"]["endCursor"]) == ["1", "0"]

    def test_it_has_what_mentions_the_viewer_by_name_or_by_reply(
        self, gql, there, alice, bob, carol
    ):
        said = say(bob, there)
        there.participation_of(alice).send("reply", reply_to=said.number)
        mention(alice, there, carol, body="another")
        mention(alice, there, mention_all=True, body="all")
        mention(alice, there, bob, body="name")

        assert listed(gql(bob)) == ["name", "reply"]

    @pytest.mark.parametrize(
        "cursor", ["", "x", "number:1", "mention:x", "mention:-1", "mention:01"]
    )
    def test_cursors_of_other_lists_are_refused(self, gql, bob, cursor):
        after = relay.to_base64(*cursor.split(":")) if ":" in cursor else cursor

        assert code(gql(bob)(LIST, after=after)) == "INVALID_CURSOR"

    @pytest.mark.parametrize("first", [-1, 101])
    def test_pages_have_a_size(self, gql, bob, first):
        assert code(gql(bob)(LIST, first=first)) == "INVALID_PAGE"

    def test_conversations_are_as_the_viewer_sees_them(self, gql, there, alice, bob):
        mention(alice, there, bob)
        leave(bob, there)
        there.participation_of(alice).rename("Dinner")

        (node,) = nodes(ok(gql(bob)(LIST))["mentions"])

        assert node["conversation"]["title"] == "Lunch"
        assert node["conversation"]["lastNumber"] == 2

    def test_it_is_priced(self, gql, bob):
        query = "{ " + " ".join(
            f"m{n}: mentions(first: 1) {{ edges {{ cursor }} }}" for n in range(20)
        )
        cheap = gql(bob)(query + " }")
        assert "errors" not in cheap
        many = "{ " + "".join(
            f"m{n}: mentions(first: 100) {{ edges {{ node {{ mentions {{ id }} }} }} }}"
            for n in range(10)
        )
        assert code(gql(bob)(many + " }")) == "LIMIT_EXCEEDED"


class TestCosts:
    def queries(self, user, document, **variables):
        token = f"Bearer {AccessToken.objects.issue(user, 'phone')[1]}"
        client = Client(headers={"authorization": token})
        with CaptureQueriesContext(connection) as captured:
            body = {"query": document, "variables": variables}
            answer = client.post("/graphql", body, content_type="application/json").json()
        assert "errors" not in answer, answer
        return len(captured)

    def test_a_thread_takes_one_query_more_for_all_mentions(self, there, alice, bob, carol):
        plain = THREAD.replace(WHOM, "")
        first = mention(alice, there, bob, carol)
        few = self.queries(bob, THREAD, id=gid(there))
        assert few == self.queries(bob, plain, id=gid(there)) + 1
        for number in range(49):
            mention(alice, there, bob, carol, mention_all=number % 2 == 0)
        there.participation_of(alice).edit(first, "Look again!")

        assert self.queries(bob, THREAD, id=gid(there)) == few

    @pytest.mark.parametrize("unread", [1, 1_000])
    def test_an_inbox_takes_one_query_more_for_all_rows(self, alice, bob, unread):
        plain = INBOX.replace("unreadMentionCount", "")
        assert self.queries(bob, INBOX) == self.queries(bob, plain), "nothing is unread"
        groups = [group(alice, bob) for _ in range(50)]
        for each in groups:
            mention(alice, each, bob)
        say_quickly(alice, groups[0], unread)

        assert self.queries(bob, INBOX) == self.queries(bob, plain) + 1

    def test_the_list_takes_as_many_for_much_as_for_little(self, alice, bob, carol):
        mention(alice, group(alice, bob), bob)
        few = self.queries(bob, LIST)
        for number in range(30):
            elsewhere = group(alice, bob, carol)
            for _ in range(2):
                mention(alice, elsewhere, bob, carol)
            if number % 2:
                leave(bob, elsewhere)

        assert self.queries(bob, LIST, first=50) == few


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["names", "all", "reply"])
def test_a_message_with_mentions_takes_as_many_round_trips_as_one_without(
    there, alice, bob, carol, way
):
    token = f"Bearer {AccessToken.objects.issue(alice, 'phone')[1]}"
    client = Client(headers={"authorization": token})
    said = say(bob, there)

    def send(**more):
        given = {"conversationId": gid(there), "body": "Soup?", **more}
        body = {"query": document("sendMessage"), "variables": {"input": given}}
        for _ in range(8):
            with trips_of(connection) as sent:
                answer = client.post("/graphql", body, content_type="application/json").json()
            assert "code" not in ok(answer)["sendMessage"]
        return len(sent)

    more = {
        "names": {"mentions": [gid(bob), gid(carol)]},
        "all": {"mentionAll": True},
        "reply": {"replyTo": said.number},
    }
    assert send(**more[way]) == send() <= 6


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_edit_of_mentions_takes_as_many_round_trips_as_one_of_words(there, alice, bob, carol):
    place = there.participation_of(alice)
    message = mention(alice, there, bob)

    def edit(lists):
        for number, people in enumerate(lists * 8):
            with trips_of(connection) as sent:
                place.edit(message, f"{len(lists)} {number}", mentions=people)
        return len(sent)

    assert edit([[carol], [bob]]) == edit([None])


def say_quickly(sender, conversation, count):
    """Many messages that are unread for everybody else, in few statements."""
    place = conversation.participation_of(sender)
    first = Participation.objects.filter(conversation=conversation).exclude(user=sender)
    numbers = dict(first.values_list("pk", "first_unread_number"))
    with conversation.changing(sender) as change:
        for number in range(count):
            change.write_message(place, str(number))
    for key, number in numbers.items():
        Participation.objects.filter(pk=key).update(first_unread_number=number)
