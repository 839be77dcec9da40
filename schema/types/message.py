"""The GraphQL type `Message`."""

import uuid
from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import relay

from talk import models

from ..authentication.context import Info
from ..loading.views import conversation_of
from . import enums, message_mentions  # noqa: F401
from .fields import field
from .nodes import Conversation, User


@strawberry_django.type(
    models.Message,
    description="A message in a conversation: a text that somebody wrote, or a record of something "
    "that happened, such as somebody leaving.",
)
class Message(relay.Node):
    id: relay.NodeID[int]
    number: int = strawberry.field(
        description="The position in the conversation: 1, 2, 3 … without gaps."
    )
    revision: int = strawberry.field(
        description="The revision of the conversation when the message last changed. Of two copies "
        "of a message, the one with the greater revision is newer."
    )
    kind: models.Message.Kind = strawberry.field(
        description="TEXT for a text that somebody wrote; otherwise what happened."
    )
    sent_at: datetime = strawberry.field(
        description="When it was sent. Messages with higher numbers have later times."
    )
    sender: User | None = strawberry.field(
        description="The user who wrote the message or did what it records. Null if the "
        "application itself did, or if the account was deleted."
    )
    subject: User | None = strawberry.field(
        description="The user who joined, left, was removed or was reinstated. Null for other "
        "kinds of messages, or if the account was deleted."
    )

    @field(
        description="The text; for RENAMED, the new title. Empty if the text was removed. Empty, "
        "too, if the viewer blocked the sender, unless `unhide` is true."
    )
    def body(
        self: models.Message,
        info: Info,
        unhide: Annotated[
            bool,
            strawberry.argument(
                description="Return the text even if the viewer blocked its sender."
            ),
        ] = False,
    ) -> str:
        if self.removal or (not unhide and _is_hidden(self, info)):
            return ""
        return self.body

    @field(
        description="Why the text was removed; null if it was not. The message keeps its number."
    )
    def removal(self: models.Message) -> models.Message.Removal | None:
        return self.removal

    @field(description="Whether the text is hidden because the viewer blocked its sender.")
    def hidden(self: models.Message, info: Info) -> bool:
        return _is_hidden(self, info)

    @field(description="Whether this is an announcement of the application itself.")
    def announced(self: models.Message) -> bool:
        return self.announced_as is not None

    @field(
        description="The `clientId` with which the viewer sent the message; null if there was "
        "none, and for messages of other people."
    )
    def client_id(self: models.Message, info: Info) -> uuid.UUID | None:
        return self.client_id if info.context.is_viewer(self.sender_id) else None

    @field(
        description="The users whom the message mentions, by their names or because it replies to "
        "them, in the order in which they were first mentioned: at most 51. Empty if the text was "
        "removed."
    )
    def mentions(self: models.Message, info: Info) -> list[User]:
        return message_mentions.mentioned(info, self)

    @field(
        description="Whether it mentions everybody who took part when it was sent. They are not in "
        "`mentions`."
    )
    def mentions_all(self: models.Message) -> bool:
        return message_mentions.mentions_all(self)

    @field(
        description="Whether it mentions the viewer, in one of these ways. False if the viewer "
        "blocked the sender."
    )
    def mentions_viewer(self: models.Message, info: Info) -> bool:
        return message_mentions.mentions_viewer(info, self)

    @field(description="The conversation that the message is in.")
    def conversation(self: models.Message, info: Info) -> Conversation:
        return conversation_of(info, self)


def _is_hidden(message: models.Message, info: Info) -> bool:
    return message.kind == _TEXT and info.context.has_blocked(message.sender_id)


_TEXT = models.Message.Kind.TEXT
