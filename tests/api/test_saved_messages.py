"""Saved messages over GraphQL: each viewer sees their own, and that costs little."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Block, Message, SavedMessage

from .asking import act, code, gid, group, leave, nodes, ok, private, refusal, say, say_many, walk

pytestmark = pytest.mark.django_db

SAVED = """query ($first: Int, $after: String) { savedMessages(first: $first, after: $after) {
    edges { cursor savedAt node { number body hidden removal viewerSaved sender { username }
        conversation { id name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
NODE = "query ($id: ID!) { node(id: $id) { ... on Message { viewerSaved } } }"
THREAD = """query ($id: ID!) { conversation(id: $id) {
    messages { edges { node { number viewerSaved } } } } }"""


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(alice, harbour):
    return say(alice, harbour)


def save(user, message):
    conversation = type(message.conversation).objects.get(pk=message.conversation_id)
    found = Message.objects.get(pk=message.pk)
    return conversation.participation_of(user).save_message(found)


def saved(ask, **page):
    return ok(ask(SAVED, **page))["savedMessages"]


def bodies(ask, **page):
    return [each["body"] for each in nodes(saved(ask, **page))]


def is_saved(ask, message):
    return ok(ask(NODE, id=gid(message)))["node"]["viewerSaved"]


def test_one_saves_and_lets_go(gql, said, bob):
    ask = gql(bob)
    given = {"message": gid(said)}

    for _time in range(2):
        answer = act(ask, "saveMessage", "saved { revision viewerSaved }", **given)
        assert answer == {"saved": {"revision": 2, "viewerSaved": True}}
    assert bodies(ask) == ["Hello"]
    for _time in range(2):
        answer = act(ask, "unsaveMessage", "unsaved { revision viewerSaved }", **given)
        assert answer == {"unsaved": {"revision": 2, "viewerSaved": False}}
    assert bodies(ask) == []


@pytest.mark.parametrize("mutation", ["saveMessage", "unsaveMessage"])
class TestRefusals:
    def test_what_happened(self, gql, harbour, alice, bob, mutation):
        harbour.participation_of(alice).rename("Port")
        renamed = harbour.messages.get(kind=Message.Kind.RENAMED)

        assert refusal(gql(bob), mutation, message=gid(renamed)) == ("NOT_A_TEXT", ["message"])

    def test_a_message_that_one_does_not_see(self, gql, said, dave, mutation):
        for message in (gid(said), gid(Message(pk=said.pk + 1))):
            assert refusal(gql(dave), mutation, message=message) == ("NOT_FOUND", ["message"])

    def test_an_id_of_something_else(self, gql, harbour, bob, mutation):
        assert refusal(gql(bob), mutation, message=gid(harbour)) == ("INVALID_ID", ["message"])


class TestWhatIsSeen:
    def test_each_sees_their_own_of_all_conversations_the_last_saved_first(
        self, gql, said, alice, bob
    ):
        between = private(bob, alice, "Between us").messages.get()
        for message in (said, between):
            save(bob, message)

        found = saved(gql(bob))

        assert [each["body"] for each in nodes(found)] == ["Between us", "Hello"]
        assert {each["viewerSaved"] for each in nodes(found)} == {True}
        assert [each["conversation"]["name"] for each in nodes(found)] == ["Alice", "Harbour"]
        at = SavedMessage.objects.latest("pk").at.isoformat()
        assert found["edges"][0]["savedAt"] == at
        assert bodies(gql(alice)) == []
        assert (is_saved(gql(bob), said), is_saved(gql(alice), said)) == (True, False)

    def test_pages_of_them_have_each_once(self, gql, harbour, alice):
        texts = say_many(alice, harbour, 7)
        for each in texts:
            save(alice, each)
        ask = gql(alice)

        for size in (1, 3, 7, 8):
            pages = walk(lambda **given: saved(ask, **given), first=size)
            shown = [each["body"] for page in pages for each in nodes(page)]
            assert shown == [each.body for each in reversed(texts)]

    @pytest.mark.parametrize("first", [-1, 101])
    def test_pages_that_are_not_possible(self, gql, alice, first):
        assert code(gql(alice)(SAVED, first=first)) == "INVALID_PAGE"

    @pytest.mark.parametrize("after", ["", "x", "c2F2ZWQ6eA==", "bWVudGlvbjox", "a\0"])
    def test_cursors_of_something_else(self, gql, alice, after):
        assert code(gql(alice)(SAVED, after=after)) == "INVALID_CURSOR"

    def test_what_somebody_blocked_said_is_hidden(self, gql, said, alice, bob):
        save(bob, said)
        Block.objects.block(bob, alice)

        (message,) = nodes(saved(gql(bob)))
        assert (message["body"], message["hidden"], message["viewerSaved"]) == ("", True, True)

    def test_what_was_taken_back_is_not_among_them(self, gql, harbour, said, alice, bob):
        save(bob, said)
        harbour.participation_of(alice).retract(Message.objects.get(pk=said.pk))

        assert bodies(gql(bob)) == []
        assert not is_saved(gql(bob), said)

    def test_nor_what_was_cleared(self, gql, harbour, said, bob):
        save(bob, said)
        harbour.participation_of(bob).clear()

        assert bodies(gql(bob)) == []

    def test_nor_what_is_past_its_time_even_if_it_was_not_purged_yet(
        self, gql, settings, said, bob
    ):
        save(bob, said)
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}

        assert bodies(gql(bob)) == []
        assert not is_saved(gql(bob), said)
        assert SavedMessage.objects.exists()


class TestWhoLeft:
    @pytest.fixture
    def gone(self, harbour, said, bob):
        save(bob, said)
        leave(bob, harbour)

    def test_they_see_what_they_saved_as_far_as_they_can_read_it(self, gql, said, gone, bob):
        assert bodies(gql(bob)) == ["Hello"]
        assert is_saved(gql(bob), said)

    def test_of_what_was_edited_since_they_see_no_words(self, gql, harbour, said, gone, alice, bob):
        harbour.participation_of(alice).edit(Message.objects.get(pk=said.pk), "Other words")

        (message,) = nodes(saved(gql(bob)))
        assert (message["body"], message["removal"]) == ("", "CHANGED_SINCE")
        assert message["viewerSaved"]

    def test_they_save_and_let_go_what_they_can_read(self, gql, said, gone, bob):
        ask, given = gql(bob), {"message": gid(said)}

        assert act(ask, "unsaveMessage", "unsaved { viewerSaved }", **given) == {
            "unsaved": {"viewerSaved": False}
        }
        assert act(ask, "saveMessage", "saved { viewerSaved }", **given) == {
            "saved": {"viewerSaved": True}
        }

    def test_nothing_of_what_was_said_later(self, gql, harbour, gone, alice, bob):
        later = say(alice, harbour)

        assert refusal(gql(bob), "saveMessage", message=gid(later))[0] == "NOT_FOUND"


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

    def test_a_page_of_messages_takes_one_query_more_if_it_asks_for_what_is_saved(
        self, queries, harbour, alice, bob
    ):
        plain = THREAD.replace("viewerSaved", "")
        for count in (1, 40):
            for each in say_many(bob, harbour, count):
                for user in (alice, bob):
                    save(user, each)
            without = queries(plain, id=gid(harbour))
            assert queries(THREAD, id=gid(harbour)) == without + 1

    def test_the_list_takes_as_many_queries_for_many_conversations_as_for_one(
        self, queries, harbour, alice, bob
    ):
        save(alice, say(bob, harbour))
        document = SAVED.replace("id name", "id kind")
        few = queries(document)
        for number in range(20):
            save(alice, say(bob, group(alice, bob, title=f"{number}")))
        many = queries(document)

        # The viewer, the page, whom the viewer blocked, the conversations, which are saved.
        assert few == many == 5
