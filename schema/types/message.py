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
from . import enums  # noqa: F401
from .fields import field
from .nodes import Conversation, User


@strawberry_django.type(
    models.Message, description="One thing said, or one thing that happened, in a conversation."
)
class Message(relay.Node):
    id: relay.NodeID[int]
    number: int = strawberry.field(
        description="Its place in the conversation: 1, 2, 3 … without gaps."
    )
    kind: models.Message.Kind = strawberry.field(
        description="Whether it was said, or what happened."
    )
    sent_at: datetime = strawberry.field(description="When; later numbers have later times.")
    sender: User | None = strawberry.field(
        description="The person who said or did it; null when the project itself did, or when the "
        "account is gone."
    )
    subject: User | None = strawberry.field(
        description="Whom it happened to: who joined, left, was removed or reinstated."
    )

    @field(
        description="The words; for RENAMED the new title. Empty if it was removed; also if it is "
        "hidden, unless one asks to `unhide` it."
    )
    def body(
        self: models.Message,
        info: Info,
        unhide: Annotated[
            bool, strawberry.argument(description="Also the words of whom the viewer blocked.")
        ] = False,
    ) -> str:
        if self.removal or (not unhide and _is_hidden(self, info)):
            return ""
        return self.body

    @field(description="Why the words are gone, if they are. The number stays.")
    def removal(self: models.Message) -> models.Message.Removal | None:
        return self.removal

    @field(description="Whether the viewer blocked who said it.")
    def hidden(self: models.Message, info: Info) -> bool:
        return _is_hidden(self, info)

    @field(description="Whether the project itself said it, to everybody here.")
    def announced(self: models.Message) -> bool:
        return self.announced_as is not None

    @field(description="The id that the viewer's client gave it; null for others' messages.")
    def client_id(self: models.Message, info: Info) -> uuid.UUID | None:
        return self.client_id if info.context.is_viewer(self.sender_id) else None

    @field(description="Where it was said.")
    def conversation(self: models.Message, info: Info) -> Conversation:
        return conversation_of(info, self)


def _is_hidden(message: models.Message, info: Info) -> bool:
    return message.kind == _TEXT and info.context.has_blocked(message.sender_id)


_TEXT = models.Message.Kind.TEXT
