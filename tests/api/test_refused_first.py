"""What keeps a viewer from acting is said first, so that it tells nothing of whom they named."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from talk.moderation import suspend

from .asked import TYPES
from .asking import act, gid
from .roles import World

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

#: The inputs that name people.
NAMING = ("participant", "participants", "invite")
#: What else an input needs.
REST = {"body": "x", "role": "ADMIN"}
#: What each verb takes that names people next to a conversation.
VERBS = {
    name: takes
    for name, field in TYPES["Mutation"].fields.items()
    if "conversationId" in (takes := field.args["input"].type.of_type.fields)
    and takes.keys() & set(NAMING)
}
#: Those that a member without a role may do.
FOR_MEMBERS = {"sendMessage", "inviteParticipants", "reinstateParticipant"}
REFUSED = [
    ("stranger", "NOT_FOUND"),
    ("left", "NOT_A_PARTICIPANT"),
    ("removed", "NOT_A_PARTICIPANT"),
    ("invited", "NOT_A_PARTICIPANT"),
    ("declined", "NOT_A_PARTICIPANT"),
    ("suspended", "SUSPENDED"),
    ("member", "NOT_ALLOWED"),
]


@pytest.fixture
def world(settings):
    """One group, in which somebody declined, and somebody is suspended, besides."""
    found = World(settings)
    people, conversation = found.people, found.rows["Conversation"]
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    conversation.participation_of(people["owner"]).invite([people["newcomer"]])
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
    conversation.participation_of(people["newcomer"]).decline()
    suspend(conversation.participation_of(people["blocked"]), None, "rude")
    nobody = get_user_model()(pk=987_654_321)
    hidden = get_user_model().objects.create_user("hidden", is_active=False)
    roles = {"declined": people["newcomer"], "suspended": people["blocked"]}
    found.people |= roles | {"nobody": nobody, "hidden": hidden}
    return found


def test_there_are_such_verbs():
    assert VERBS.keys() == FOR_MEMBERS | {"removeParticipant", "changeRole"}


@pytest.mark.parametrize(
    ("verb", "viewer", "code"),
    [
        (verb, viewer, code)
        for verb in VERBS
        for viewer, code in REFUSED
        if viewer != "member" or verb not in FOR_MEMBERS
    ],
)
def test_it_is_the_same_whomever_they_name(world, gql, verb, viewer, code):
    (naming,) = VERBS[verb].keys() & set(NAMING)
    rest = {name: value for name, value in REST.items() if name in VERBS[verb]}
    ask = gql(world.people[viewer])
    others = {name: each for name, each in world.people.items() if each != world.people[viewer]}
    answers = {}
    for name, person in others.items():
        named = gid(person) if naming == "participant" else [gid(person)]
        conversation = gid(world.rows["Conversation"])
        with transaction.atomic():
            answer = act(ask, verb, conversationId=conversation, **{naming: named}, **rest)
            transaction.set_rollback(True)
        answers[name] = (answer.get("code"), answer.get("path"))

    path = ["conversationId"] if code == "NOT_FOUND" else []
    assert answers == dict.fromkeys(answers, (code, path))
