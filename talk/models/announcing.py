import uuid
from typing import TYPE_CHECKING, cast

from django.db import models

from ..text import clean_body
from .once import Announcement

if TYPE_CHECKING:
    from .conversation import Conversation
    from .message import Message


class Announcing(models.Model):
    """The project itself says something in a conversation."""

    class Meta:
        abstract = True

    def announce(self, body: str, *, client_id: uuid.UUID | None = None) -> "Message":
        """Say `body` to everybody here, who all have it unread then. It has no sender.

        A `client_id` makes a retry in this conversation answer the same message. Raises
        `EMPTY_BODY`, `BODY_TOO_LONG`, `INVALID_TEXT` or `CLIENT_ID_REUSED`.
        """
        conversation = cast("Conversation", self)
        body = clean_body(body)
        request = Announcement(conversation, client_id, body)

        def announce() -> "Message":
            with conversation.changing(None) as change:
                return change.say(
                    None,
                    body,
                    announced_as=client_id or uuid.uuid4(),
                    fingerprint=request.fingerprint if client_id else "",
                )

        return request.once(announce)
