"""How far somebody has read, as mutations."""

import pytest

from .asking import act, gid, group, leave, ok, private, refusal

pytestmark = pytest.mark.django_db

PLACE = "participation { user { username } role status lastReadNumber unreadCount markedUnreadAt }"


class TestReadState:
    def test_reading_goes_forward_within_what_there_is(self, gql, alice, bob):
        conversation = private(bob, alice, "1", "2", "3")
        ask, where = gql(alice), {"conversationId": gid(conversation)}

        some = act(ask, "markRead", PLACE, **where, number=2)["participation"]
        same = act(ask, "markRead", PLACE, **where, number=2)["participation"]
        less = act(ask, "markRead", PLACE, **where, number=1)["participation"]
        beyond = [refusal(ask, "markRead", **where, number=number) for number in (4, -1)]
        everything = act(ask, "markRead", PLACE, **where)["participation"]

        assert (some["lastReadNumber"], some["unreadCount"]) == (2, 1)
        assert same == less == some
        assert beyond == [("NUMBER_OUT_OF_RANGE", ["number"])] * 2
        assert (everything["lastReadNumber"], everything["unreadCount"]) == (3, 0)

    def test_what_is_marked_unread_stays_so_until_it_is_read(self, gql, alice, bob):
        conversation = private(alice, bob, "mine")
        ask, where = gql(alice), {"conversationId": gid(conversation)}

        marked = act(ask, "markUnread", PLACE, **where)["participation"]
        read = act(ask, "markRead", PLACE, **where)["participation"]

        assert marked["markedUnreadAt"]
        assert marked["unreadCount"] == 0
        assert read["markedUnreadAt"] is None

    def test_how_far_they_have_read_is_null_until_they_read(self, gql, alice, bob, carol):
        conversation = group(alice, bob, says=["1", "2"])
        conversation.participation_of(alice).invite([carol])

        for user, last in ((alice, 3), (bob, None), (carol, None)):
            query = "query ($id: ID!) { node(id: $id) { ... on Participation { lastReadNumber } } }"
            place = conversation.participation_of(user)
            answer = ok(gql(bob)(query, id=gid(place)))
            assert answer["node"]["lastReadNumber"] == (last and place.last_read_number)

    @pytest.mark.parametrize("mutation", ["markRead", "markUnread"])
    def test_who_left_marks_nothing(self, gql, alice, bob, mutation):
        conversation = group(alice, bob)
        leave(bob, conversation)

        refused = refusal(gql(bob), mutation, conversationId=gid(conversation))

        assert refused == ("NOT_A_PARTICIPANT", [])
