"""The inbox: its pages, its filter, and what waits in it."""

import pytest
from django.utils import timezone

from talk.models import Participation

from .asking import gid, group, leave, nodes, ok, private, say, walk

pytestmark = pytest.mark.django_db

INBOX = """
query ($filter: InboxFilter, $first: Int, $after: String, $last: Int, $before: String) {
  inbox(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount changesCursor
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { unreadCount firstUnreadNumber conversation { id title kind } } }
  }
}
"""


def inbox_ids(ask, **variables):
    """The ids of the conversations in the inbox."""
    return [node["conversation"]["id"] for node in nodes(ok(ask(INBOX, **variables))["inbox"])]


def ids(*rows):
    return [gid(row) for row in rows]


class TestInbox:
    def test_the_inbox_of_a_newcomer_is_empty(self, gql, alice):
        inbox = ok(gql(alice)(INBOX))["inbox"]

        assert (inbox["edges"], inbox["totalCount"]) == ([], 0)
        assert inbox["pageInfo"] == {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        }

    def test_the_inbox_has_each_conversation_once_the_latest_first(self, gql, alice, bob, carol):
        first = private(bob, alice, "one", "two")
        second = private(carol, alice, "three")
        third = group(alice, bob, carol, says=["four"])
        say(bob, first)

        assert inbox_ids(gql(alice)) == ids(first, third, second)

    def test_the_cursors_of_all_of_it_and_of_a_part_are_the_same(self, gql, alice, bob):
        for title in ("one", "two", "three", "four"):
            group(alice, bob, title=title, says=[title])
        ask, groups = gql(alice), {"kind": "GROUP"}

        def page(**variables):
            return ok(ask(INBOX, **variables))["inbox"]

        for former, latter in ((None, groups), (groups, None)):
            first = page(filter=former, first=2)
            then = page(filter=latter, first=9, after=first["pageInfo"]["endCursor"])
            titles = [
                node["conversation"]["title"] for each in (first, then) for node in nodes(each)
            ]
            assert titles == ["four", "three", "two", "one"]
            back = page(filter=latter, last=9, before=first["pageInfo"]["endCursor"])
            assert [node["conversation"]["title"] for node in nodes(back)] == ["four"]

    def test_somebody_elses_conversations_are_not_in_it(self, gql, alice, bob, carol):
        private(bob, carol, "between us")

        assert inbox_ids(gql(alice)) == []

    def test_a_conversation_that_was_left_is_not_in_it(self, gql, alice, bob, carol):
        conversation = group(alice, bob, carol)
        leave(alice, conversation)

        assert inbox_ids(gql(alice)) == []
        assert inbox_ids(gql(bob)) == ids(conversation)

    def test_each_entry_says_what_is_unread(self, gql, alice, bob):
        conversation = private(alice, bob, "mine")
        say(bob, conversation, "yours")
        say(bob, conversation, "yours again")

        (entry,) = nodes(ok(gql(alice)(INBOX))["inbox"])

        assert (entry["unreadCount"], entry["firstUnreadNumber"]) == (2, 2)

    def test_walking_the_pages_gives_every_conversation_once(self, gql, alice, django_user_model):
        people = [django_user_model.objects.create_user(f"person {n}") for n in range(7)]
        expected = ids(*reversed([private(person, alice, "hi") for person in people]))
        # As in a busy second, or a restored dump.
        Participation.objects.update(last_activity_at=timezone.now())
        ask = gql(alice)

        def read_page(**variables):
            return ok(ask(INBOX, **variables))["inbox"]

        forward = walk(read_page, first=2)
        backward = walk(read_page, last=2)

        for pages in (forward, reversed(backward)):
            shown = [node["conversation"]["id"] for page in pages for node in nodes(page)]
            assert shown == expected
        for pages in (forward, backward):
            assert [len(page["edges"]) for page in pages] == [2, 2, 2, 1]

    def test_page_info_is_true_also_when_nothing_else_is_asked_for(self, gql, alice, bob, carol):
        private(bob, alice, "hi")
        private(carol, alice, "hi")

        answer = ok(gql(alice)("{ inbox(first: 1) { pageInfo { hasNextPage } } }"))

        assert answer["inbox"]["pageInfo"]["hasNextPage"]


class TestInboxFilter:
    @pytest.fixture
    def talks(self, alice, bob, carol, dave):
        talks = {
            "with_bob": private(bob, alice, "unread"),
            "with_carol": private(alice, carol, "mine"),
            "lunch": group(alice, bob, carol, title="Lunch 100%", says=["mine"]),
            "work": group(bob, alice, dave, title="Work", says=["unread"]),
        }
        talks["with_carol"].participation_of(alice).mark_unread()
        return talks

    @pytest.mark.parametrize(
        ("filter", "found"),
        [
            (None, {"with_bob", "with_carol", "lunch", "work"}),
            ({}, {"with_bob", "with_carol", "lunch", "work"}),
            ({"unread": True}, {"with_bob", "with_carol", "work"}),
            ({"unread": False}, {"lunch"}),
            ({"kind": "PRIVATE"}, {"with_bob", "with_carol"}),
            ({"kind": "GROUP"}, {"lunch", "work"}),
            ({"titleContains": "LUNCH"}, {"lunch"}),
            ({"titleContains": "unch"}, {"lunch"}),
            ({"titleContains": "100 LUN"}, {"lunch"}),
            ({"titleContains": "lunch work"}, set()),
            ({"titleContains": "%"}, {"lunch"}),
            ({"titleContains": "_"}, set()),
            ({"titleContains": ""}, {"with_bob", "with_carol", "lunch", "work"}),
            ({"titleContains": "x" * 60_000}, set()),
            ({"unread": None, "kind": None, "with": None, "titleContains": None}, 4),
            ({"unread": True, "kind": "GROUP"}, {"work"}),
            ({"unread": False, "kind": "PRIVATE"}, set()),
            ({"unread": True, "kind": "GROUP", "titleContains": "lunch"}, set()),
        ],
    )
    def test_what_is_given_holds_together(self, gql, alice, talks, filter, found):
        expected = set(talks) if found == 4 else found

        shown = set(inbox_ids(gql(alice), filter=filter))

        assert shown == {gid(talks[name]) for name in expected}

    def test_with_are_those_that_all_of_these_take_part_in(
        self, gql, alice, bob, carol, dave, talks
    ):
        def found(*people, **others):
            return set(inbox_ids(gql(alice), filter={"with": ids(*people), **others}))

        assert found(bob) == set(ids(talks["with_bob"], talks["lunch"], talks["work"]))
        assert found(bob, carol) == set(ids(talks["lunch"]))
        assert found(bob, kind="PRIVATE") == set(ids(talks["with_bob"]))
        assert found(alice, bob, dave, unread=True) == set(ids(talks["work"]))
        assert found(carol, dave) == set()
        assert found() == set(ids(*talks.values()))

    def test_by_status_it_lists_what_one_left_as_it_was(self, gql, alice, bob, carol, dave, talks):
        work, lunch = talks["work"], talks["lunch"]
        lunch.participation_of(bob).leave()
        for left in (work, lunch):
            leave(alice, left)
        work.participation_of(dave).remove()
        work.participation_of(bob).rename("Play")
        work.participation_of(bob).invite([carol])

        def found(**filter):
            return inbox_ids(gql(alice), filter=filter)

        # The one with the newest message first.
        assert found(status="LEFT") == ids(work, lunch)
        assert found(status="ACTIVE") == found() == ids(talks["with_carol"], talks["with_bob"])
        assert found(status="LEFT", titleContains="work") == ids(work)
        assert found(status="LEFT", titleContains="play") == []
        people = {"bob": ids(bob), "carol": ids(carol), "dave": ids(dave)}
        assert {name: found(status="LEFT", **{"with": each}) for name, each in people.items()} == {
            "bob": ids(work),
            "carol": ids(lunch),
            "dave": ids(work),
        }
        assert inbox_ids(gql(dave), filter={"status": "REMOVED"}) == ids(work)

    def test_with_does_not_find_whom_has_left(self, gql, alice, dave, talks):
        leave(dave, talks["work"])

        assert inbox_ids(gql(alice), filter={"with": ids(dave)}) == []


class TestUnreadTotal:
    def test_it_counts_what_others_said_everywhere(self, gql, alice, bob, carol):
        private(bob, alice, "one", "two")
        left = group(carol, alice, bob, says=["three"])
        private(alice, carol, "mine")
        ask = gql(alice)

        assert ok(ask("{ unreadTotal }"))["unreadTotal"] == 3

        leave(alice, left)
        assert ok(ask("{ unreadTotal }"))["unreadTotal"] == 2

    def test_it_stops_at_a_hundred(self, gql, alice, bob):
        private(bob, alice, *map(str, range(101)))

        assert ok(gql(alice)("{ unreadTotal }"))["unreadTotal"] == 100


def test_pages_nest_in_the_inbox_each_by_its_own_numbers(gql, alice, bob, carol):
    group(bob, alice, carol, says=map(str, range(1, 8)))
    private(alice, bob, "a", "b")
    short = private(carol, alice)

    answer = ok(
        gql(alice)(
            """{ inbox { edges { node { conversation { id
              newest: messages(last: 2) { edges { node { body } } pageInfo { hasPreviousPage } }
              oldest: messages(first: 3) { edges { node { body } } pageInfo { hasNextPage } }
              unread: messages(around: {firstUnread: true}, first: 1) { edges { node { body } } }
            } } } } }"""
        )
    )
    shown = [node["conversation"] for node in nodes(answer["inbox"])]
    bodies = [
        [[node["body"] for node in nodes(each[name])] for name in ("newest", "oldest", "unread")]
        for each in shown
    ]

    assert shown[0]["id"] == gid(short)
    assert bodies == [
        [[], [], []],
        [["a", "b"], ["a", "b"], ["b"]],
        [["6", "7"], ["1", "2", "3"], ["1"]],
    ]
    assert [each["newest"]["pageInfo"]["hasPreviousPage"] for each in shown] == [False, False, True]
    assert [each["oldest"]["pageInfo"]["hasNextPage"] for each in shown] == [False, False, True]
