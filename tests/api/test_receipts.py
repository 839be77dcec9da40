"""Who has seen a message, as far as the viewer is told."""

import pytest

from talk.models import Block

from .asking import act, gid, group, leave, nodes, ok, private, refusal, say, say_many, walk

pytestmark = pytest.mark.django_db

SEEN = """query ($id: ID!) { conversation(id: $id) { messages(first: 100) { edges { node {
    number seenCount seenBy(first: 5) { edges { node { user { username } } } } } } } } }"""
READ = """query ($id: ID!) { conversation(id: $id) { participants { edges { node {
    user { username } lastReadNumber readPrivately } } } } }"""
PAGE = """query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Message {
    seenBy(first: $first, after: $after) { edges { cursor node { user { username } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, says=["one", "two", "three"])


def names(connection):
    return [each["user"]["username"] for each in nodes(connection)]


def seen(ask, conversation):
    """By the number of each message: how many have seen it, and who."""
    messages = ok(ask(SEEN, id=gid(conversation)))["conversation"]["messages"]
    return {each["number"]: (each["seenCount"], names(each["seenBy"])) for each in nodes(messages)}


def read(ask, conversation):
    """How far whom has read, as the viewer is told."""
    participants = ok(ask(READ, id=gid(conversation)))["conversation"]["participants"]
    return {each["user"]["username"]: each["lastReadNumber"] for each in nodes(participants)}


def test_a_message_tells_who_else_has_seen_it(gql, alice, bob, carol, lunch):
    lunch.participation_of(bob).read(2)
    lunch.participation_of(carol).read(1)

    expected = {1: (2, ["bob", "carol"]), 2: (1, ["bob"]), 3: (0, [])}
    for viewer in (alice, bob, carol):
        assert seen(gql(viewer), lunch) == expected
        assert read(gql(viewer), lunch) == {"alice": 3, "bob": 2, "carol": 1}


def test_reading_privately_is_shown_to_its_reader_alone(gql, alice, bob, carol, lunch):
    where = {"conversationId": gid(lunch)}
    lunch.participation_of(carol).read(2)
    payload = "participation { lastReadNumber readPrivately }"

    own = act(gql(bob), "markRead", payload, **where, number=2, privately=True)["participation"]

    assert own == {"lastReadNumber": 2, "readPrivately": True}
    assert read(gql(alice), lunch) == {"alice": 3, "bob": None, "carol": 2}
    assert read(gql(bob), lunch) == {"alice": None, "bob": 2, "carol": None}
    assert seen(gql(alice), lunch)[1] == (1, ["carol"])
    assert seen(gql(bob), lunch)[1] == (None, [])

    public = act(gql(bob), "markRead", payload, **where)["participation"]
    assert public == {"lastReadNumber": 3, "readPrivately": False}
    assert read(gql(bob), lunch) == {"alice": 3, "bob": 3, "carol": 2}


def test_whether_somebody_reads_privately_is_told_to_nobody_else(gql, alice, bob, lunch):
    lunch.participation_of(bob).read(2, privately=True)

    participants = ok(gql(alice)(READ, id=gid(lunch)))["conversation"]["participants"]

    assert [each["readPrivately"] for each in nodes(participants)] == [False, None, None]


def test_in_a_large_group_nobody_is_told(gql, settings, alice, bob, lunch):
    lunch.participation_of(bob).read(2)
    settings.TALK = {**settings.TALK, "RECEIPTS_UP_TO": 2}

    assert seen(gql(alice), lunch) == dict.fromkeys((1, 2, 3), (None, []))
    assert read(gql(alice), lunch) == {"alice": 3, "bob": None, "carol": None}
    assert read(gql(bob), lunch) == {"alice": None, "bob": 2, "carol": None}
    assert ok(gql(bob)("{ limits { receiptsUpTo } }")) == {"limits": {"receiptsUpTo": 2}}


def test_who_is_blocked_is_told_nothing_of_who_blocked_them(gql, alice, bob, carol, lunch):
    for user in (bob, carol):
        lunch.participation_of(user).read(2)
    assert seen(gql(alice), lunch)[1] == (2, ["bob", "carol"])

    Block.objects.block(bob, alice)

    assert seen(gql(alice), lunch)[1] == (1, ["carol"])
    assert read(gql(alice), lunch) == {"alice": 3, "bob": None, "carol": 2}
    assert seen(gql(carol), lunch)[1] == (2, ["bob", "carol"])


def test_whom_the_viewer_blocked_is_counted_and_not_named(gql, alice, bob, carol, lunch):
    for user in (bob, carol):
        lunch.participation_of(user).read(2)

    Block.objects.block(alice, bob)

    assert seen(gql(alice), lunch)[1] == (2, ["carol"])


def test_who_left_is_told_nothing_and_is_told_of_to_nobody(gql, alice, bob, carol, lunch):
    for user in (bob, carol):
        lunch.participation_of(user).read(2)
    leave(bob, lunch)

    assert seen(gql(bob), lunch) == dict.fromkeys((1, 2, 3, 4), (None, []))
    assert read(gql(bob), lunch)["carol"] is None
    assert seen(gql(alice), lunch)[1] == (1, ["carol"])
    gone = "query ($id: ID!) { node(id: $id) { ... on Participation { lastReadNumber } } }"
    place = gid(lunch.participation_of(bob))
    assert ok(gql(alice)(gone, id=place)) == {"node": {"lastReadNumber": None}}
    assert ok(gql(bob)(gone, id=place)) == {"node": {"lastReadNumber": 2}}


def test_who_joined_later_has_not_seen_it(gql, alice, dave, lunch):
    lunch.participation_of(alice).invite([dave])
    say(alice, lunch)
    lunch.participation_of(dave).read()

    found = seen(gql(alice), lunch)

    assert (found[1], found[5]) == ((0, []), (1, ["dave"]))
    query = """query ($id: ID!) { conversation(id: $id) { participants { edges { node {
        joinedAtNumber } } } } }"""
    participants = ok(gql(alice)(query, id=gid(lunch)))["conversation"]["participants"]
    assert [each["joinedAtNumber"] for each in nodes(participants)] == [0, 0, 0, 3]


def test_who_is_suspended_has_seen_what_they_read(gql, alice, bob, lunch):
    lunch.participation_of(bob).suspend()
    lunch.participation_of(bob).read(2)

    assert seen(gql(alice), lunch)[1] == (1, ["bob"])


def test_the_pages_of_who_has_seen_a_message_follow_each_other(gql, alice, bob, carol, lunch):
    for user in (bob, carol):
        lunch.participation_of(user).read()
    message = lunch.messages.get(number=1)

    pages = walk(
        lambda **page: ok(gql(alice)(PAGE, id=gid(message), **page))["node"]["seenBy"], first=1
    )

    assert [names(page) for page in pages] == [["bob"], ["carol"]]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True]


def test_the_latest_messages_of_an_inbox_tell_it_too(gql, alice, bob, carol):
    for other in (bob, carol):
        private(alice, other, "Hello")
    private(alice, bob).participation_of(bob).read()

    query = "{ inbox { edges { node { conversation { latestMessage { seenCount } } } } } }"
    found = nodes(ok(gql(alice)(query))["inbox"])

    assert [each["conversation"]["latestMessage"]["seenCount"] for each in found] == [0, 1]


@pytest.mark.parametrize("count", [1, 100])
def test_a_page_asks_the_same_number_of_questions_whatever_is_on_it(
    gql, alice, bob, carol, count, django_assert_num_queries
):
    conversation = group(alice, bob, carol)
    say_many(alice, conversation, count)
    for user in (bob, carol):
        conversation.participation_of(user).read()
    Block.objects.block(carol, bob)
    ask = gql(alice)
    ask(SEEN, id=gid(conversation))

    # The session, the user, the participation and the blocks, the messages; then how far people
    # have read, whom of these somebody blocked, and the rows of those who have seen something.
    with django_assert_num_queries(8):
        found = ok(ask(SEEN, id=gid(conversation)))

    messages = nodes(found["conversation"]["messages"])
    assert [each["seenCount"] for each in messages] == [2] * count


def test_many_conversations_ask_the_same_number_of_questions(
    gql, alice, bob, carol, django_assert_num_queries
):
    query = """{ inbox { edges { node { conversation { latestMessage { seenCount
        seenBy(first: 5) { edges { node { user { username } lastReadNumber } } } }
        participants(first: 5) { edges { node { lastReadNumber } } } } } } } }"""
    ask = gql(alice)

    def start(how_many):
        for _each in range(how_many):
            conversation = group(alice, bob, carol, says=["Hello"])
            conversation.participation_of(bob).read()

    start(1)
    asked = []
    for more in (0, 9):
        start(more)
        ok(ask(query))
        with django_assert_num_queries(8) as queries:
            ok(ask(query))
        asked.append(len(queries))
    assert asked[0] == asked[1]


class TestMarkUnread:
    PLACE = "participation { unreadCount firstUnreadNumber lastReadNumber markedUnreadAt }"

    def test_from_a_message_on(self, gql, bob, lunch):
        lunch.participation_of(bob).read()
        where = {"conversationId": gid(lunch)}

        marked = act(gql(bob), "markUnread", self.PLACE, **where, **{"from": 2})["participation"]
        again = act(gql(bob), "markRead", self.PLACE, **where, number=2)["participation"]

        assert marked.pop("markedUnreadAt")
        assert marked == {"unreadCount": 2, "firstUnreadNumber": 2, "lastReadNumber": 3}
        assert (again["unreadCount"], again["firstUnreadNumber"]) == (1, 3)

    def test_the_first_page_begins_there_again(self, gql, alice, bob, lunch):
        say_many(alice, lunch, 100)
        lunch.participation_of(bob).read()
        act(gql(bob), "markUnread", conversationId=gid(lunch), **{"from": 50})
        query = """query ($id: ID!) { unreadTotal conversation(id: $id) {
            messages(first: 3, around: {firstUnread: true}) { edges { node { number } } } } }"""

        answer = ok(gql(bob)(query, id=gid(lunch)))

        shown = [each["number"] for each in nodes(answer["conversation"]["messages"])]
        assert (answer["unreadTotal"], shown) == (54, [49, 50, 51])

    @pytest.mark.parametrize("number", [0, 4, -1])
    def test_only_from_a_message_that_is_there(self, gql, bob, lunch, number):
        refused = refusal(gql(bob), "markUnread", conversationId=gid(lunch), **{"from": number})

        assert refused == ("NUMBER_OUT_OF_RANGE", ["from"])
