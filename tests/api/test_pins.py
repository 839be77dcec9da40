"""Pinned messages over GraphQL: what viewers see of them, and what that costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Block, Message, Participation, Pin

from .asking import act, code, gid, group, leave, nodes, ok, private, refusal, say, say_many, walk

pytestmark = pytest.mark.django_db

PINS = """query ($id: ID!, $first: Int, $after: String) { conversation(id: $id) {
    pins(first: $first, after: $after) {
        edges { cursor node { pinnedAt pinnedBy { username } message {
            number body hidden removal pinnedAt conversation { id } } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { ... on Message { pinnedAt revision } } }"
THREAD = """query ($id: ID!) { conversation(id: $id) {
    messages { edges { node { number pinnedAt } } } } }"""


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(carol, harbour):
    return say(carol, harbour)


def pin(user, message, verb="pin_message"):
    conversation = type(message.conversation).objects.get(pk=message.conversation_id)
    found = Message.objects.get(pk=message.pk)
    return getattr(conversation.participation_of(user), verb)(found)


def pins(ask, conversation, **page):
    return ok(ask(PINS, id=gid(conversation), **page))["conversation"]["pins"]


def numbers(ask, conversation, **page):
    return [each["message"]["number"] for each in nodes(pins(ask, conversation, **page))]


def test_one_pins_and_unpins(gql, harbour, said, alice):
    ask, asked = gql(alice), "{ revision pinnedAt }"

    pinned = act(ask, "pinMessage", f"pinned {asked}", message=gid(said))
    at = Pin.objects.get().at.isoformat()
    unpinned = act(ask, "unpinMessage", f"unpinned {asked}", message=gid(said))

    assert pinned == {"pinned": {"revision": 3, "pinnedAt": at}}
    assert unpinned == {"unpinned": {"revision": 4, "pinnedAt": None}}


def test_again_is_no_change(gql, said, alice):
    ask = gql(alice)
    for _time in range(2):
        answer = act(ask, "pinMessage", "pinned { revision }", message=gid(said))
        assert answer == {"pinned": {"revision": 3}}
    for _time in range(2):
        answer = act(ask, "unpinMessage", "unpinned { revision }", message=gid(said))
        assert answer == {"unpinned": {"revision": 4}}


@pytest.mark.parametrize("mutation", ["pinMessage", "unpinMessage"])
class TestRefusals:
    def test_a_member_without_a_role(self, gql, said, carol, mutation):
        assert refusal(gql(carol), mutation, message=gid(said)) == ("NOT_ALLOWED", ["message"])

    def test_what_happened(self, gql, harbour, alice, mutation):
        harbour.participation_of(alice).rename("Port")
        renamed = harbour.messages.get(kind=Message.Kind.RENAMED)

        assert refusal(gql(alice), mutation, message=gid(renamed)) == ("NOT_A_TEXT", ["message"])

    def test_a_message_that_one_does_not_see(self, gql, said, dave, mutation):
        for message in (gid(said), gid(Message(pk=said.pk + 1))):
            assert refusal(gql(dave), mutation, message=message) == ("NOT_FOUND", ["message"])

    def test_an_id_of_something_else(self, gql, harbour, alice, mutation):
        assert refusal(gql(alice), mutation, message=gid(harbour)) == ("INVALID_ID", ["message"])


class TestWhatIsSeen:
    def test_each_pin_with_its_message_and_who_pinned_it_the_last_pinned_first(
        self, gql, harbour, said, alice, bob
    ):
        harbour.participation_of(bob).change_role(
            Participation.Role.ADMIN, by=harbour.participation_of(alice)
        )
        later = say(bob, harbour, "Later")
        pin(alice, later)
        pin(bob, said)

        found = nodes(pins(gql(alice), harbour))

        assert [each["pinnedBy"]["username"] for each in found] == ["bob", "alice"]
        assert [each["message"]["body"] for each in found] == ["Hello", "Later"]
        assert all(each["pinnedAt"] == each["message"]["pinnedAt"] for each in found)
        assert {each["message"]["conversation"]["id"] for each in found} == {gid(harbour)}

    def test_pages_of_them_have_each_once(self, gql, harbour, alice):
        texts = say_many(alice, harbour, 7)
        for each in texts:
            pin(alice, each)
        ask = gql(alice)

        for size in (1, 3, 7, 8):
            pages = walk(lambda **given: pins(ask, harbour, **given), first=size)
            shown = [each["message"]["number"] for page in pages for each in nodes(page)]
            assert shown == [each.number for each in reversed(texts)]
            previous = [page["pageInfo"]["hasPreviousPage"] for page in pages]
            assert previous == [False] + [True] * (len(pages) - 1)

    def test_a_page_of_nothing(self, gql, harbour, said, alice):
        pin(alice, said)

        found = pins(gql(alice), harbour, first=0)

        assert (found["edges"], found["pageInfo"]["hasNextPage"]) == ([], True)

    @pytest.mark.parametrize("first", [-1, 101])
    def test_pages_that_are_not_possible(self, gql, harbour, alice, first):
        assert code(gql(alice)(PINS, id=gid(harbour), first=first)) == "INVALID_PAGE"

    @pytest.mark.parametrize("after", ["", "x", "cGluOng=", "bnVtYmVyOjE=", "a\0"])
    def test_cursors_of_something_else(self, gql, harbour, alice, after):
        assert code(gql(alice)(PINS, id=gid(harbour), after=after)) == "INVALID_CURSOR"

    def test_a_message_of_somebody_blocked_is_shown_as_hidden(
        self, gql, harbour, said, alice, carol
    ):
        pin(alice, said)
        Block.objects.block(alice, carol)

        (found,) = nodes(pins(gql(alice), harbour))
        message = found["message"]
        assert (message["body"], message["hidden"]) == ("", True)
        assert message["pinnedAt"]

    def test_a_deleted_account_is_not_named(self, gql, harbour, said, alice, bob):
        pin(alice, said)
        alice.delete()

        (found,) = nodes(pins(gql(bob), harbour))
        assert found["pinnedBy"] is None

    def test_of_a_message_past_its_time_nothing_even_if_it_was_not_purged_yet(
        self, gql, settings, harbour, said, alice
    ):
        pin(alice, said)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        assert numbers(gql(alice), harbour) == []
        assert ok(gql(alice)(NODE, id=gid(said)))["node"]["pinnedAt"] is None
        assert Pin.objects.exists()

    def test_whoever_cleared_the_conversation_sees_none_of_before(self, gql, harbour, said, alice):
        pin(alice, said)
        harbour.participation_of(alice).clear()

        assert numbers(gql(alice), harbour) == []

    def test_in_private_the_other_sees_them_too(self, gql, alice, bob):
        said = private(alice, bob, "Hello").messages.get()
        pin(bob, said)

        assert numbers(gql(alice), said.conversation) == [1]


class TestWhoLeft:
    """They see what was pinned before they left and is pinned still, and nothing else."""

    @pytest.fixture(params=["left", "removed", "invited", "declined"])
    def gone(self, request, settings, harbour, said, alice, bob):
        """Bob has gone. Since then, one message was pinned, and another was unpinned."""
        unpinned, pinned_later = say(alice, harbour), say(alice, harbour)
        for message in (said, unpinned):
            pin(alice, message)
        if request.param == "removed":
            harbour.participation_of(bob).remove(harbour.participation_of(alice))
        else:
            leave(bob, harbour)
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        if request.param in ("invited", "declined"):
            harbour.participation_of(alice).invite([bob])
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
        if request.param == "declined":
            harbour.participation_of(bob).decline()
        pin(alice, pinned_later)
        pin(alice, unpinned, "unpin_message")
        return unpinned, pinned_later

    def test_in_the_list(self, gql, harbour, said, gone, alice, bob):
        assert numbers(gql(bob), harbour) == [said.number]
        assert len(numbers(gql(alice), harbour)) == 2, "there is more to see for who stayed"

    def test_and_at_each_message_whose_revision_tells_no_more(
        self, gql, harbour, said, gone, alice, bob
    ):
        _unpinned, pinned_later = gone
        ask = gql(bob)

        assert ok(ask(NODE, id=gid(said)))["node"]["pinnedAt"]
        for message in gone:
            assert ok(ask(NODE, id=gid(message)))["node"]["pinnedAt"] is None
        revision = ok(ask(NODE, id=gid(pinned_later)))["node"]["revision"]
        assert revision < Message.objects.get(pk=pinned_later.pk).revision
        assert ok(gql(alice)(NODE, id=gid(pinned_later)))["node"]["pinnedAt"]

    def test_on_a_page_too_and_beside_conversations_that_they_are_in(
        self, gql, harbour, said, gone, alice, bob
    ):
        elsewhere = say(alice, group(alice, bob, title="Elsewhere"))
        pin(alice, elsewhere)
        status = harbour.participation_of(bob).status.upper()
        pages = "edges { node { conversation { pins { edges { node { message { id } } } } } } }"
        inbox = f"""{{ gone: inbox(filter: {{status: {status}}}, first: 3) {{ {pages} }}
            inbox(first: 3) {{ {pages} }} }}"""

        answer = ok(gql(bob)(inbox))

        listed = {
            name: [
                [each["message"]["id"] for each in nodes(place["conversation"]["pins"])]
                for place in nodes(answer[name])
            ]
            for name in ("gone", "inbox")
        }
        assert listed == {"gone": [[gid(said)]], "inbox": [[gid(elsewhere)]]}


class TestCosts:
    @pytest.fixture
    def queries(self, gql, alice):
        def count(document, **variables):
            ask = gql(alice)
            ask("{ viewer { id } }")
            with CaptureQueriesContext(connection) as asked:
                ok(ask(document, **variables))
            return len([each for each in asked if "session" not in each["sql"]])

        return count

    def test_a_page_of_messages_takes_one_query_more_if_it_asks_for_pins(
        self, queries, harbour, alice
    ):
        plain = THREAD.replace("pinnedAt", "")
        for count in (1, 40):
            for each in say_many(alice, harbour, count)[:20]:
                pin(alice, each)
            without = queries(plain, id=gid(harbour))
            assert queries(THREAD, id=gid(harbour)) == without + 1

    def test_the_pins_take_as_many_queries_for_many_as_for_one(
        self, queries, harbour, alice, bob, carol
    ):
        pins = "edges { node { pinnedBy { username } message { body sender { username } } } }"
        inbox = f"""{{ inbox(first: 20) {{ edges {{ node {{ conversation {{
            pins(first: 5) {{ {pins} }} }} }} }} }} }}"""
        pin(alice, say(alice, harbour))
        few = queries(PINS, id=gid(harbour)), queries(inbox)
        for each in say_many(carol, harbour, 40):
            pin(alice, each)
        for number in range(10):
            pin(alice, say(bob, group(alice, bob, title=f"{number}")))
        many = queries(PINS, id=gid(harbour)), queries(inbox)

        # The viewer, the conversation, whom the viewer blocked, the pins, their messages, and when
        # these were pinned.
        assert few[0] == many[0] == 6
        # The viewer, the inbox, whom the viewer blocked, the pins, their messages.
        assert few[1] == many[1] == 5

    def test_they_are_priced_by_how_many_are_asked_for(self, harbour, alice):
        from django.test import Client

        def cost(first):
            client = Client()
            client.force_login(alice)
            body = {
                "query": f"""query ($id: ID!) {{ conversation(id: $id) {{
                    pins(first: {first}) {{ edges {{ node {{ message {{ body }} }} }} }} }} }}""",
                "variables": {"id": gid(harbour)},
                "extensions": {"cost": True},
            }
            answer = client.post("/graphql", body, content_type="application/json").json()
            return answer["extensions"]["cost"]["cost"]

        assert cost(100) - cost(0) == 310
