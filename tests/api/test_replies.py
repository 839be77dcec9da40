"""Replies by the API: what they quote, and the branches that they make."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk.models import Block, Message

from .asking import act, gid, group, leave, nodes, ok, private, refusal, say, walk

pytestmark = pytest.mark.django_db

QUOTE = "replyTo { number body removal hidden }"


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol)


def reply(user, conversation, number, body="Yes"):
    return conversation.participation_of(user).send(body, reply_to=number)


def remove(message, why=Message.Removal.MODERATED):
    with message.conversation.changing(None) as change:
        change.remove([message], why)


def thread(ask, conversation, selection, page="last: 50"):
    query = f"""query ($id: ID!) {{ conversation(id: $id) {{
        messages({page}) {{ edges {{ node {{ {selection} }} }} }} }} }}"""
    return nodes(ok(ask(query, id=gid(conversation)))["conversation"]["messages"])


def shown(ask, message, selection):
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ {selection} }} }} }}"
    return ok(ask(query, id=gid(message)))["node"]


def test_each_alias_has_the_page_that_it_asks_for(gql, alice, bob, lunch):
    said = say(alice, lunch, "Noon?")
    for body in ("one", "two", "three"):
        reply(bob, lunch, said.number, body)
    edges = "{ edges { cursor node { body } } }"
    first = shown(gql(alice), said, f"replies(first: 1) {edges}")["replies"]["edges"][0]["cursor"]
    pages = {"one": "first: 1", "all": "first: 3", "rest": f'first: 2, after: "{first}"'}
    selection = " ".join(f"{name}: replies({page}) {edges}" for name, page in pages.items())

    seen = shown(gql(alice), said, selection)

    bodies = {name: [each["body"] for each in nodes(seen[name])] for name in pages}
    assert bodies == {"one": ["one"], "all": ["one", "two", "three"], "rest": ["two", "three"]}


class TestSending:
    def test_a_reply_says_what_it_replies_to(self, gql, alice, bob, lunch):
        say(alice, lunch, "Noon?")

        payload = f"sent {{ number root {QUOTE} }}"
        answer = act(
            gql(bob), "sendMessage", payload, conversationId=gid(lunch), body="Yes", replyTo=1
        )

        assert answer["sent"] == {
            "number": 2,
            "root": 1,
            "replyTo": {"number": 1, "body": "Noon?", "removal": None, "hidden": False},
        }

    @pytest.mark.parametrize("number", [-1, 0, 2, 2_147_483_647])
    def test_to_nothing_that_is_there(self, gql, alice, bob, lunch, number):
        say(alice, lunch)

        told = refusal(
            gql(bob), "sendMessage", conversationId=gid(lunch), body="Yes", replyTo=number
        )

        assert told == ("NUMBER_OUT_OF_RANGE", ["replyTo"])

    def test_to_what_only_happened(self, gql, alice, bob, lunch):
        lunch.participation_of(alice).rename("Lunch")

        told = refusal(gql(bob), "sendMessage", conversationId=gid(lunch), body="x", replyTo=1)

        assert told == ("NOT_A_TEXT", ["replyTo"])

    def test_a_number_needs_a_conversation_that_is_named(self, gql, alice, bob):
        private(alice, bob, "Hi")

        told = refusal(gql(bob), "sendMessage", to=[gid(alice)], body="x", replyTo=1)

        assert told == ("INVALID_INPUT", ["replyTo"])

    def test_a_reply_takes_nobody_in(self, gql, alice, bob, dave, lunch):
        pair = private(alice, bob, "Hi")
        say(alice, lunch)

        for there in pair, lunch:
            told = refusal(
                gql(bob),
                "sendMessage",
                conversationId=gid(there),
                body="x",
                replyTo=1,
                invite=[gid(dave)],
            )
            assert told == ("INVALID_INPUT", ["replyTo"])
        assert Message.objects.filter(body="x").count() == 0


class TestQuotes:
    def test_a_quote_is_what_the_message_says_now(self, gql, alice, bob, lunch):
        asked = say(alice, lunch, "Noon?")
        answer = reply(bob, lunch, 1)
        lunch.participation_of(alice).edit(asked, "One o'clock?")

        assert shown(gql(bob), answer, QUOTE)["replyTo"]["body"] == "One o'clock?"
        assert thread(gql(bob), lunch, QUOTE)[1]["replyTo"]["body"] == "One o'clock?"

    def test_what_was_removed_is_quoted_without_words(self, gql, alice, bob, lunch):
        asked = say(alice, lunch, "Noon?")
        reply(bob, lunch, 1)
        remove(asked)
        reply(bob, lunch, 1)

        for answer in thread(gql(bob), lunch, f"root {QUOTE}")[1:]:
            assert answer == {
                "root": 1,
                "replyTo": {"number": 1, "body": "", "removal": "MODERATED", "hidden": False},
            }

    def test_what_a_blocked_person_said_is_hidden_in_quotes_too(
        self, gql, alice, bob, carol, lunch
    ):
        say(carol, lunch, "Insult")
        answer = reply(alice, lunch, 1)
        Block.objects.block(bob, carol)

        quote = {"number": 1, "body": "", "removal": None, "hidden": True}
        assert shown(gql(bob), answer, QUOTE)["replyTo"] == quote
        assert shown(gql(alice), answer, QUOTE)["replyTo"]["body"] == "Insult"

    def test_a_text_that_changed_after_somebody_left_is_no_quote_for_them(
        self, gql, alice, bob, carol, lunch
    ):
        asked = say(alice, lunch, "Noon?")
        answer = reply(carol, lunch, 1)
        leave(bob, lunch)
        lunch.participation_of(alice).edit(asked, "One o'clock?")

        quote = {"number": 1, "body": "", "removal": "CHANGED_SINCE", "hidden": False}
        assert shown(gql(bob), answer, QUOTE)["replyTo"] == quote
        assert thread(gql(bob), lunch, QUOTE)[1]["replyTo"] == quote

    def test_what_somebody_cleared_is_no_quote_for_them(self, gql, alice, bob, lunch):
        say(alice, lunch, "Noon?")
        lunch.participation_of(bob).clear()
        answer = reply(alice, lunch, 1)

        assert shown(gql(bob), answer, f"root {QUOTE}") == {"root": 1, "replyTo": None}
        assert shown(gql(alice), answer, QUOTE)["replyTo"]["body"] == "Noon?"

    def test_a_quote_quotes(self, gql, alice, bob, lunch):
        say(alice, lunch, "One")
        for number in range(1, 4):
            reply(bob, lunch, number, f"Answer {number}")

        deep = "number replyTo { number replyTo { number replyTo { number replyTo { number } } } }"
        (last,) = thread(gql(bob), lunch, deep, page="last: 1")

        numbers = []
        while last is not None:
            numbers.append(last["number"])
            last = last.get("replyTo")
        assert numbers == [4, 3, 2, 1]

    def test_a_later_mutation_of_the_same_request_quotes_what_an_earlier_one_wrote(
        self, gql, alice, bob, lunch
    ):
        asked = say(alice, lunch, "Noon?")
        ask = gql(alice)
        reply_ = """sendMessage(input: {conversationId: $id, body: "Yes", replyTo: 1}) {
            ... on SendMessagePayload { sent { replyTo { body } } } }"""
        edit = """editMessage(input: {message: $message, body: "One?"}) {
            ... on Refusal { code } }"""
        document = f"""mutation ($id: ID!, $message: ID!) {{
            before: {reply_} {edit} after: {reply_} }}"""

        found = ok(ask(document, id=gid(lunch), message=gid(asked)))

        said = [found[name]["sent"]["replyTo"]["body"] for name in ("before", "after")]
        assert said == ["Noon?", "One?"]


class TestBranches:
    BRANCH = "number replyCount replies(first: 9) { edges { node { number } } }"

    def test_a_branch_has_all_replies_however_deep(self, gql, alice, bob, carol, lunch):
        say(alice, lunch, "One")
        say(alice, lunch, "Two")
        for person, number in ((bob, 1), (carol, 3), (bob, 2), (alice, 4)):
            reply(person, lunch, number)

        found = {
            each["number"]: (
                each["replyCount"],
                [reply["number"] for reply in nodes(each["replies"])],
            )
            for each in thread(gql(bob), lunch, self.BRANCH)
        }

        assert found == {
            1: (3, [3, 4, 6]),
            2: (1, [5]),
            **dict.fromkeys((3, 4, 5, 6), (0, [])),
        }

    def test_removed_replies_are_left_out(self, gql, alice, bob, lunch):
        asked = say(alice, lunch)
        gone = reply(bob, lunch, 1)
        reply(bob, lunch, gone.number)
        remove(gone)

        found = shown(gql(alice), asked, self.BRANCH)

        assert found["replyCount"] == 1
        assert [each["number"] for each in nodes(found["replies"])] == [3]

    def test_a_branch_outlives_its_first_message(self, gql, alice, bob, lunch):
        asked = say(alice, lunch)
        reply(bob, lunch, 1)
        remove(asked, Message.Removal.RETRACTED)

        assert shown(gql(bob), asked, "removal replyCount") == {
            "removal": "RETRACTED",
            "replyCount": 1,
        }

    def test_replies_of_blocked_people_count(self, gql, alice, bob, carol, lunch):
        asked = say(alice, lunch)
        reply(carol, lunch, 1, "Insult")
        Block.objects.block(bob, carol)

        found = shown(gql(bob), asked, "replyCount replies { edges { node { body hidden } } }")

        assert found["replyCount"] == 1
        assert nodes(found["replies"]) == [{"body": "", "hidden": True}]

    @pytest.mark.parametrize("status", ["LEFT", "REMOVED", "INVITED", "DECLINED"])
    def test_who_is_gone_sees_the_replies_until_then(
        self, gql, alice, bob, lunch, settings, status
    ):
        asked = say(alice, lunch)
        reply(alice, lunch, 1)
        if status == "REMOVED":
            lunch.participation_of(bob).remove(by=lunch.participation_of(alice))
        else:
            leave(bob, lunch)
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        if status in {"INVITED", "DECLINED"}:
            lunch.participation_of(alice).invite([bob])
        if status == "DECLINED":
            lunch.participation_of(bob).decline()
        assert lunch.participation_of(bob).status == status.lower()
        reply(alice, lunch, 1, "A secret")

        full = "replyCount replies(first: 1) { edges { node { body } } pageInfo { hasNextPage } }"
        for found in shown(gql(bob), asked, full), thread(gql(bob), lunch, full)[0]:
            assert found["replyCount"] == 1
            assert nodes(found["replies"]) == [{"body": "Yes"}]
            assert not found["replies"]["pageInfo"]["hasNextPage"]
        assert shown(gql(alice), asked, "replyCount") == {"replyCount": 2}

    def test_each_conversation_has_its_own_bound(self, gql, alice, bob, carol):
        """One answer shows a group that the viewer left and one that they are in."""
        left, stayed = group(alice, bob, carol), group(alice, bob, carol)
        for there in left, stayed:
            say(alice, there)
        leave(bob, left)
        for there in left, stayed:
            reply(alice, there, 1)

        page = "{ messages(first: 1) { edges { node { replyCount } } } }"
        both = {"left": left, "stayed": stayed}
        asked = (f'{name}: conversation(id: "{gid(there)}") {page}' for name, there in both.items())
        found = ok(gql(bob)(f"{{ {' '.join(asked)} }}"))

        counts = {name: nodes(each["messages"])[0]["replyCount"] for name, each in found.items()}
        assert counts == {"left": 0, "stayed": 1}

    def test_pages_of_a_branch(self, gql, alice, bob, lunch):
        asked = say(alice, lunch)
        for number in range(7):
            reply(bob, lunch, 1)
            say(alice, lunch, f"Between {number}")
        ask = gql(bob)

        def page(first, after=None):
            arguments = f"first: {first}" + (f', after: "{after}"' if after else "")
            pages = "edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage "
            pages += "startCursor endCursor }"
            return shown(ask, asked, f"replies({arguments}) {{ {pages} }}")["replies"]

        pages = walk(page, first=3)

        assert [[each["number"] for each in nodes(each)] for each in pages] == [
            [2, 4, 6],
            [8, 10, 12],
            [14],
        ]
        assert [each["pageInfo"]["hasPreviousPage"] for each in pages] == [False, True, True]
        for each in pages:
            cursors = [edge["cursor"] for edge in each["edges"]]
            ends = [each["pageInfo"]["startCursor"], each["pageInfo"]["endCursor"]]
            assert ends == [cursors[0], cursors[-1]]
        empty = page(0)
        assert (empty["edges"], empty["pageInfo"]["endCursor"]) == ([], None)
        assert empty["pageInfo"]["hasNextPage"]

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ("first: -1", "INVALID_PAGE"),
            ("first: 101", "INVALID_PAGE"),
            ('after: "x"', "INVALID_CURSOR"),
        ],
    )
    def test_no_page(self, gql, alice, lunch, arguments, code):
        asked = say(alice, lunch)
        query = "query ($id: ID!) { node(id: $id) { ... on Message { replies(%s) { edges { cursor"
        answer = gql(alice)(f"{query % arguments} }} }} }} }} }}", id=gid(asked))

        assert answer["errors"][0]["extensions"]["code"] == code

    def test_a_long_branch_is_counted_up_to_a_thousand(self, gql, alice, bob, lunch):
        asked = say(alice, lunch)
        Message.objects.bulk_create(
            Message(
                conversation=lunch,
                number=number,
                sender=bob,
                body="Me too",
                reply_to=1,
                root=1,
                sent_at=timezone.now(),
            )
            for number in range(2, 1_004)
        )
        type(lunch).objects.filter(pk=lunch.pk).update(last_number=1_003)

        assert shown(gql(alice), asked, "replyCount") == {"replyCount": 1_000}


class TestCosts:
    @pytest.fixture
    def queries(self, gql, alice):
        """How many queries an answer takes."""
        ask = gql(alice)

        def queries(document, **variables):
            ok(ask(document, **variables))
            with CaptureQueriesContext(connection) as captured:
                ok(ask(document, **variables))
            return len(captured)

        return queries

    def page(self, selection, size=50):
        return f"""query ($id: ID!) {{ conversation(id: $id) {{
            messages(last: {size}) {{ edges {{ node {{ {selection} }} }} }} }} }}"""

    @pytest.mark.parametrize(
        ("selection", "count"),
        [
            ("body", 5),
            ("body root replyTo { body sender { name } }", 6),
            ("replyTo { body replyTo { body sender { name } } }", 7),
            ("body replyCount", 6),
            ("body replies(first: 2) { edges { node { body sender { name } } } }", 7),
            ("replies(first: 2) { edges { node { replyTo { body } replyCount } } }", 8),
        ],
    )
    def test_a_page_takes_the_same_queries_for_much_as_for_little(
        self, queries, alice, bob, lunch, settings, selection, count
    ):
        settings.TALK = {**settings.TALK, "MAX_COST": 10**9}

        def page(size):
            page = f"messages(last: {size}) {{ edges {{ node {{ {selection} }} }} }}"
            return f"query ($id: ID!) {{ conversation(id: $id) {{ {page} }} }}"

        say(alice, lunch)
        reply(alice, lunch, 1)
        for _ in range(39):
            say(alice, lunch)
        # The last messages quote what is not on the page, and have a branch of their own.
        reply(bob, lunch, 2)
        say(alice, lunch)
        reply(bob, lunch, 43)
        few = queries(page(3), id=gid(lunch))
        for number in range(2, 40):
            reply(bob, lunch, number)
            reply(bob, lunch, lunch.messages.count())

        assert queries(page(90), id=gid(lunch)) == few == count

    @pytest.mark.parametrize(
        ("selection", "more"),
        [
            ("replyTo { id }", 1),
            ("replyTo { replyTo { id } }", 2),
            ("replyTo { replyTo { replyTo { id } } }", 3),
            # The page, and an edge and a message for each of its items.
            ("replies(first: 10) { edges { node { id } } }", 1 + 10 * 2 + 10 // 10),
            ("replies { edges { node { id } } }", 1 + 50 * 2 + 50 // 10),
            ("replies(first: 3) { edges { node { replyTo { id } } } }", 1 + 3 * 3),
        ],
    )
    def test_quotes_and_branches_have_their_price(self, alice, lunch, selection, more):
        client = Client()
        client.force_login(alice)

        def cost(selection):
            query = "query ($id: ID!) { node(id: $id) { ... on Message { number %s } } }"
            body = {
                "query": query % selection,
                "variables": {"id": gid(say(alice, lunch))},
                "extensions": {"cost": True},
            }
            answer = client.post("/graphql", body, content_type="application/json").json()
            return answer["extensions"]["cost"]["cost"]

        assert cost(selection) == cost("") + more
