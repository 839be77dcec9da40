"""All that can be asked over HTTP: each by the name of its row, with what asks for it."""

from datetime import timedelta

from django.utils import timezone
from graphql import get_named_type, is_composite_type

from schema import schema

from .asking import document, gid
from .roles import EARLY

TYPES = schema._schema.type_map

QUERIES = {
    "viewer": "{ viewer { id } }",
    "inbox": "{ inbox { totalCount } }",
    "unreadTotal": "{ unreadTotal }",
    "limits": "{ limits { pageSize } }",
    "mentions": "{ mentions { edges { cursor } } }",
    "savedMessages": "{ savedMessages { edges { cursor } } }",
    "searchMessages": '{ searchMessages(query: "hello") { edges { cursor } } }',
    "conversation": "query ($id: ID!) { conversation(id: $id) { id } }",
    "conversationByKey": '{ conversationByKey(key: "order 42") { id } }',
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
    "sendMessage, replying": {"conversationId": "Conversation", "body": "x", "replyTo": 1},
    "editMessage": {"message": "Message", "body": "x"},
    "retractMessage": {"message": "Message"},
    "removeMessage": {"message": "Message"},
    "startConversation": {"participants": ["another"]},
    "react": {"message": "Message", "emoji": "👍"},
    "unreact": {"message": "Message", "emoji": "👍"},
    "pinMessage": {"message": "Message"},
    "unpinMessage": {"message": "Message"},
    "saveMessage": {"message": "Message"},
    "unsaveMessage": {"message": "Message"},
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
    "updateConversation": {"conversationId": "Conversation", "description": "x"},
    "markRead": {"conversationId": "Conversation"},
    "markUnread": {"conversationId": "Conversation"},
    "saveDraft": {"conversationId": "Conversation", "body": "soon", "replyTo": 1, "base": 0},
    "scheduleMessage": {
        "conversationId": "Conversation",
        "body": "later",
        "at": f"{timezone.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        "clientId": "00000000-0000-4000-8000-000000000000",
    },
    "cancelScheduledMessage": {
        "conversationId": "Conversation",
        "clientId": "00000000-0000-4000-8000-000000000000",
    },
    "clearConversation": {"conversationId": "Conversation"},
    "setNotifications": {"conversationId": "Conversation", "level": "NOTHING"},
    "archiveConversation": {"conversationId": "Conversation"},
    "unarchiveConversation": {"conversationId": "Conversation"},
    "pinConversation": {"conversationId": "Conversation"},
    "unpinConversation": {"conversationId": "Conversation"},
    "setTyping": {"conversationId": "Conversation"},
    "reportMessage": {"message": "Message", "why": "x"},
    "reportTitle": {"conversationId": "Conversation", "why": "x"},
    "reportUser": {"user": "another", "why": "x"},
    "blockUser": {"user": "another"},
    "unblockUser": {"user": "another"},
    "startUpload": {"filename": "x", "size": 4},
    "createToken": {"name": "x"},
    "createToken, by session": {"name": "x"},
    "revokeToken": {"id": "AccessToken"},
}
#: By which of several ways to call a verb its payload is looked at; otherwise by the first.
PAYLOAD_OF = {"createToken": "createToken, by session"}


def selection(field):
    return " { __typename }" if is_composite_type(get_named_type(field.type)) else ""


def everything(name, depth, without=frozenset()):
    """A selection of all fields of a type, with objects in objects to this depth."""
    fields = []
    for field_name, field in TYPES[name].fields.items():
        inner = get_named_type(field.type)
        # Pages, reactions, files and pins are steps on the way to what they contain.
        steps = ("Connection", "Edge", "Reaction", "Attachment", "Pin")
        below = depth if name.endswith(steps) else depth - 1
        if field_name in without:
            continue
        if not is_composite_type(inner):
            fields.append(field_name)
        elif below >= 0:
            fields.append(f"{field_name} {{ {everything(inner.name, below, without)} }}")
    return " ".join(fields) or "__typename"


def word(code):
    return "-" if code == "UNAUTHENTICATED" else code


def outcome(answer, *path):
    """One word for what somebody got."""
    if "errors" in answer:
        return word(answer["errors"][0]["extensions"]["code"])
    found = answer["data"]
    for name in path:
        if found is None:
            return "null"
        if "code" in found:
            return found["code"]
        found = found[name]
    if isinstance(found, dict) and "code" in found:
        return found["code"]
    return "none" if found is None else "yes"


def nodes(world):
    for name, row in world.rows.items():
        kind = name.split(",")[0]
        for field_name, field in TYPES[kind].fields.items():
            query = f"""query ($id: ID!) {{ node(id: $id) {{
                ... on {kind} {{ {field_name}{selection(field)} }} }} }}"""

            def get(role, query=query, row=row, field_name=field_name):
                return outcome(world.ask(role, query, id=gid(row)), "node", field_name)

            yield f"{name}.{field_name}", get


def reactions(world):
    """One from before two of them had gone, and one from after that."""
    for name, emoji in (("Reaction", "👍"), ("Reaction, late", "❤")):
        for field_name, field in TYPES["Reaction"].fields.items():
            selected = f"emoji {field_name}{selection(field)}"
            query = f"""query ($id: ID!) {{ node(id: $id) {{
                ... on Message {{ reactions {{ {selected} }} }} }} }}"""

            def get(role, query=query, emoji=emoji, field_name=field_name):
                answer = world.ask(role, query, id=gid(world.rows["Message"]))
                message = (answer.get("data") or {}).get("node") or {"reactions": []}
                found = [each for each in message["reactions"] if each["emoji"] == emoji]
                shown = {"found": found[0] if found else None}
                return outcome({**answer, "data": shown}, "found", field_name)

            yield f"{name}.{field_name}", get


def attachments(world):
    """One of a message from before two of them had gone, and one from after that."""
    for name in ("Message", "Message, late"):
        for field_name, field in TYPES["Attachment"].fields.items():
            query = f"""query ($id: ID!) {{ node(id: $id) {{
                ... on Message {{ attachments {{ {field_name}{selection(field)} }} }} }} }}"""

            def get(role, query=query, name=name, field_name=field_name):
                answer = world.ask(role, query, id=gid(world.rows[name]))
                message = (answer.get("data") or {}).get("node") or {"attachments": []}
                shown = {"found": next(iter(message["attachments"]), None)}
                return outcome({**answer, "data": shown}, "found", field_name)

            yield f"{name.replace('Message', 'Attachment')}.{field_name}", get


def pins(world):
    """One from before two of them had gone, and one from after that, of a message from before."""
    for name, body in (("Pin", "pinned"), ("Pin, late", EARLY)):
        for field_name, field in TYPES["Pin"].fields.items():
            alias = f"asked: {field_name}{selection(field)}"
            query = f"""query ($id: ID!) {{ conversation(id: $id) {{
                pins {{ edges {{ node {{ message {{ body }} {alias} }} }} }} }} }}"""

            def get(role, query=query, body=body):
                answer = world.ask(role, query, id=gid(world.rows["Conversation"]))
                shown = (answer.get("data") or {}).get("conversation") or {"pins": {"edges": []}}
                pins = [edge["node"] for edge in shown["pins"]["edges"]]
                found = [each for each in pins if each["message"]["body"] == body]
                return outcome(
                    {**answer, "data": {"found": found[0] if found else None}}, "found", "asked"
                )

            yield f"{name}.{field_name}", get


def drafts(world):
    for field_name in TYPES["Draft"].fields:
        query = f"""query ($id: ID!) {{ node(id: $id) {{
            ... on Participation {{ draft {{ {field_name} }} }} }} }}"""

        def get(role, query=query, field_name=field_name):
            answer = world.ask(role, query, id=gid(world.rows["Participation"]))
            return outcome(answer, "node", "draft", field_name)

        yield f"Draft.{field_name}", get


def link_previews(world):
    for field_name in TYPES["LinkPreview"].fields:
        query = f"""query ($id: ID!) {{ node(id: $id) {{
            ... on Message {{ linkPreview {{ {field_name} }} }} }} }}"""

        def get(role, query=query, field_name=field_name):
            answer = world.ask(role, query, id=gid(world.rows["Message"]))
            return outcome(answer, "node", "linkPreview", field_name)

        yield f"LinkPreview.{field_name}", get


def scheduled(world):
    for field_name, field in TYPES["ScheduledMessage"].fields.items():
        query = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Participation {{
            scheduledMessages {{ {field_name}{selection(field)} }} }} }} }}"""

        def get(role, query=query, field_name=field_name):
            answer = world.ask(role, query, id=gid(world.rows["Participation"]))
            place = (answer.get("data") or {}).get("node") or {}
            shown = {"found": next(iter(place.get("scheduledMessages") or ()), None)}
            return outcome({**answer, "data": shown}, "found", field_name)

        yield f"ScheduledMessage.{field_name}", get


def queries(world):
    for name, query in QUERIES.items():
        variables = {"id": gid(world.rows["Conversation"])} if "$id" in query else {}

        def get(role, name=name, query=query, variables=variables):
            return outcome(world.ask(role, query, **variables), name)

        yield f"Query.{name}", get
    for name in TYPES["Limits"].fields:

        def told(role, name=name):
            return outcome(world.ask(role, f"{{ limits {{ {name} }} }}"), "limits", name)

        yield f"Limits.{name}", told


def mutations(world):
    for name in MUTATIONS:

        def get(role, name=name):
            return outcome(_do(world, role, name), name.split(",")[0])

        yield f"Mutation.{name}", get


def payloads(world):
    """What each verb answers to whom it is done for, field by field."""
    for verb in TYPES["Mutation"].fields:
        name = PAYLOAD_OF.get(verb) or _first_of(verb)
        kind = f"{verb[0].upper()}{verb[1:]}Payload"
        for field_name, field in TYPES[kind].fields.items():

            def get(role, verb=verb, name=name, field_name=field_name, field=field):
                answer = _do(world, role, name, field_name + selection(field))
                return outcome(answer, verb, field_name)

            yield f"{kind}.{field_name}", get


def _first_of(verb):
    return next(name for name in MUTATIONS if name.split(",")[0] == verb)


def _do(world, role, name, payload="__typename"):
    def known(value):
        if isinstance(value, list):
            return [known(each) for each in value]
        row = world.rows.get(value) or world.people.get(value)
        return value if row is None else gid(row)

    verb = name.split(",")[0]
    filled = {key: known(value) for key, value in MUTATIONS[name].items()}
    by_session = name.endswith("by session")
    return world.ask(role, document(verb, payload), by_session=by_session, input=filled)
