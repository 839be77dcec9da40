"""Messages of the project itself, which have no sender."""

import uuid
from typing import TYPE_CHECKING, cast

from django.db import models

from ...text import clean_body
from ..message.idempotency import Announcement

if TYPE_CHECKING:
    from ..message import Message
    from . import Conversation


class Announcing(models.Model):
    """Announces on behalf of the project."""

    class Meta:
        abstract = True

    def announce(self, body: str, *, client_id: uuid.UUID | None = None) -> "Message":
        """Send `body` as a message without a sender. It is unread for all members.

        A retry with the same `client_id` in the same conversation returns the same message. Raises
        `EMPTY_BODY`, `BODY_TOO_LONG`, `INVALID_TEXT` or `CLIENT_ID_REUSED`.
        """
        conversation = cast("Conversation", self)
        body = clean_body(body)
        request = Announcement(conversation, client_id, body)

        def announce() -> "Message":
            with conversation.changing(None) as change:
                return change.write_message(
                    None,
                    body,
                    announced_as=client_id or uuid.uuid4(),
                    fingerprint=request.fingerprint if client_id else "",
                )

        return request.once(announce)
