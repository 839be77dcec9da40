"""Who cleared a conversation gets nothing any more of what was there, by no door of the API."""

import pytest

from .asking import act, gid, group, leave, nodes, ok, refusal, say, walk

pytestmark = pytest.mark.django_db

PAGE = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String,
    $around: MessagesAround) { conversation(id: $id) {
  messages(first: $first, after: $after, last: $last, before: $before, around: $around) {
    edges { cursor node { number body } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, says=["one", "two", "three"])


@pytest.fixture
def cleared(gql, bob, lunch):
    """Bob cleared it after three messages."""
    act(gql(bob), "clearConversation", conversationId=gid(lunch))
    return lunch


def page(ask, conversation, **given):
    return ok(ask(PAGE, id=gid(conversation), **given))["conversation"]["messages"]


def numbers(page):
    return [each["number"] for each in nodes(page)]


def test_it_answers_from_where_on_the_viewer_sees(gql, alice, bob, lunch):
    payload = "participation { firstVisibleNumber unreadCount firstUnreadNumber lastReadNumber }"
    assert lunch.participation_of(bob).unread_count == 3

    answer = act(gql(bob), "clearConversation", payload, conversationId=gid(lunch))

    assert answer["participation"] == {
        "firstVisibleNumber": 4,
        "unreadCount": 0,
        "firstUnreadNumber": None,
        "lastReadNumber": None,
    }


def test_the_bound_is_told_to_its_owner_alone(gql, alice, bob, cleared):
    query = """query ($id: ID!) { conversation(id: $id) { participants { edges { node {
        user { username } firstVisibleNumber } } } } }"""

    found = {
        viewer: {
            each["user"]["username"]: each["firstVisibleNumber"]
            for each in nodes(
                ok(gql(person)(query, id=gid(cleared)))["conversation"]["participants"]
            )
        }
        for viewer, person in (("alice", alice), ("bob", bob))
    }

    assert found == {
        "alice": {"alice": 1, "bob": None, "carol": None},
        "bob": {"alice": None, "bob": 4, "carol": None},
    }


def test_there_is_nothing_to_see_at_first(gql, bob, cleared):
    for given in (
        {},
        {"first": 2},
        {"last": 2},
        {"around": {"number": 2}},
        {"around": {"number": 99}},
        {"around": {"firstUnread": True}},
        {"around": {"time": "2000-01-01T00:00:00Z"}},
    ):
        assert page(gql(bob), cleared, **given) == {
            "edges": [],
            "pageInfo": {
                "hasNextPage": False,
                "hasPreviousPage": False,
                "startCursor": None,
                "endCursor": None,
            },
        }, given


def test_every_page_begins_at_the_bound(gql, alice, bob, cleared):
    for body in ("four", "five", "six"):
        say(alice, cleared, body)
    everybody, after_three = page(gql(alice), cleared), page(gql(alice), cleared, first=3)
    before_five = everybody["edges"][4]["cursor"]

    def seen(**given):
        found = page(gql(bob), cleared, **given)
        return numbers(found), found["pageInfo"]["hasPreviousPage"]

    assert numbers(everybody) == [1, 2, 3, 4, 5, 6], "or this test means nothing"
    assert seen() == ([4, 5, 6], False)
    assert seen(first=2) == ([4, 5], False)
    assert seen(last=2) == ([5, 6], True)
    assert seen(last=9) == ([4, 5, 6], False)
    assert seen(first=2, after=after_three["pageInfo"]["startCursor"]) == ([4, 5], False)
    assert seen(last=9, before=before_five) == ([4], False)
    assert seen(last=9, before=everybody["edges"][1]["cursor"]) == ([], False)
    assert seen(first=2, around={"number": 1}) == ([4, 5], False)
    assert seen(first=3, around={"number": 5}) == ([4, 5, 6], False)
    assert seen(first=2, around={"time": "2000-01-01T00:00:00Z"}) == ([4, 5], False)
    assert seen(first=1, around={"firstUnread": True}) == ([4], False)


def test_walks_in_both_directions_end_at_the_bound(gql, alice, bob, cleared):
    for number in range(5):
        say(alice, cleared, str(number))
    ask = gql(bob)

    forward = walk(lambda **given: page(ask, cleared, **given), first=2)
    back = walk(lambda **given: page(ask, cleared, **given), last=2)

    assert [numbers(each) for each in forward] == [[4, 5], [6, 7], [8]]
    assert [numbers(each) for each in back] == [[7, 8], [5, 6], [4]]


def test_what_was_cleared_has_no_id_any_more(gql, alice, bob, cleared):
    message = cleared.messages.get(number=2)
    query = "query ($id: ID!) { node(id: $id) { id } }"

    assert ok(gql(alice)(query, id=gid(message)))["node"], "or this test means nothing"
    assert ok(gql(bob)(query, id=gid(message)))["node"] is None
    told = refusal(gql(bob), "reportMessage", message=gid(message), why="It is rude.")
    assert told == ("NOT_FOUND", ["message"])


def test_ones_own_cleared_message_is_not_changed_any_more(gql, bob, lunch):
    message = say(bob, lunch, "mine")
    act(gql(bob), "clearConversation", conversationId=gid(lunch))

    told = refusal(gql(bob), "editMessage", message=gid(message), body="other")

    assert told == ("NOT_FOUND", ["message"])


def test_the_inbox_shows_no_cleared_message(gql, alice, bob, cleared):
    query = """{ unreadTotal inbox { edges { node { unreadCount conversation {
        lastNumber latestMessage { body } } } } } }"""

    def inbox(person):
        found = ok(gql(person)(query))
        (node,) = nodes(found["inbox"])
        return found["unreadTotal"], node["unreadCount"], node["conversation"]

    assert inbox(bob) == (0, 0, {"lastNumber": 3, "latestMessage": None})
    assert inbox(alice)[2]["latestMessage"] == {"body": "three"}
    say(alice, cleared, "four")
    assert inbox(bob) == (1, 1, {"lastNumber": 4, "latestMessage": {"body": "four"}})


def test_who_left_clears_what_they_still_see(gql, alice, bob, lunch):
    leave(bob, lunch)
    say(alice, lunch, "later")
    assert numbers(page(gql(bob), lunch)) == [1, 2, 3, 4]

    payload = "participation { firstVisibleNumber status }"
    answer = act(gql(bob), "clearConversation", payload, conversationId=gid(lunch))

    assert answer["participation"] == {"firstVisibleNumber": 5, "status": "LEFT"}
    assert numbers(page(gql(bob), lunch)) == []
    latest = "query ($id: ID!) { conversation(id: $id) { latestMessage { body } } }"
    assert ok(gql(bob)(latest, id=gid(lunch)))["conversation"]["latestMessage"] is None


def test_a_message_that_follows_quotes_nothing_that_was_cleared(gql, alice, bob, cleared):
    cleared.participation_of(alice).send("four", reply_to=3)

    query = """query ($id: ID!) { conversation(id: $id) { messages { edges { node {
        root replyTo { body } } } } } }"""
    for person, quote in ((alice, {"body": "three"}), (bob, None)):
        found = nodes(ok(gql(person)(query, id=gid(cleared)))["conversation"]["messages"])
        assert found[-1] == {"root": 3, "replyTo": quote}
