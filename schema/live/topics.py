"""What live updates can watch, and the channel-layer groups that announce changes of it."""

from typing import Any, NamedTuple

from talk import wakeups


class Topic(NamedTuple):
    """Something that a task can watch: a conversation, or one aspect of a user."""

    kind: str
    key: Any

    def groups(self) -> list[str]:
        """The channel-layer groups that announce its changes."""
        match self.kind:
            case "conversation":
                return [wakeups.conversation_group(self.key)]
            case "user":
                return [wakeups.user_group(self.key)]
            case "typing":
                return [wakeups.typing_group(self.key)]
            case "presence" | "heartbeat" | "acquaintances":
                return [wakeups.presence_group(self.key)]
            case _:
                # Each conversation may be in this inbox.
                return [wakeups.user_group(self.key), *wakeups.all_conversation_groups()]


def conversation_topic(conversation_id: int) -> Topic:
    """The events of a conversation."""
    return Topic("conversation", conversation_id)


def user_topic(user_pk: Any) -> Topic:
    """The account of a user, and its credentials."""
    return Topic("user", str(user_pk))


def inbox_topic(user_pk: Any) -> Topic:
    """The participations of a user."""
    return Topic("inbox", str(user_pk))


def typing_topic(conversation_id: int) -> Topic:
    """Who is typing in a conversation."""
    return Topic("typing", conversation_id)


def presence_topic(user_pk: Any) -> Topic:
    """Whether a user is online."""
    return Topic("presence", str(user_pk))


def heartbeat_topic(user_pk: Any) -> Topic:
    """Requests of other processes that a user who is online says so now."""
    return Topic("heartbeat", str(user_pk))


def acquaintances_topic(user_pk: Any) -> Topic:
    """Who shares a conversation with a user, and whom the user has blocked."""
    return Topic("acquaintances", str(user_pk))
