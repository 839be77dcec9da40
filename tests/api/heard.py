"""All that can be listened to: each by the name of its row, with the subscription that does."""

from datetime import UTC, datetime

from schema.types.inbox_cursor import InboxCursor

from ..live.sockets import code_of, socket, talk
from .asked import TYPES, selection, word
from .asking import gid

#: Who may listen may hear nothing, as long as nothing happens.
STREAMS = {
    "conversationChanges": "conversationChanges(id: $conversation) { revision }",
    "conversationChanges, from the start": (
        "conversationChanges(id: $conversation, after: 0) { kind }"
    ),
    "inboxChanges": "inboxChanges { cursor }",
    "typing": "typing(conversationId: $conversation) { users { id } }",
    "inboxTyping": "inboxTyping(conversationIds: [$conversation]) { users { id } }",
    "presence": "presence(users: [$user]) { users { id } }",
}
#: Where each kind of result is heard at once. The third change gave somebody else a role.
RESULTS = {
    "ConversationChange": "conversationChanges(id: $conversation, after: 2)",
    "ConversationChange, said": "conversationChanges(id: $conversation, after: 1)",
    "InboxChange": "inboxChanges(after: $cursor)",
    "Typing": "typing(conversationId: $conversation)",
    "ConversationTyping": "inboxTyping(conversationIds: [$conversation])",
    "Presence": "presence(users: [$user])",
}


def streams():
    return {f"Subscription.{name}": stream for name, stream in STREAMS.items()} | {
        f"{name}.{field_name}": f"{stream} {{ {field_name}{selection(field)} }}"
        for name, stream in RESULTS.items()
        for field_name, field in TYPES[name.split(",")[0]].fields.items()
    }


async def heard(world, role, stream, expected):
    """One word for what somebody hears first, or for silence."""
    given = {
        "conversation": gid(world.rows["Conversation"]),
        "user": gid(world.rows["User"]),
        "cursor": InboxCursor(datetime(2000, 1, 1, tzinfo=UTC)).encode(),
    }
    used = {name: value for name, value in given.items() if f"${name}" in stream}
    kinds = {name: "String!" if name == "cursor" else "ID!" for name in used}
    declared = ", ".join(f"${name}: {kind}" for name, kind in kinds.items())
    async with socket(app=talk) as found:
        shown = world.credentials(role)
        if await found.init(shown and {"authorization": shown}) == 4403:
            return "-"
        query = f"subscription {f'({declared})' if declared else ''} {{ {stream} }}"
        await found.subscribe(query, variables=used)
        if await found.receive_nothing(timeout=0.2 if expected == "silence" else 20):
            return "silence"
        message = await found.hear()
        if message["type"] == "error" or "errors" in message["payload"]:
            return word(code_of(message))
        (result,) = message["payload"]["data"].values()
        return "none" if None in result.values() else "yes"
