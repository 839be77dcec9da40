"""What `viewerCan` promises works, and what it does not promise is refused or changes nothing."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk import policy
from talk.models import (
    Block,
    ConversationCapability,
    Event,
    Message,
    MessageCapability,
    Participation,
    Report,
    SavedMessage,
)
from talk.moderation import remove_message
from talk.privacy import erase

from ..conftest import person
from .asking import act, gid, group, leave, nodes, ok, private, say

pytestmark = pytest.mark.django_db

ROLES = ("owner", "admin", "member", "suspended", "left", "removed", "invited", "declined")
OF_CONVERSATION = "query ($id: ID!) { conversation(id: $id) { viewerCan } }"
OF_MESSAGES = """query ($id: ID!) { conversation(id: $id) { messages(first: 100) { edges { node {
    id number viewerCan } } } } }"""


class Group:
    """A group with people of all roles, and with messages of all kinds."""

    def __init__(self, settings):
        names = (*ROLES, "another", "newcomer", "erased", "deleted")
        self.people = people = {name: person(name) for name in names}
        owner = people["owner"]
        members = [people[name] for name in names if name not in ("owner", "newcomer")]
        self.conversation = group(
            owner, *(each for each in members if each.username not in ("invited", "declined"))
        )
        place = self.place("owner")
        place.rename("Ours")
        self.place("admin").change_role(Participation.Role.ADMIN, by=place)
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        place.invite([people["invited"], people["declined"]])
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
        self.place("declined").decline()
        self.messages = {name: self.say(name) for name in (*ROLES[:6], "another")}
        self.messages["announcement"] = self.conversation.announce("We move.")
        self.messages |= {f"{name}, late": self.say(name) for name in ROLES[:6]}
        self.messages |= {f"{name}, expired": self.say(name) for name in ROLES[:3]}
        self.messages |= {f"{name}, moderated": self.say(name) for name in ROLES[:3]}
        self.messages |= {f"{name}, retracted": self.say(name) for name in ROLES[:3]}
        self.messages["edited"] = self.place("member").edit(self.say("member"), "Edited")
        self.messages |= {name: self.say(name) for name in ("erased", "deleted")}
        for name in ROLES[:3]:
            remove_message(self.messages[f"{name}, moderated"], None, "asked")
            self.place(name).retract(self.messages[f"{name}, retracted"])
        erase(people["erased"], "asked")
        erase(people["deleted"], "asked", keep_words=True)
        leave(people["left"], self.conversation)
        self.place("removed").remove(by=self.place("owner"))
        self.place("suspended").suspend()
        self.messages["after they left"] = self.say("owner")
        for name, message in self.messages.items():
            days = {"late": 5, "expired": 50}.get(name.split(", ")[-1], 0)
            Message.objects.filter(pk=message.pk).update(
                sent_at=message.sent_at - timedelta(days=days)
            )

    def place(self, name):
        return self.conversation.participation_of(self.people[name])

    def say(self, name):
        return say(self.people[name], self.conversation)


@pytest.fixture
def ours(db, settings):
    found = Group(settings)
    settings.TALK = {**settings.TALK, "RETENTION": {"group": 30}, "RETRACT_SECONDS": 3 * 86_400}
    return found


def promised(ask, conversation):
    return set(ok(ask(OF_CONVERSATION, id=gid(conversation)))["conversation"]["viewerCan"])


def works(ask, mutation, **input):
    """Whether a mutation is done, and changes anything. It is taken back."""

    def everything():
        return sum(model.objects.count() for model in (Event, Report, SavedMessage))

    before = everything()
    with transaction.atomic():
        done = "code" not in act(ask, mutation, **input)
        changed = everything() != before
        transaction.set_rollback(True)
    assert done or not changed
    return changed


def what_works(ask, conversation, text=None, other=None, newcomer=None):
    """The capabilities whose mutations work in a conversation, each with its mutations."""
    of = {"conversationId": gid(conversation)}
    tried = {
        "SEND": [("sendMessage", {**of, "body": "x"})],
        "MENTION_ALL": [("sendMessage", {**of, "body": "x", "mentionAll": True})],
        "RENAME": [("renameConversation", {**of, "title": "Another title"})],
        "DESCRIBE": [("updateConversation", {**of, "description": "All about us"})],
        "LEAVE": [("leaveConversation", of)],
        "ANSWER_INVITATION": [("acceptInvitation", of), ("declineInvitation", of)],
        "REACT": [("react", {"message": gid(text), "emoji": "👍"})],
        "PIN": [("pinMessage", {"message": gid(text)})],
        "INVITE": [("inviteParticipants", {**of, "participants": [gid(newcomer)]})],
        "REMOVE_MEMBERS": [("removeParticipant", {**of, "participant": gid(other)})],
        "CHANGE_ROLES": [("changeRole", {**of, "participant": gid(other), "role": "ADMIN"})],
    }
    assert {*tried} == {each.name for each in ConversationCapability}
    found = set()
    for capability, mutations in tried.items():
        (does_work,) = {works(ask, mutation, **given) for mutation, given in mutations}
        found |= {capability} if does_work else set()
    return found


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("most", [100, 2])
def test_what_is_promised_in_a_group_works_and_nothing_else(gql, ours, role, most, monkeypatch):
    monkeypatch.setattr(policy, "MOST_FOR_MEMBERS", most)
    ask = gql(ours.people[role])
    people = ours.people

    found = what_works(
        ask, ours.conversation, ours.messages["another"], people["another"], people["newcomer"]
    )

    assert promised(ask, ours.conversation) == found


def test_what_is_promised_depends_on_the_role(gql, ours):
    """So that the tests above mean anything."""
    member = {"SEND", "REACT", "MENTION_ALL", "INVITE", "LEAVE"}
    admin = member | {"PIN", "REMOVE_MEMBERS", "CHANGE_ROLES", "RENAME", "DESCRIBE"}
    expected = {
        **dict.fromkeys(("owner", "admin"), admin),
        **{role: set() for role in ("left", "removed", "declined")},
        "member": member,
        "suspended": {"LEAVE"},
        "invited": {"ANSWER_INVITATION"},
    }

    assert {role: promised(gql(ours.people[role]), ours.conversation) for role in ROLES} == expected


def blocks(alice, bob):
    Block.objects.block(alice, bob)


def is_blocked(alice, bob):
    Block.objects.block(bob, alice)


def is_deactivated(_alice, bob):
    bob.is_active = False
    bob.save()


def is_erased(_alice, bob):
    erase(bob, "asked")


def is_free(_alice, _bob):
    pass


@pytest.mark.parametrize("happened", [is_free, blocks, is_blocked, is_deactivated, is_erased])
def test_what_is_promised_in_private_works_and_nothing_else(gql, alice, bob, carol, happened):
    between = private(alice, bob, "mine")
    text = say(alice, between)
    happened(alice, bob)
    ask = gql(alice)

    can_write = happened in (is_free, blocks)
    assert promised(ask, between) == what_works(ask, between, text, bob, carol)
    assert ("SEND" in promised(ask, between)) == can_write


class Strict(policy.Policy):
    """Nobody writes to Bob. Carol mentions everybody, and Bob pins: the user is looked at."""

    def may_write_to(self, sender, people):
        return [each for each in people if each.username != "bob"]

    def may_mention_all(self, member, people):
        return member.user.username == "carol"

    def may_pin(self, member):
        return member.user.username == "bob"


def test_a_policy_of_the_project_is_asked(gql, alice, bob, carol, dave, settings):
    with_bob, with_carol = private(alice, bob, "x"), private(alice, carol, "x")
    together = group(alice, bob, carol)
    settings.TALK = {**settings.TALK, "POLICY": f"{__name__}.Strict"}

    for asker in (alice, bob, carol):
        ask = gql(asker)
        for conversation in (with_bob, with_carol, together):
            if not conversation.participations.filter(user=asker).exists():
                continue
            text = Message.objects.filter(conversation=conversation).first() or say(
                alice, conversation
            )
            found = what_works(ask, conversation, text, bob, dave)
            # Bob is in the group, and the policy about invitations lets all in.
            assert promised(ask, conversation) == found
            shown = ok(ask(OF_MESSAGES, id=gid(conversation)))["conversation"]["messages"]
            assert all(("PIN" in each["viewerCan"]) == ("PIN" in found) for each in nodes(shown))
    assert "SEND" not in promised(gql(alice), with_bob)
    assert "MENTION_ALL" in promised(gql(carol), together)
    assert "PIN" in promised(gql(bob), together)
    assert "PIN" not in promised(gql(alice), together)


def test_somebody_who_is_alone_may_do_all_that_needs_nobody_else(gql, alice, bob, carol):
    alone = group(alice, bob)
    leave(bob, alone)
    text = say(alice, alone)
    ask = gql(alice)

    # There is nobody to remove, or to give a role.
    found = what_works(ask, alone, text, bob, carol) | {"REMOVE_MEMBERS", "CHANGE_ROLES"}
    assert promised(ask, alone) == found


@pytest.mark.parametrize("role", ROLES)
def test_what_is_promised_with_a_message_works_and_nothing_else(gql, ours, role):
    ask = gql(ours.people[role])
    names = {gid(message): name for name, message in ours.messages.items()}
    shown = nodes(ok(ask(OF_MESSAGES, id=gid(ours.conversation)))["conversation"]["messages"])
    found, told = {}, {}
    for message in shown:
        reply = {"conversationId": gid(ours.conversation), "replyTo": message["number"]}
        the = {"message": message["id"]}
        tried = {
            "REPLY": ("sendMessage", {**reply, "body": "x"}),
            "REACT": ("react", {**the, "emoji": "👍"}),
            "PIN": ("pinMessage", the),
            "SAVE": ("saveMessage", the),
            "EDIT": ("editMessage", {**the, "body": "Something else"}),
            "RETRACT": ("retractMessage", the),
            "REMOVE": ("removeMessage", the),
            "REPORT": ("reportMessage", {**the, "why": "x"}),
        }
        assert {*tried} == {each.name for each in MessageCapability}
        name = names.get(message["id"], message["number"])
        told[name] = set(message["viewerCan"])
        found[name] = {
            each for each, (mutation, given) in tried.items() if works(ask, mutation, **given)
        }

    assert told == found
    # Nobody is asked in vain, but those who see nothing.
    assert bool(shown) == (role not in ("invited", "declined"))


def test_what_is_promised_with_messages_depends_on_whose_they_are(gql, ours):
    """So that the test above means anything."""

    def can(role):
        shown = nodes(
            ok(gql(ours.people[role])(OF_MESSAGES, id=gid(ours.conversation)))["conversation"][
                "messages"
            ]
        )
        told = {each["id"]: set(each["viewerCan"]) for each in shown}
        return {name: told.get(gid(message)) for name, message in ours.messages.items()}

    any_text = {"REPLY", "REACT", "SAVE", "REPORT"}
    own = {"REPLY", "REACT", "SAVE", "EDIT", "RETRACT"}
    leading = any_text | {"PIN"}
    member, admin, owner = can("member"), can("admin"), can("owner")
    assert member["another"] == member["owner"] == member["announcement"] == any_text
    assert member["member"] == member["edited"] == own
    assert member["member, late"] == {"REPLY", "REACT", "SAVE"}
    assert member["member, expired"] == {"REPLY"}
    assert member["owner, moderated"] == {"REPLY", "REPORT"}
    assert admin["another"] == admin["left"] == admin["deleted"] == leading | {"REMOVE"}
    assert admin["owner"] == admin["announcement"] == leading
    assert owner["admin"] == leading | {"REMOVE"}
    assert owner["owner, late"] == {"REPLY", "REACT", "PIN", "SAVE", "REMOVE"}
    assert can("suspended")["suspended"] == {"SAVE", "RETRACT"}
    assert can("left")["left"] == {"SAVE"}
    assert can("left")["owner"] == {"SAVE", "REPORT"}
    assert can("left")["after they left"] is None


def test_in_private_what_was_said_is_taken_back_also_when_blocked(gql, alice, bob):
    between = private(alice, bob)
    mine, theirs = say(alice, between), say(bob, between)
    Block.objects.block(bob, alice)
    shown = nodes(ok(gql(alice)(OF_MESSAGES, id=gid(between)))["conversation"]["messages"])

    assert {each["id"]: each["viewerCan"] for each in shown} == {
        gid(mine): ["SAVE", "RETRACT"],
        gid(theirs): ["SAVE", "REPORT"],
    }
    assert works(gql(alice), "retractMessage", message=gid(mine))


@pytest.mark.parametrize(
    ("seconds", "age", "expected"),
    [(None, 10**6, True), (60, 30, True), (60, 300, False), (0, 0, False)],
)
def test_editing_is_promised_only_while_it_is_possible(
    gql, alice, bob, settings, seconds, age, expected
):
    settings.TALK = {**settings.TALK, "EDIT_SECONDS": seconds}
    message = say(alice, group(alice, bob))
    Message.objects.update(sent_at=timezone.now() - timedelta(seconds=age))
    query = "query ($id: ID!) { node(id: $id) { ... on Message { viewerCan } } }"
    told = ok(gql(alice)(query, id=gid(message)))["node"]["viewerCan"]

    assert ("EDIT" in told) is expected


def test_after_a_verb_its_answer_promises_what_is_possible_then(gql, alice, bob):
    said = say(alice, group(alice, bob))
    ask = gql(alice)
    retracted = act(ask, "retractMessage", "retracted { viewerCan }", message=gid(said))
    left = act(
        ask,
        "leaveConversation",
        "conversation { viewerCan }",
        conversationId=gid(said.conversation),
    )

    assert retracted == {"retracted": {"viewerCan": ["REPLY"]}}
    assert left == {"conversation": {"viewerCan": []}}


INBOX = (
    """{ inbox { edges { node { conversation { viewerCan latestMessage { viewerCan } } } } } }"""
)


def test_promises_for_many_rows_take_as_many_queries_as_for_one(gql, alice, bob, carol):
    ask = gql(alice)
    talk = group(bob, alice, carol)
    talk.participation_of(alice).change_role(
        Participation.Role.ADMIN, by=talk.participation_of(bob)
    )

    def more(count):
        for number in range(count):
            say(carol, talk)
            other = person(f"p{get_user_model().objects.count()}")
            private(alice, other, "x")
            mixed = group(*((alice, other) if number % 2 else (other, alice)))
            say(other, mixed)
            if number % 3 == 0:
                Block.objects.block(other, alice)

    def taken(query, **variables):
        with CaptureQueriesContext(connection) as captured:
            answer = ok(ask(query, **variables))
        return len(captured), answer

    more(4)
    few = [taken(INBOX)[0], taken(OF_MESSAGES, id=gid(talk))[0]]
    more(46)
    inbox, thread = taken(INBOX), taken(OF_MESSAGES, id=gid(talk))

    assert [inbox[0], thread[0]] == few
    # The session, the viewer, the page, whom the viewer blocked; how many take part, partners,
    # their blocks, and roles of senders.
    assert inbox[0] == 8
    # The session, the viewer, the conversation, whom the viewer blocked, the page; and the roles.
    assert thread[0] == 6
    assert len(nodes(inbox[1]["inbox"])) == 50
    assert len(nodes(thread[1]["conversation"]["messages"])) == 50
