"""Every field, of every kind of node, and every verb and stream: what it answers to whom.

The table in `who_gets_what.md` is the answer. What the schema has and the table has not fails, so
nobody adds a field without saying who sees it.
"""

import re
import uuid
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from graphql import GraphQLObjectType, get_named_type, is_composite_type

from schema import schema, typists
from talk.models import AccessToken, Block, Participation

from ..live.sockets import code_of, live, socket, talk
from .asking import document, gid, group, leave, say

TABLE = Path(__file__).parent / "who_gets_what.md"
#: Whom the others of the table blocked is a member like any other where all can write.
ROLES = (
    *("anonymous", "deactivated", "stranger", "left", "removed", "invited"),
    *("member", "blocked", "admin", "owner", "moderator"),
)


#: What has no row of its own, since it is nowhere but in what has one.
WITHIN = re.compile("__|PageInfo$|Refusal$|.*(Connection|Edge|Payload|Change)$|Typing$|Presence$")


@pytest.fixture
def world(db, settings):
    """People of each role around one group, and rows of each kind."""
    people = {
        role: get_user_model().objects.create_user(role, password="x")
        for role in (*ROLES[1:], "another", "newcomer")
    }
    owner = people["owner"]
    others = [people[role] for role in (*ROLES[3:9], "deactivated", "another") if role != "invited"]
    conversation = group(owner, *others, title="Ours")
    place = conversation.participation_of(owner)
    early = place.send("early", uuid.uuid4())
    conversation.participation_of(people["admin"]).change_role(Participation.Role.ADMIN, by=place)
    leave(people["left"], conversation)
    conversation.participation_of(people["removed"]).remove(by=place)
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    place.invite([people["invited"]])
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
    for other in ("left", "removed", "another", "newcomer"):
        Block.objects.block(people[other], people["blocked"])
    people["moderator"].user_permissions.add(Permission.objects.get(codename="moderate"))
    late = say(owner, conversation, "late")
    token, _secret = AccessToken.objects.issue(owner, "a token")
    bearers = {role: AccessToken.objects.issue(people[role], role)[1] for role in ROLES[1:]}
    get_user_model().objects.filter(username="deactivated").update(is_active=False)
    typists._permits.clear()
    rows = {
        "Conversation": conversation,
        "Message": early,
        "Message, late": late,
        "Participation": place,
        "User": owner,
        "AccessToken": token,
    }
    return {"people": people, "bearers": bearers, "rows": rows}


def ask(world, role, query, **variables):
    headers = {} if role == "anonymous" else {"Authorization": f"Bearer {world['bearers'][role]}"}
    body = {"query": query, "variables": variables}
    client = Client(headers=headers)
    return client.post("/graphql", body, content_type="application/json").json()


def word(code):
    return "-" if code == "UNAUTHENTICATED" else code


def outcome(answer, *path):
    """One word for what somebody got."""
    if "errors" in answer:
        return word(answer["errors"][0]["extensions"]["code"])
    found = answer["data"]
    for name in path[:-1]:
        found = found[name]
        if found is None:
            return "null"
    found = found[path[-1]]
    if isinstance(found, dict) and "code" in found:
        return found["code"]
    return "none" if found is None else "yes"


def selection(field):
    return " { __typename }" if is_composite_type(get_named_type(field.type)) else ""


def table():
    """The table by name: who gets what."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if ": " in line and line.startswith("| "):
            what, *answers = (cell.strip() for cell in line.strip("|").split("|"))
            kind, names = what.split(": ")
            for name in names.split("; "):
                found[f"{kind}.{name}"] = dict(zip(ROLES, answers, strict=True))
    return found


QUERIES = {
    "viewer": "{ viewer { id } }",
    "inbox": "{ inbox { totalCount } }",
    "unreadTotal": "{ unreadTotal }",
    "conversation": "query ($id: ID!) { conversation(id: $id) { id } }",
    "node": "query ($id: ID!) { node(id: $id) { id } }",
    "users": '{ users(search: "a") { totalCount } }',
    "accessTokens": "{ accessTokens { id } }",
    "invitations": "{ invitations { totalCount } }",
    "blockedUsers": "{ blockedUsers { totalCount } }",
}
MUTATIONS = {
    "sendMessage": {"conversationId": "Conversation", "body": "x"},
    "sendMessage, to": {"to": ["another"], "body": "x"},
    "sendMessage, inviting": {
        "conversationId": "Conversation",
        "body": "x",
        "invite": ["newcomer"],
    },
    "startConversation": {"participants": ["another"]},
    "inviteParticipants": {"conversationId": "Conversation", "participants": ["newcomer"]},
    "inviteParticipants, removed": {"conversationId": "Conversation", "participants": ["removed"]},
    "acceptInvitation": {"conversationId": "Conversation"},
    "declineInvitation": {"conversationId": "Conversation"},
    "leaveConversation": {"conversationId": "Conversation"},
    "removeParticipant": {"conversationId": "Conversation", "participant": "another"},
    "removeParticipant, owner": {"conversationId": "Conversation", "participant": "owner"},
    "reinstateParticipant, left": {"conversationId": "Conversation", "participant": "left"},
    "reinstateParticipant, removed": {"conversationId": "Conversation", "participant": "removed"},
    "changeRole": {"conversationId": "Conversation", "participant": "another", "role": "ADMIN"},
    "changeRole, owner": {
        "conversationId": "Conversation",
        "participant": "owner",
        "role": "MEMBER",
    },
    "renameConversation": {"conversationId": "Conversation", "title": "x"},
    "markRead": {"conversationId": "Conversation"},
    "markUnread": {"conversationId": "Conversation"},
    "setTyping": {"conversationId": "Conversation"},
    "reportMessage": {"message": "Message", "why": "x"},
    "reportUser": {"user": "another", "why": "x"},
    "blockUser": {"user": "another"},
    "unblockUser": {"user": "another"},
    "createToken": {"name": "x"},
    "revokeToken": {"id": "AccessToken"},
}
STREAMS = {
    "conversationChanges": "conversationChanges(id: $conversation) { revision }",
    "conversationChanges, from the start": (
        "conversationChanges(id: $conversation, after: 0) { kind }"
    ),
    "inboxChanges": "inboxChanges { cursor }",
    "typing": "typing(conversationId: $conversation) { users { id } }",
    "presence": "presence(users: [$user]) { users { id } }",
}


def nodes(world):
    for name, row in world["rows"].items():
        kind = name.split(",")[0]
        for field_name, field in schema._schema.type_map[kind].fields.items():
            query = f"""query ($id: ID!) {{ node(id: $id) {{
                ... on {kind} {{ {field_name}{selection(field)} }} }} }}"""

            def get(role, query=query, row=row, field_name=field_name):
                return outcome(ask(world, role, query, id=gid(row)), "node", field_name)

            yield kind + name.removeprefix(kind) + f".{field_name}", get


def queries(world):
    for name, query in QUERIES.items():
        variables = {"id": gid(world["rows"]["Conversation"])} if "$id" in query else {}

        def get(role, name=name, query=query, variables=variables):
            return outcome(ask(world, role, query, **variables), name)

        yield f"Query.{name}", get


def mutations(world):
    def known(value):
        if isinstance(value, list):
            return [known(each) for each in value]
        row = world["rows"].get(value) or world["people"].get(value)
        return value if row is None else gid(row)

    for name, given in MUTATIONS.items():
        verb = name.split(",")[0]
        filled = {key: known(value) for key, value in given.items()}

        def get(role, verb=verb, filled=filled):
            return outcome(ask(world, role, document(verb), input=filled), verb)

        yield f"Mutation.{name}", get


def said(asked):
    """What everybody gets of everything, each as if it were the first to be asked."""
    found = {}
    for name, get in asked:
        found[name] = {}
        for role in ROLES:
            with transaction.atomic():
                found[name][role] = get(role)
                transaction.set_rollback(True)
    return found


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.parametrize("asked", [nodes, queries, mutations])
def test_everybody_gets_what_the_table_says(world, asked):
    found = said(asked(world))

    assert found == {name: table().get(name) for name in found}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@live
async def test_everybody_hears_what_the_table_says(world):
    expected = {f"Subscription.{name}": table().get(f"Subscription.{name}") for name in STREAMS}
    ids = {name: gid(world["rows"][name.title()]) for name in ("conversation", "user")}
    found = {
        name: {
            # Who may listen hears nothing, as long as nothing happens.
            role: await heard(world, role, stream, ids, 0.2 if answers[role] == "yes" else 20)
            for role in ROLES
        }
        for (name, answers), stream in zip(expected.items(), STREAMS.values(), strict=True)
    }

    assert found == expected


async def heard(world, role, stream, ids, patience):
    used = [name for name in ids if f"${name}" in stream]
    declared = "(" + ", ".join(f"${name}: ID!" for name in used) + ")" if used else ""
    async with socket(app=talk) as found:
        given = None
        if role != "anonymous":
            given = {"authorization": f"Bearer {world['bearers'][role]}"}
        if await found.init(given) == 4403:
            return "-"
        variables = {name: ids[name] for name in used}
        await found.subscribe(f"subscription {declared} {{ {stream} }}", variables=variables)
        if await found.receive_nothing(timeout=patience):
            return "yes"
        message = await found.hear()
        refused = message["type"] == "error" or "errors" in message["payload"]
        return word(code_of(message)) if refused else "yes"


def test_the_table_has_a_row_for_all_that_can_be_asked():
    tabled = {re.sub(r",[^.]*", "", name) for name in table()}

    assert tabled == {
        f"{kind.name}.{field}"
        for kind in schema._schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not WITHIN.match(kind.name)
        for field in kind.fields
    }
