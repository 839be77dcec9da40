"""`Query.searchMessages`: arguments, pages and refusals, and what viewers are shown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay

from talk.models import Block
from talk.models.searching import PLANNED, Search

from .asking import code, gid, group, leave, nodes, ok, private, say, walk

pytestmark = pytest.mark.django_db

SEARCH = """query ($words: String!, $in: ID, $from: ID, $since: DateTime, $first: Int,
       $after: String) {
  searchMessages(query: $words, in: $in, from: $from, since: $since, first: $first, after: $after) {
    edges { cursor node { id number body hidden removal sender { username }
                          conversation { id title lastNumber } } }
    pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
} }"""


def search(ask, words="harbour", **where):
    return ok(ask(SEARCH, words=words, **where))["searchMessages"]


def found(ask, words="harbour", **where):
    return [node["body"] for node in nodes(search(ask, words, **where))]


@pytest.fixture
def there(alice, bob, carol):
    return group(alice, bob, carol, title="Lunch")


class TestPages:
    def test_the_newest_come_first_from_all_conversations(self, gql, there, alice, bob):
        pair = private(alice, bob)
        for at, conversation in enumerate([there, pair, there, pair, there]):
            say(alice, conversation, f"harbour {at}")

        pages = walk(lambda **page: search(gql(bob), **page), first=2)

        bodies = [[node["body"] for node in nodes(page)] for page in pages]
        assert bodies == [["harbour 4", "harbour 3"], ["harbour 2", "harbour 1"], ["harbour 0"]]
        assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
        assert search(gql(bob), first=0)["edges"] == []

    def test_what_comes_meanwhile_moves_no_page(self, gql, there, alice):
        for at in range(4):
            say(alice, there, f"harbour {at}")
        first = search(gql(alice), first=2)

        say(alice, there, "harbour new")

        after = first["pageInfo"]["endCursor"]
        assert found(gql(alice), after=after) == ["harbour 1", "harbour 0"]

    @pytest.mark.parametrize("cursor", ["", "x", "number:1", "mention:1", "found:x", "found:-1"])
    def test_cursors_of_other_lists_are_refused(self, gql, alice, cursor):
        after = relay.to_base64(*cursor.split(":")) if ":" in cursor else cursor

        assert code(gql(alice)(SEARCH, words="harbour", after=after)) == "INVALID_CURSOR"

    @pytest.mark.parametrize("first", [-1, 101])
    def test_pages_have_a_size(self, gql, alice, first):
        assert code(gql(alice)(SEARCH, words="harbour", first=first)) == "INVALID_PAGE"

    def test_what_is_around_a_message_is_one_query_away(self, gql, there, alice, bob):
        for at in range(9):
            say(alice, there, f"harbour {at}" if at == 4 else f"talk {at}")
        (hit,) = nodes(search(gql(bob)))
        around = """query ($id: ID!, $number: Int!) { conversation(id: $id) {
            messages(first: 3, around: {number: $number}) { edges { node { body } } } } }"""

        page = ok(gql(bob)(around, id=hit["conversation"]["id"], number=hit["number"]))

        bodies = [node["body"] for node in nodes(page["conversation"]["messages"])]
        assert bodies == ["talk 3", "harbour 4", "talk 5"]


class TestWhere:
    def test_in_a_conversation_from_a_person_since_a_time(self, gql, there, alice, bob):
        pair = private(alice, bob)
        say(alice, there, "harbour 1"), say(bob, there, "harbour 2")
        last = say(alice, pair, "harbour 3")
        ask = gql(alice)

        assert found(ask, **{"in": gid(there)}) == ["harbour 2", "harbour 1"]
        assert found(ask, **{"from": gid(alice)}) == ["harbour 3", "harbour 1"]
        assert found(ask, **{"in": gid(pair), "from": gid(bob)}) == []
        assert found(ask, since=last.sent_at.isoformat()) == ["harbour 3"]
        assert found(ask, since="9999-12-31T23:59:59-12:00") == []
        assert len(found(ask, since="0001-01-01T00:00:00+12:00")) == 3

    def test_a_conversation_of_others_is_answered_like_none(self, gql, there, alice, dave):
        say(alice, there, "harbour")
        unknown = relay.to_base64("Conversation", 2**62)

        for each in (gid(there), unknown):
            assert code(gql(dave)(SEARCH, words="harbour", **{"in": each})) == "NOT_FOUND"

    def test_a_person_who_is_unknown_is_answered_like_one_who_wrote_nothing(
        self, gql, there, alice, bob, dave
    ):
        say(dave, private(dave, bob), "harbour")
        unknown = relay.to_base64("User", 2**30)

        for each in (gid(dave), unknown):
            assert search(gql(alice), **{"from": each})["edges"] == []

    @pytest.mark.parametrize("name", ["in", "from"])
    @pytest.mark.parametrize("id", ["", "x", "TWVzc2FnZTox"])
    def test_ids_of_other_things_are_refused(self, gql, alice, name, id):
        assert code(gql(alice)(SEARCH, words="harbour", **{name: id})) == "INVALID_ID"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "QUERY_TOO_SHORT"),
        ("a", "QUERY_TOO_SHORT"),
        ("& | ! :* <-> ()", "QUERY_TOO_SHORT"),
        ('"', "QUERY_TOO_SHORT"),
        ("🎉", "QUERY_TOO_SHORT"),
        ("x" * 201, "QUERY_TOO_LONG"),
        ("x" * 10_000, "QUERY_TOO_LONG"),
        ("ab " * 1_000, "QUERY_TOO_LONG"),
        ("ab cd ef gh ij kl mn op qr st uv", "QUERY_TOO_LONG"),
        ("har\0bour", "INVALID_TEXT"),
        ("har\ud800bour", "INVALID_TEXT"),
    ],
)
def test_what_can_not_be_searched_for_is_refused(gql, alice, query, expected):
    assert code(gql(alice)(SEARCH, words=query)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "harbour & x",
        "harbour:*",
        "!harbour",
        "(harbour",
        "'harbour'",
        "\\harbour",
        'har"bour',
        "%_",
    ],
)
def test_odd_input_is_words_and_never_an_error(gql, there, alice, query):
    say(alice, there, "harbour")

    assert found(gql(alice), query + " harbour") in (["harbour"], [])


def test_conversations_are_as_the_viewer_sees_them(gql, there, alice, bob):
    say(alice, there, "harbour")
    leave(bob, there)
    there.participation_of(alice).rename("Dinner")

    (node,) = nodes(search(gql(bob)))

    assert node["conversation"]["title"] == "Lunch"
    assert node["conversation"]["lastNumber"] == 2


def test_nothing_hidden_is_found(gql, there, alice, bob):
    say(bob, there, "harbour")
    assert nodes(search(gql(alice)))[0]["hidden"] is False

    Block.objects.block(alice, bob)

    assert nodes(search(gql(alice))) == []


@pytest.mark.postgresql
def test_what_takes_too_long_is_too_broad(gql, alice, monkeypatch):
    def slow(*_args):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")

    with monkeypatch.context() as patch:
        patch.setitem(PLANNED, "statement_timeout", 50)
        patch.setattr(Search, "_by_index", slow)
        answer = gql(alice)(SEARCH, words="harbour")

    assert code(answer) == "TOO_BROAD"
    assert answer["errors"][0]["extensions"]["retryable"] is False
    assert found(gql(alice)) == []


def test_a_search_is_priced(gql, alice):
    pages = "".join(
        f"m{n}: searchMessages(query: {n}0) {{ edges {{ cursor }} }}" for n in range(20)
    )
    answer = gql(alice)("{ " + pages.replace("query: ", 'query: "').replace("0)", '0")') + " }")

    assert code(answer) == "LIMIT_EXCEEDED"


def test_a_search_costs_as_many_queries_for_many_messages_as_for_few(gql, alice, bob, carol):
    counted = []
    for count in (1, 4):
        for _each in range(count):
            for conversation in (group(alice, bob), group(alice, carol)):
                say(bob if conversation.title else alice, conversation, "harbour")
        with CaptureQueriesContext(connection) as captured:
            assert search(gql(alice))["edges"]
        counted.append(len(captured))

    assert counted[0] == counted[1]


OWN = "conversation { viewerParticipation { muted unreadCount draft { body } } }"


@pytest.mark.parametrize("page", ['searchMessages(query: "harbour")', "savedMessages", "mentions"])
def test_what_is_the_viewers_own_is_read_once_for_the_conversations_of_a_page(
    gql, alice, bob, carol, page
):
    query = f"{{ {page} {{ edges {{ node {{ {OWN} }} }} }} }}"
    counted = []
    for count in (1, 4):
        for _each in range(count):
            there = group(alice, bob, carol)
            own = there.participation_of(alice)
            message = there.participation_of(bob).send("At the harbour", mentions=[alice])
            own.save_message(message)
            own.save_draft("Which one?", base=0)
        with CaptureQueriesContext(connection) as captured:
            shown = nodes(next(iter(ok(gql(alice)(query)).values())))
        counted.append(len(captured))

    places = [each["conversation"]["viewerParticipation"] for each in shown]
    assert places == [{"muted": False, "unreadCount": 1, "draft": {"body": "Which one?"}}] * 5
    assert counted[0] == counted[1]
