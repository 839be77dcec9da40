"""Reactions over GraphQL: what viewers see of them, and what that costs."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schema.types import message_reactions
from talk.conf import Conf
from talk.models import Block, Message, Participation, Reaction

from .asking import act, code, gid, group, leave, nodes, ok, private, refusal, say, say_many

pytestmark = pytest.mark.django_db

REACTIONS = "reactions { emoji count viewerReacted users { username } }"
THREAD = f"""query ($id: ID!) {{ conversation(id: $id) {{
    messages {{ edges {{ node {{ number {REACTIONS} }} }} }} }} }}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ {REACTIONS} }} }} }}"


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(alice, harbour):
    return say(alice, harbour)


def react(user, message, emoji="👍"):
    conversation = type(message.conversation).objects.get(pk=message.conversation_id)
    conversation.participation_of(user).react(Message.objects.get(pk=message.pk), emoji)


def seen(ask, message, document=NODE):
    return [
        (
            each["emoji"],
            each["count"],
            each["viewerReacted"],
            [user["username"] for user in each["users"]],
        )
        for each in ok(ask(document, id=gid(message)))["node"]["reactions"]
    ]


def test_one_reacts_and_takes_it_back(gql, said, bob):
    ask = gql(bob)

    reacted = act(
        ask, "react", f"reacted {{ revision {REACTIONS} }}", message=gid(said), emoji="❤\ufe0f"
    )
    unreacted = act(
        ask, "unreact", f"unreacted {{ revision {REACTIONS} }}", message=gid(said), emoji="❤"
    )

    heart = {"emoji": "❤", "count": 1, "viewerReacted": True, "users": [{"username": "bob"}]}
    assert reacted == {"reacted": {"revision": 3, "reactions": [heart]}}
    assert unreacted == {"unreacted": {"revision": 4, "reactions": []}}


def test_again_is_no_change(gql, said, bob):
    ask = gql(bob)
    for _time in range(2):
        reacted = act(ask, "react", "reacted { revision }", message=gid(said), emoji="👍")
        assert reacted == {"reacted": {"revision": 3}}
    for _time in range(2):
        unreacted = act(ask, "unreact", "unreacted { revision }", message=gid(said), emoji="👍")
        assert unreacted == {"unreacted": {"revision": 4}}


@pytest.mark.parametrize("mutation", ["react", "unreact"])
class TestRefusals:
    @pytest.mark.parametrize("text", ["", "a\0", "\ud800", "\u200b", "x" * 33])
    def test_what_is_no_emoji_at_all(self, gql, said, bob, mutation, text):
        refused = refusal(gql(bob), mutation, message=gid(said), emoji=text)

        assert refused == ("INVALID_EMOJI", ["emoji"])

    def test_what_happened(self, gql, harbour, alice, mutation):
        harbour.participation_of(alice).rename("Port")
        renamed = harbour.messages.get(kind=Message.Kind.RENAMED)

        refused = refusal(gql(alice), mutation, message=gid(renamed), emoji="👍")
        assert refused == ("NOT_A_TEXT", ["message"])

    def test_a_message_that_one_does_not_see(self, gql, said, dave, mutation):
        for message in (gid(said), gid(Message(pk=said.pk + 1))):
            refused = refusal(gql(dave), mutation, message=message, emoji="👍")
            assert refused == ("NOT_FOUND", ["message"])

    def test_an_id_of_something_else(self, gql, harbour, bob, mutation):
        refused = refusal(gql(bob), mutation, message=gid(harbour), emoji="👍")

        assert refused == ("INVALID_ID", ["message"])


@pytest.mark.parametrize("text", ["a", "lol", "1", "👍👍", "👍 ", ":-)", "\u0301"])
def test_one_reacts_with_one_emoji(gql, said, bob, text):
    assert refusal(gql(bob), "react", message=gid(said), emoji=text) == ("INVALID_EMOJI", ["emoji"])


def test_the_twenty_first_emoji_is_one_too_many(gql, said, alice, bob):
    for number in range(20):
        react(alice, said, chr(0x1F600 + number))

    refused = refusal(gql(bob), "react", message=gid(said), emoji="👍")

    assert refused == ("TOO_MANY_REACTIONS", ["emoji"])


class TestWhatIsSeen:
    def test_the_emoji_in_the_order_in_which_each_began(self, gql, said, alice, bob, carol):
        react(carol, said, "🎉")
        react(bob, said, "👍")
        react(alice, said, "🎉")
        react(bob, said, "❤")

        assert seen(gql(bob), said) == [
            ("🎉", 2, False, ["carol", "alice"]),
            ("👍", 1, True, ["bob"]),
            ("❤", 1, True, ["bob"]),
        ]

    def test_the_first_so_many_users(self, gql, said, alice, bob, carol):
        for each in (carol, bob, alice):
            react(each, said)
        few = NODE.replace("users", "users(first: FIRST)")

        for first, names in ((0, []), (1, ["carol"]), (2, ["carol", "bob"])):
            assert seen(gql(bob), said, few.replace("FIRST", str(first))) == [
                ("👍", 3, True, names)
            ]

    @pytest.mark.parametrize("first", [-1, 101])
    def test_at_most_a_hundred(self, gql, said, bob, first):
        react(bob, said)
        answer = gql(bob)(NODE.replace("users", f"users(first: {first})"), id=gid(said))

        assert code(answer) == "INVALID_PAGE"

    def test_five_unless_one_asks_for_others(self, gql, said, alice):
        users = get_user_model().objects
        people = users.bulk_create(users.model(username=f"person{n:02}") for n in range(12))
        Reaction.objects.bulk_create(
            Reaction(message=said, user=each, emoji="👍") for each in people
        )

        ((_emoji, count, _own, names),) = seen(gql(alice), said)
        assert (count, names) == (12, [f"person{n:02}" for n in range(5)])

    def test_each_alias_has_as_many_as_it_asks_for(self, gql, said, alice, bob, carol):
        for each in (carol, bob, alice):
            react(each, said)
        both = "one: users(first: 1) { username } two: users(first: 2) { username }"
        document = NODE.replace(REACTIONS, f"reactions {{ {both} }}")

        (thumb,) = ok(gql(bob)(document, id=gid(said)))["node"]["reactions"]

        assert [len(thumb[name]) for name in ("one", "two")] == [1, 2]

    def test_who_is_blocked_is_counted_and_not_named(self, gql, said, alice, bob, carol):
        for each in (carol, bob):
            react(each, said)
        Block.objects.block(alice, carol)

        assert seen(gql(alice), said) == [("👍", 2, False, ["bob"])]
        assert seen(gql(carol), said) == [("👍", 2, True, ["carol", "bob"])]

    def test_a_deleted_account_is_counted_and_not_named(self, gql, said, alice, bob, carol):
        for each in (carol, bob):
            react(each, said)
        carol.delete()

        assert seen(gql(alice), said) == [("👍", 2, False, ["bob"])]
        few = NODE.replace("users", "users(first: 1)")
        assert seen(gql(alice), said, few) == [("👍", 2, False, ["bob"])]

    def test_of_a_removed_message_none(self, gql, harbour, said, bob):
        react(bob, said)
        with harbour.changing(None) as change:
            change.remove([said], Message.Removal.MODERATED)

        assert seen(gql(bob), said) == []

    def test_of_a_message_past_its_time_none_even_if_it_was_not_purged_yet(
        self, gql, settings, said, bob
    ):
        react(bob, said)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        assert seen(gql(bob), said) == []
        assert Reaction.objects.exists()


class TestWhoLeft:
    """They see the reactions from before they left, and no others."""

    @pytest.fixture
    def before(self, harbour, said, alice, bob, carol):
        react(carol, said, "👍")
        react(bob, said, "👍")
        return [("👍", 2, True, ["carol", "bob"])]

    def after(self, said, alice, carol):
        react(alice, said, "👍")
        react(carol, said, "❤")

    def test_by_themselves(self, gql, harbour, said, alice, bob, carol, before):
        leave(bob, harbour)
        self.after(said, alice, carol)

        assert seen(gql(bob), said) == before
        assert len(seen(gql(alice), said)) == 2, "there is more to see for who stayed"

    def test_or_were_removed(self, gql, harbour, said, alice, bob, carol, before):
        owner = harbour.participation_of(alice)
        harbour.participation_of(bob).remove(owner)
        self.after(said, alice, carol)

        assert seen(gql(bob), said) == before

    def test_or_were_invited_again(self, gql, settings, harbour, said, alice, bob, carol, before):
        leave(bob, harbour)
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        harbour.participation_of(alice).invite([bob])
        self.after(said, alice, carol)

        assert seen(gql(bob), said) == before
        harbour.participation_of(bob).decline()
        assert seen(gql(bob), said) == before

    def test_on_a_page_too_and_beside_conversations_that_they_are_in(
        self, gql, harbour, said, alice, bob, carol, before
    ):
        elsewhere = say(alice, group(alice, bob, title="Elsewhere"))
        leave(bob, harbour)
        self.after(said, alice, carol)
        react(alice, elsewhere, "❤")
        react(bob, elsewhere, "❤")

        page = f"messages(first: 9) {{ edges {{ node {{ number {REACTIONS} }} }} }}"
        inbox = f"""{{ left: inbox(filter: {{status: LEFT}}, first: 3) {{ ...all }}
            inbox(first: 3) {{ ...all }} }}
            fragment all on ParticipationConnection
            {{ edges {{ node {{ conversation {{ {page} }} }} }} }}"""
        answer = ok(gql(bob)(inbox))
        counts = [
            [
                [(each["emoji"], each["count"], len(each["users"])) for each in one["reactions"]]
                for place in nodes(answer[name])
                for one in nodes(place["conversation"]["messages"])
            ]
            for name in ("left", "inbox")
        ]

        assert counts == [[[("👍", 2, 2)], []], [[("❤", 2, 2)]]]

    def test_those_who_come_back_see_all(self, gql, harbour, said, alice, bob, carol, before):
        leave(bob, harbour)
        self.after(said, alice, carol)
        harbour.participation_of(bob).reinstate(harbour.participation_of(alice))

        assert seen(gql(bob), said) == [
            ("👍", 3, True, ["carol", "bob", "alice"]),
            ("❤", 1, False, ["carol"]),
        ]


def test_a_mutation_tells_of_reactions_as_they_are_after_it(gql, said, bob):
    asked = "{ reacted { reactions { emoji count } } }"
    document = f"""mutation ($id: ID!) {{
        one: react(input: {{message: $id, emoji: "👍"}}) {{ ... on ReactPayload {asked} }}
        two: react(input: {{message: $id, emoji: "❤"}}) {{ ... on ReactPayload {asked} }} }}"""

    answer = ok(gql(bob)(document, id=gid(said)))

    counts = [
        [each["emoji"] for each in answer[name]["reacted"]["reactions"]] for name in ("one", "two")
    ]
    assert counts == [["👍"], ["👍", "❤"]]


class TestCosts:
    @pytest.fixture
    def queries(self, gql, alice):
        def count(document, conversation):
            ask = gql(alice)
            ask("{ viewer { id } }")
            with CaptureQueriesContext(connection) as asked:
                ok(ask(document, id=gid(conversation)))
            return len([each for each in asked if "session" not in each["sql"]])

        return count

    def filled(self, harbour, alice, messages, reactors, emoji=("👍", "❤")):
        users = get_user_model().objects
        count = users.count()
        people = users.bulk_create(users.model(username=f"{count + n}") for n in range(reactors))
        Reaction.objects.bulk_create(
            Reaction(message=message, user=each, emoji=one)
            for message in say_many(alice, harbour, messages)
            for each in people
            for one in emoji
        )

    @pytest.mark.parametrize("document", [THREAD, THREAD.replace("users { username }", "")])
    def test_a_page_takes_as_many_queries_whatever_was_reacted(
        self, queries, harbour, alice, document
    ):
        self.filled(harbour, alice, 1, 1)
        few = queries(document, harbour)
        self.filled(harbour, alice, 40, 3)
        many = queries(document, harbour)
        self.filled(harbour, alice, 1, 1_000)
        crowded = queries(document, harbour)

        without = queries(
            document.replace(document[document.index("reactions") : -10], " "), harbour
        )
        assert few == many == crowded == without + (2 if "users" in document else 1)

    def test_an_answer_names_no_more_people_than_were_asked_for(
        self, gql, harbour, alice, monkeypatch
    ):
        self.filled(harbour, alice, 3, 200, emoji=("👍",))
        rows = []
        show = message_reactions.show
        monkeypatch.setattr(
            message_reactions, "show", lambda users: show(rows.extend(users) or rows)
        )
        few = THREAD.replace("users", "users(first: 2)")
        pages = ok(gql(alice)(few, id=gid(harbour)))["conversation"]["messages"]

        assert [len(one["reactions"][0]["users"]) for one in nodes(pages)] == [2, 2, 2]
        assert len(rows) == 6

    def test_the_names_are_priced_by_how_many_are_asked_for(self, gql, said, alice):
        def cost(users):
            from django.test import Client

            client = Client()
            client.force_login(alice)
            query = (
                f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ reactions {users} }} }} }}"
            )
            body = {"query": query, "variables": {"id": gid(said)}, "extensions": {"cost": True}}
            answer = client.post("/graphql", body, content_type="application/json").json()
            assert answer["extensions"]["cost"]["limit"] == Conf.MAX_COST
            return answer["extensions"]["cost"]["cost"]

        plain = cost("{ emoji count }")
        assert cost("{ emoji count users(first: 0) { id } }") == plain
        assert cost("{ emoji count users { id } }") == plain + 10 * 5 * 11 // 10
        assert cost("{ emoji count users(first: 100) { id } }") == plain + 10 * 110


def test_in_private_the_other_sees_them_too(gql, alice, bob):
    said = private(alice, bob, "Hello").messages.get()
    react(bob, said)

    assert seen(gql(alice), said) == [("👍", 1, False, ["bob"])]


def test_it_moves_nobodys_inbox(gql, said, alice, bob):
    before = list(Participation.objects.order_by("pk").values())

    act(gql(bob), "react", message=gid(said), emoji="👍")

    assert list(Participation.objects.order_by("pk").values()) == before
