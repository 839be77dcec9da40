"""How members come and go, as mutations."""

import pytest

from talk.models import Participation

from .asking import act, gid, group, leave, private, refusal

pytestmark = pytest.mark.django_db

PLACE = "participation { user { username } role status leftAtNumber }"


@pytest.fixture
def conversation(alice, bob, carol, dave):
    """A group that Alice owns, in which Bob is admin, and Carol and Dave are members."""
    conversation = group(alice, bob, carol, dave, title="Lunch")
    conversation.participation_of(bob).change_role(Participation.Role.ADMIN)
    return conversation


@pytest.fixture
def act_on(gql, conversation):
    """What a mutation by one person on another answers."""

    def act_on(actor, mutation, other, **input):
        where = {"conversationId": gid(conversation), "participant": gid(other)}
        answer = act(gql(actor), mutation, PLACE, **where, **input)
        return answer.get("participation") or (answer["code"], answer["path"])

    return act_on


class TestLeave:
    def test_who_leaves_keeps_what_they_could_read(self, gql, carol, conversation):
        left = act(
            gql(carol),
            "leaveConversation",
            "conversation { id title lastNumber viewerParticipation { status leftAtNumber } }",
            conversationId=gid(conversation),
        )["conversation"]

        assert left == {
            "id": gid(conversation),
            "title": "Lunch",
            "lastNumber": 1,
            "viewerParticipation": {"status": "LEFT", "leftAtNumber": 1},
        }

    def test_a_private_conversation_is_not_left(self, gql, alice, bob):
        where = {"conversationId": gid(private(alice, bob))}

        assert refusal(gql(alice), "leaveConversation", **where) == ("PRIVATE_CONVERSATION", [])

    def test_nobody_leaves_twice(self, gql, carol, dave, conversation):
        leave(carol, conversation)
        conversation.participation_of(dave).remove()
        where = {"conversationId": gid(conversation)}

        assert refusal(gql(carol), "leaveConversation", **where) == ("ALREADY_LEFT", [])
        assert refusal(gql(dave), "leaveConversation", **where) == ("NOT_A_PARTICIPANT", [])


class TestRemove:
    def test_who_is_removed_is_out(self, act_on, alice, carol):
        assert act_on(alice, "removeParticipant", carol) == {
            "user": {"username": "carol"},
            "role": "MEMBER",
            "status": "REMOVED",
            "leftAtNumber": 1,
        }

    @pytest.mark.parametrize(
        ("actor", "other", "code"),
        [
            ("carol", "dave", "NOT_ALLOWED"),
            ("bob", "alice", "NOT_ALLOWED"),
            ("alice", "alice", "CANNOT_REMOVE_YOURSELF"),
            ("alice", "erin", "NEVER_JOINED"),
        ],
    )
    def test_who_may_remove_whom(self, request, act_on, erin, actor, other, code):
        actor, other = map(request.getfixturevalue, (actor, other))

        assert act_on(actor, "removeParticipant", other) == (code, [])

    def test_nobody_is_removed_twice_or_after_leaving(self, act_on, alice, carol, dave):
        assert act_on(alice, "removeParticipant", carol)["status"] == "REMOVED"

        assert act_on(alice, "removeParticipant", carol) == ("NOT_A_MEMBER", [])

    def test_who_left_removes_nobody(self, act_on, bob, carol, conversation):
        leave(bob, conversation)

        assert act_on(bob, "removeParticipant", carol) == ("NOT_A_PARTICIPANT", [])

    def test_somebody_whose_account_is_deactivated_can_be_removed(self, act_on, alice, carol):
        carol.is_active = False
        carol.save()

        assert act_on(alice, "removeParticipant", carol)["status"] == "REMOVED"

    def test_nobody_is_removed_from_a_private_conversation(self, gql, alice, bob):
        where = {"conversationId": gid(private(alice, bob)), "participant": gid(bob)}

        assert refusal(gql(alice), "removeParticipant", **where) == ("PRIVATE_CONVERSATION", [])


class TestReinstate:
    def test_who_left_is_brought_back_by_any_member(self, act_on, carol, dave, conversation):
        leave(carol, conversation)

        back = act_on(dave, "reinstateParticipant", carol)

        assert (back["status"], back["leftAtNumber"]) == ("ACTIVE", None)

    def test_who_was_removed_is_brought_back_by_a_say_alone(
        self, act_on, bob, carol, dave, conversation
    ):
        conversation.participation_of(carol).remove()

        assert act_on(dave, "reinstateParticipant", carol) == ("NOT_ALLOWED", [])
        assert act_on(bob, "reinstateParticipant", carol)["status"] == "ACTIVE"

    def test_nobody_brings_back_themselves(self, act_on, carol, dave, conversation):
        leave(carol, conversation)
        leave(dave, conversation)

        assert act_on(carol, "reinstateParticipant", carol) == ("CANNOT_REINSTATE_YOURSELF", [])
        assert act_on(carol, "reinstateParticipant", dave) == ("NOT_A_PARTICIPANT", [])

    def test_only_who_was_there_and_went_is_brought_back(self, act_on, alice, carol, erin):
        assert act_on(alice, "reinstateParticipant", erin) == ("NEVER_JOINED", [])
        assert act_on(alice, "reinstateParticipant", carol) == ("ALREADY_ACTIVE", [])
        assert act_on(alice, "reinstateParticipant", alice)[0] == "CANNOT_REINSTATE_YOURSELF"


class TestRoles:
    def test_an_owner_gives_any_role(self, act_on, alice, carol):
        for role in ("ADMIN", "OWNER", "OWNER", "MEMBER"):
            assert act_on(alice, "changeRole", carol, role=role)["role"] == role

    @pytest.mark.parametrize(
        ("actor", "other", "role", "code"),
        [
            ("carol", "dave", "ADMIN", "NOT_ALLOWED"),
            ("carol", "carol", "OWNER", "NOT_ALLOWED"),
            ("bob", "carol", "OWNER", "NOT_ALLOWED"),
            ("bob", "alice", "MEMBER", "NOT_ALLOWED"),
            ("bob", "bob", "OWNER", "NOT_ALLOWED"),
            ("alice", "alice", "MEMBER", "LAST_OWNER"),
            ("alice", "erin", "ADMIN", "NEVER_JOINED"),
        ],
    )
    def test_who_gives_which_role(self, request, act_on, erin, actor, other, role, code):
        actor, other = map(request.getfixturevalue, (actor, other))

        assert act_on(actor, "changeRole", other, role=role) == (code, [])

    def test_roles_are_for_members(self, act_on, alice, bob, carol, conversation):
        leave(carol, conversation)

        assert act_on(alice, "changeRole", carol, role="ADMIN") == ("NOT_A_MEMBER", [])
        assert act_on(carol, "changeRole", bob, role="MEMBER") == ("NOT_A_PARTICIPANT", [])


class TestRename:
    def test_owners_and_admins_rename(self, gql, bob, conversation):
        renamed = act(
            gql(bob),
            "renameConversation",
            "conversation { title lastNumber latestMessage { kind body } }",
            conversationId=gid(conversation),
            title=" Dinner  now ",
        )["conversation"]

        assert renamed == {
            "title": "Dinner now",
            "lastNumber": 1,
            "latestMessage": {"kind": "RENAMED", "body": "Dinner now"},
        }

    @pytest.mark.parametrize("title", ["", " \t\n", "x" * 201])
    def test_a_new_title_has_words(self, gql, alice, conversation, title):
        refused = refusal(
            gql(alice), "renameConversation", conversationId=gid(conversation), title=title
        )

        assert refused == ("INVALID_TITLE", ["title"])

    def test_who_does_not_rename(self, gql, alice, bob, carol, dave, conversation):
        leave(dave, conversation)
        of_two = private(alice, bob)

        for user, where, code in (
            (carol, conversation, "NOT_ALLOWED"),
            (dave, conversation, "NOT_A_PARTICIPANT"),
            (alice, of_two, "PRIVATE_CONVERSATION"),
        ):
            refused = refusal(
                gql(user), "renameConversation", conversationId=gid(where), title="Mine"
            )
            assert refused == (code, [])
