"""The viewer mutes, archives and pins conversations over the API, and nobody else is shown it."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from talk.models import Participation

from .asking import act, gid, group, leave, nodes, ok, private, refusal, say

pytestmark = pytest.mark.django_db

PLACE = "notifications mutedUntil muted archivedAt pinnedAt"
SHOWN = f"participation {{ {PLACE} }}"
FRESH = {
    "notifications": "EVERYTHING",
    "mutedUntil": None,
    "muted": False,
    "archivedAt": None,
    "pinnedAt": None,
}
INBOX = """query ($filter: InboxFilter, $first: Int, $after: String) {
  inbox(filter: $filter, first: $first, after: $after) {
    totalCount edges { cursor node { conversation { id } } } } }"""


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, title="Lunch")


def do(ask, verb, conversation, **given):
    """What a verb answers of the viewer's participation."""
    return act(ask, verb, SHOWN, conversationId=gid(conversation), **given)["participation"]


def inbox(ask, **variables):
    found = ok(ask(INBOX, **variables))["inbox"]
    return [each["conversation"]["id"] for each in nodes(found)], found["totalCount"]


class TestVerbs:
    def test_what_was_never_arranged(self, gql, alice, lunch):
        assert do(gql(alice), "unpinConversation", lunch) == FRESH

    def test_notifications_and_the_time_are_set_together(self, gql, alice, lunch):
        ask, until = gql(alice), "2100-01-01T00:00:00+00:00"

        both = do(ask, "setNotifications", lunch, level="MENTIONS", mutedUntil=until)
        level = do(ask, "setNotifications", lunch, level="NOTHING")
        neither = do(ask, "setNotifications", lunch)

        assert both == FRESH | {"notifications": "MENTIONS", "mutedUntil": until, "muted": True}
        assert level == FRESH | {"notifications": "NOTHING", "muted": True}
        assert neither == FRESH

    def test_muted_is_compared_with_the_time_of_the_request(self, gql, alice, lunch, monkeypatch):
        until = datetime(2100, 1, 1, tzinfo=UTC)
        lunch.participation_of(alice).set_notifications(muted_until=until)
        query = "{ inbox { edges { node { muted mutedUntil } } } }"

        def muted():
            (node,) = nodes(ok(gql(alice)(query))["inbox"])
            assert node["mutedUntil"], "it stays, also when it has passed"
            return node["muted"]

        assert muted()
        monkeypatch.setattr(timezone, "now", lambda: until)
        assert not muted()

    @pytest.mark.parametrize(
        "until", ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00", "0001-01-01T00:00:00+14:00"]
    )
    def test_it_is_not_muted_until_the_past(self, gql, alice, lunch, until):
        told = refusal(gql(alice), "setNotifications", conversationId=gid(lunch), mutedUntil=until)

        assert told == ("INVALID_EXPIRY", ["mutedUntil"])

    @pytest.mark.parametrize(
        ("until", "stored"),
        [
            ("2100-01-01T00:00:00", datetime(2100, 1, 1, tzinfo=UTC)),
            ("2100-01-01T00:00:00-11:00", datetime(2100, 1, 1, 11, tzinfo=UTC)),
            ("9999-12-31T23:59:59-14:00", datetime.max.replace(tzinfo=UTC)),
        ],
    )
    def test_far_times_and_times_without_a_zone(self, gql, alice, lunch, until, stored):
        assert do(gql(alice), "setNotifications", lunch, mutedUntil=until)["muted"]

        assert lunch.participation_of(alice).muted_until == stored

    @pytest.mark.parametrize("given", [{"level": "LOUD"}, {"mutedUntil": "soon"}, {"level": None}])
    def test_other_values_are_no_input(self, gql, alice, lunch, given):
        query = """mutation ($input: SetNotificationsInput!) { setNotifications(input: $input) {
            __typename } }"""

        answer = gql(alice)(query, input={"conversationId": gid(lunch)} | given)

        assert [each["extensions"]["code"] for each in answer["errors"]] == [
            "GRAPHQL_VALIDATION_FAILED"
        ]
        assert lunch.participation_of(alice).notify == "everything"

    def test_archived_and_pinned_is_what_came_last(self, gql, alice, lunch):
        ask = gql(alice)

        pinned = do(ask, "pinConversation", lunch)
        archived = do(ask, "archiveConversation", lunch)
        back = do(ask, "unarchiveConversation", lunch)

        assert pinned["pinnedAt"]
        assert pinned["archivedAt"] is None
        assert archived["archivedAt"]
        assert archived["pinnedAt"] is None
        assert back == FRESH

    def test_there_are_at_most_as_many_pins_as_the_limits_say(self, gql, alice, bob, lunch):
        most = ok(gql(alice)("{ limits { pinnedConversations } }"))["limits"]["pinnedConversations"]
        for _each in range(most):
            group(alice, bob).participation_of(alice).pin()

        told = refusal(gql(alice), "pinConversation", conversationId=gid(lunch))

        assert told == ("TOO_MANY_PINS", [])

    @pytest.mark.parametrize(
        "verb",
        [
            "setNotifications",
            "archiveConversation",
            "unarchiveConversation",
            "pinConversation",
            "unpinConversation",
        ],
    )
    def test_what_others_have_is_not_found(self, gql, dave, lunch, verb):
        assert refusal(gql(dave), verb, conversationId=gid(lunch)) == (
            "NOT_FOUND",
            ["conversationId"],
        )


class TestOthers:
    def test_they_are_shown_none_of_it(self, gql, alice, bob, lunch):
        place = lunch.participation_of(bob)
        place.set_notifications(place.NotificationLevel.NOTHING, datetime(2100, 1, 1, tzinfo=UTC))
        place.pin()
        query = f"""query ($id: ID!) {{ conversation(id: $id) {{ participants {{ edges {{ node {{
            user {{ username }} {PLACE} }} }} }} }} }}"""

        def shown(viewer):
            found = nodes(ok(gql(viewer)(query, id=gid(lunch)))["conversation"]["participants"])
            return {each.pop("user")["username"]: each for each in found}

        nothing = dict.fromkeys(FRESH)
        assert shown(alice) == {"alice": FRESH, "bob": nothing, "carol": nothing}
        assert shown(bob)["bob"]["pinnedAt"]
        assert shown(bob)["alice"] == nothing


class TestLists:
    def test_what_is_archived_is_in_a_list_of_its_own(self, gql, alice, bob, carol, lunch):
        ask, other = gql(alice), private(alice, carol, "hi")
        do(ask, "archiveConversation", lunch)

        lunch, other = gid(lunch), gid(other)
        assert inbox(ask) == ([other], 1)
        assert inbox(ask, filter={}) == ([other], 1)
        assert inbox(ask, filter={"archived": False}) == ([other], 1)
        assert inbox(ask, filter={"archived": True}) == ([lunch], 1)
        assert inbox(ask, filter={"archived": None}) == ([other, lunch], 2)
        assert inbox(gql(bob)) == ([lunch], 1)

    def test_a_message_moves_it_from_one_to_the_other(self, gql, alice, bob, lunch):
        ask = gql(alice)
        do(ask, "archiveConversation", lunch)
        assert inbox(ask) == ([], 0)

        say(bob, lunch)

        assert inbox(ask) == ([gid(lunch)], 1)
        assert inbox(ask, filter={"archived": True}) == ([], 0)

    def test_what_is_pinned(self, gql, alice, carol, lunch):
        ask, other = gql(alice), private(alice, carol)
        do(ask, "pinConversation", lunch)

        lunch, other = gid(lunch), gid(other)
        assert inbox(ask) == ([other, lunch], 2), "the order stays"
        assert inbox(ask, filter={"pinned": True}) == ([lunch], 1)
        assert inbox(ask, filter={"pinned": False}) == ([other], 1)
        assert inbox(ask, filter={"pinned": None}) == ([other, lunch], 2)
        assert inbox(ask, filter={"pinned": True, "archived": True}) == ([], 0)

    def test_the_other_conditions_hold_in_the_archive_too(self, gql, alice, bob, carol, lunch):
        ask, other = gql(alice), group(alice, bob, title="Dinner")
        for each in (lunch, other):
            place = each.participation_of(alice)
            place.set_notifications(place.NotificationLevel.NOTHING)
            place.archive()
        say(bob, other)

        def found(**conditions):
            return inbox(ask, filter={"archived": True, **conditions})[0]

        assert found() == [gid(other), gid(lunch)]
        assert found(unread=True) == [gid(other)]
        assert found(titleContains="lunch") == [gid(lunch)]
        assert found(**{"with": [gid(carol)]}) == [gid(lunch)]
        assert found(kind="PRIVATE") == []
        assert inbox(ask, filter={"titleContains": "lunch"})[0] == []

    def test_what_was_left_can_be_archived(self, gql, bob, lunch):
        ask = gql(bob)
        leave(bob, lunch)
        assert inbox(ask, filter={"status": "LEFT"}) == ([gid(lunch)], 1)

        do(ask, "archiveConversation", lunch)

        assert inbox(ask, filter={"status": "LEFT"}) == ([], 0)
        assert inbox(ask, filter={"status": "LEFT", "archived": True}) == ([gid(lunch)], 1)

    def test_pages_of_both_lists_meet_nothing_of_the_other(self, gql, alice, bob):
        groups = [group(alice, bob) for _each in range(7)]
        for each in groups[::2]:
            each.participation_of(alice).archive()
        ask = gql(alice)

        def walked(filter):
            found, after = [], None
            while True:
                page = ok(ask(INBOX, filter=filter, first=2, after=after))["inbox"]
                if not page["edges"]:
                    return found
                found += [each["conversation"]["id"] for each in nodes(page)]
                after = page["edges"][-1]["cursor"]

        newest = [gid(each) for each in reversed(groups)]
        assert walked(None) == newest[1::2]
        assert walked({"archived": True}) == newest[::2]
        assert walked({"archived": None}) == newest

    def test_mentions_are_found_wherever_they_are(self, gql, alice, bob, lunch):
        lunch.participation_of(bob).send("You?", mentions=[alice])
        do(gql(alice), "archiveConversation", lunch)

        found = ok(gql(alice)("{ mentions { edges { node { body } } } }"))["mentions"]

        assert [each["body"] for each in nodes(found)] == ["You?"]

    def test_others_find_who_archived_it(self, gql, alice, bob, lunch):
        do(gql(bob), "archiveConversation", lunch)

        assert inbox(gql(alice), filter={"with": [gid(bob)]}) == ([gid(lunch)], 1)
        query = '{ users(search: "alice") { edges { node { username } } } }'
        assert ok(gql(bob)(query))["users"]["edges"]


class TestTotal:
    def test_it_leaves_out_the_muted_unless_it_is_asked_for(self, gql, alice, bob, carol, lunch):
        ask = gql(alice)
        other, away = private(alice, carol), group(alice, bob)
        for conversation in (lunch, away):
            do(ask, "setNotifications", conversation, level="NOTHING")
        do(ask, "archiveConversation", away)
        for person, conversation in ((bob, lunch), (bob, lunch), (carol, other), (bob, away)):
            say(person, conversation)

        query = """{ unreadTotal all: unreadTotal(muted: true) some: unreadTotal(muted: false)
            inbox(filter: {archived: null}) { edges { node { unreadCount } } } }"""
        found = ok(ask(query))

        counts = [each["unreadCount"] for each in nodes(found.pop("inbox"))]
        assert found == {"unreadTotal": 1, "all": 3, "some": 1}
        assert counts == [1, 1, 2], "muting and archiving hide no unread"

    def test_it_is_the_sum_of_what_the_inbox_shows(self, gql, alice, bob):
        groups = [group(alice, bob, says=["one", "two"]) for _each in range(3)]
        groups[0].participation_of(bob).archive()
        counted = Participation.objects.inbox_for(bob).with_unread_count()

        total = ok(gql(bob)("{ unreadTotal(muted: true) }"))["unreadTotal"]

        assert total == sum(each.unread_count for each in counted) == 4
