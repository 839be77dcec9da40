"""The messages of a conversation, in pages."""

from datetime import timedelta

import pytest

from talk.models import Message

from .asking import gid, group, leave, nodes, ok, private, say, say_many, walk

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

ARGUMENTS = "first: $first, after: $after, last: $last, before: $before, around: $around"
VARIABLES = "$first: Int, $after: String, $last: Int, $before: String, $around: MessagesAround"
MESSAGES = f"""
query ($id: ID!, {VARIABLES}) {{
  conversation(id: $id) {{ messages({ARGUMENTS}) {{
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
    edges {{ cursor node {{ id number body kind sentAt
      sender {{ username }} subject {{ username }} conversation {{ id }} }} }}
  }} }}
}}
"""
SAID = 120


@pytest.fixture
def conversation(alice, bob):
    """A conversation with `SAID` messages of which Bob said the first hundred."""
    conversation = private(bob, alice, "first")
    say_many(bob, conversation, 99)
    say_many(alice, conversation, SAID - 100)
    return conversation


@pytest.fixture
def read(gql, alice, conversation):
    """`read(first=2)` is that page as Alice reads it."""
    ask = gql(alice)

    def read(**variables):
        answer = ok(ask(MESSAGES, id=gid(conversation), **variables))
        return answer["conversation"]["messages"]

    return read


@pytest.fixture
def cursor_of(read):
    """The cursor of the message with a number."""
    return lambda number: read(around={"number": number}, first=1)["edges"][0]["cursor"]


def numbers(page):
    return [node["number"] for node in nodes(page)]


def between(first, last):
    return list(range(first, last + 1))


def test_the_newest_fifty_come_in_order_if_nothing_is_asked_for(read):
    assert numbers(read()) == between(71, 120)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"first": 3}, between(1, 3)),
        ({"last": 3}, between(118, 120)),
        ({"first": 100}, between(1, 100)),
        ({"last": 100}, between(21, 120)),
        ({"first": 0}, []),
        ({"last": 0}, []),
        ({"after": 60}, between(61, 110)),
        ({"after": 119}, [120]),
        ({"after": 120}, []),
        ({"before": 60}, between(10, 59)),
        ({"before": 2}, [1]),
        ({"before": 1}, []),
        ({"first": 2, "after": 60}, [61, 62]),
        ({"last": 2, "before": 60}, [58, 59]),
        ({"first": 2, "before": 60}, [1, 2]),
        ({"last": 2, "after": 60}, [119, 120]),
        ({"after": 10, "before": 14}, [11, 12, 13]),
        ({"after": 10, "before": 90}, between(11, 60)),
        ({"after": 14, "before": 10}, []),
        ({"first": 2, "after": 10, "before": 12}, [11]),
        ({"last": 2, "after": 10, "before": 20}, [18, 19]),
        ({"first": 5, "last": 2}, [4, 5]),
        ({"first": 2, "last": 5}, [1, 2]),
        ({"first": 5, "last": 2, "after": 10}, [14, 15]),
    ],
)
def test_pages_are_what_relay_says(read, cursor_of, asked, expected):
    for end in ("after", "before"):
        if end in asked:
            asked = asked | {end: cursor_of(asked[end])}

    page = read(**asked)

    assert numbers(page) == expected
    info = page["pageInfo"]
    if expected:
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (
            expected[0] > 1,
            expected[-1] < SAID,
        )
        edges = page["edges"]
        assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
    else:
        assert (info["startCursor"], info["endCursor"]) == (None, None)


@pytest.mark.parametrize("size", [7, 40, 60, 100])
def test_walking_the_pages_gives_every_message_once(read, size):
    forward = walk(read, first=size)
    backward = walk(read, last=size)

    assert [number for page in forward for number in numbers(page)] == between(1, SAID)
    assert [number for page in reversed(backward) for number in numbers(page)] == between(1, SAID)


def test_what_is_said_during_a_walk_comes_at_its_end(read, bob, conversation):
    page = read(first=100)
    say(bob, conversation, "late")

    rest = read(first=100, after=page["pageInfo"]["endCursor"])

    assert numbers(rest) == between(101, SAID + 1)


def test_a_cursor_at_the_end_waits_for_what_comes(read, bob, conversation):
    end = read(last=1)["pageInfo"]["endCursor"]
    assert numbers(read(after=end)) == []

    say(bob, conversation, "late")

    assert numbers(read(after=end)) == [SAID + 1]


@pytest.mark.parametrize(
    ("around", "first", "expected"),
    [
        ({"number": 60}, 10, between(55, 64)),
        ({"number": 60}, 1, [60]),
        ({"number": 60}, 0, []),
        ({"number": 60}, None, between(35, 84)),
        ({"number": 2}, 10, between(1, 10)),
        ({"number": 119}, 10, between(111, 120)),
        ({"number": 0}, 4, between(1, 4)),
        ({"number": -5}, 4, between(1, 4)),
        ({"number": 5000}, 4, between(117, 120)),
        ({"firstUnread": True}, 4, between(1, 4)),
    ],
)
def test_a_page_can_be_around_a_place(read, around, first, expected):
    page = read(around=around, first=first)

    assert numbers(page) == expected
    if expected:
        assert page["pageInfo"]["hasPreviousPage"] == (expected[0] > 1)
        assert page["pageInfo"]["hasNextPage"] == (expected[-1] < SAID)


def test_around_the_first_unread_message_moves_with_reading(read, alice, conversation):
    conversation.participation_of(alice).read(79)
    assert numbers(read(around={"firstUnread": True}, first=5)) == between(78, 82)

    conversation.participation_of(alice).read()
    assert numbers(read(around={"firstUnread": True}, first=5)) == between(116, 120)


def test_around_a_time_is_around_the_first_message_since(read, conversation):
    since = Message.objects.get(conversation=conversation, number=40).sent_at

    def around(time):
        return numbers(read(around={"time": time}, first=3))

    assert around(since.isoformat()) == [39, 40, 41]
    assert around((since + timedelta(microseconds=1)).isoformat()) == [40, 41, 42]
    assert around("2000-01-01T00:00:00Z") == [1, 2, 3]
    assert around("2999-01-01T00:00:00+02:00") == [118, 119, 120]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2000-01-01T00:00:00", [1, 2, 3]),
        ("0001-01-01T00:00:00+14:00", [1, 2, 3]),
        ("9999-12-31T23:59:59-12:00", [118, 119, 120]),
    ],
)
def test_a_time_may_lack_its_zone_and_lie_at_the_ends_of_time(read, time, expected):
    assert numbers(read(around={"time": time}, first=3)) == expected


def test_cursors_round_trip(read, conversation):
    edge = read(around={"number": 7}, first=1)["edges"][0]

    assert numbers(read(first=1, after=edge["cursor"])) == [8]
    assert numbers(read(last=1, before=edge["cursor"])) == [6]


def test_each_message_says_who_and_where(gql, alice, bob, carol):
    conversation = group(alice, bob, says=["Hi"])
    conversation.add_participants([carol], by=conversation.participation_of(bob))

    answer = ok(gql(carol)(MESSAGES, id=gid(conversation)))
    said, joined = nodes(answer["conversation"]["messages"])

    assert (said["body"], said["kind"], said["subject"]) == ("Hi", "TEXT", None)
    assert said["sender"]["username"] == "alice"
    assert (joined["body"], joined["kind"]) == ("", "JOINED")
    assert (joined["sender"]["username"], joined["subject"]["username"]) == ("bob", "carol")
    assert said["conversation"] == joined["conversation"] == {"id": gid(conversation)}


def test_the_pages_of_who_left_end_where_they_left(gql, alice, bob, carol):
    conversation = group(alice, bob, carol, says=["1", "2"])
    leave(carol, conversation)
    say(alice, conversation, "behind their back")
    ask = gql(carol)

    def read(**variables):
        answer = ok(ask(MESSAGES, id=gid(conversation), **variables))
        return answer["conversation"]["messages"]

    for asked in ({}, {"around": {"number": 4}}, {"around": {"time": "2999-01-01T00:00:00Z"}}):
        page = read(**asked)
        assert (numbers(page), page["pageInfo"]["hasNextPage"]) == ([1, 2, 3], False)
    assert [number for page in walk(read, first=2) for number in numbers(page)] == [1, 2, 3]
    assert numbers(read(after=read()["pageInfo"]["endCursor"])) == []


def test_what_the_project_says_is_announced(gql, alice, bob):
    conversation = private(alice, bob, "mine")
    conversation.announce("We move.")
    query = """query ($id: ID!) { conversation(id: $id) { viewerParticipation { unreadCount }
        messages { edges { node { kind body announced sender { id } } } } } }"""

    answer = ok(gql(alice)(query, id=gid(conversation)))["conversation"]

    assert answer["viewerParticipation"] == {"unreadCount": 1}
    mine, ours = nodes(answer["messages"])
    assert (mine["announced"], ours["announced"]) == (False, True)
    assert ours == {"kind": "TEXT", "body": "We move.", "announced": True, "sender": None}
