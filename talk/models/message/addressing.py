"""Sending a message to people, without naming or looking up a conversation first."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from .idempotency import Request
from .references import References

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..attachment import Attachment
    from ..conversation import Conversation
    from . import Message


class Addressing(models.Model):
    """Sends a message to a list of people, or on behalf of a user to a conversation."""

    class Meta:
        abstract = True

    @classmethod
    def send_to_users(
        cls,
        body: str,
        sender: "User",
        recipients: Iterable["User"],
        client_id: uuid.UUID | None = None,
        mentions: "Iterable[User | Any] | None" = None,
        mention_all: bool = False,
        attachments: "Iterable[Attachment | int]" = (),
    ) -> "Message":
        """Send `body` to exactly `recipients`: in their conversation with the sender, or a new one.

        See `Conversation.objects.among`. A retry with the same `client_id` returns the same
        message. `mentions`, `mention_all` and `attachments` are those of `Participation.send`. A
        reply needs a conversation that is known; see `send_to_conversation`.
        """
        from ..conversation import Conversation

        recipients = list(recipients)
        references = References.of(None, mentions, mention_all, attachments)
        request = Request(sender, client_id, "users", body, recipients, references)

        @transaction.atomic
        def send() -> "Message":
            conversation = Conversation.objects.among(sender, recipients)
            return conversation.participation_of(sender).write_message(body, request)

        return request.once(send)

    @classmethod
    def send_to_conversation(
        cls,
        body: str,
        sender: "User",
        conversation: "Conversation",
        new_participants: Iterable["User"] | None = None,
        client_id: uuid.UUID | None = None,
        reply_to: int | None = None,
        mentions: "Iterable[User | Any] | None" = None,
        mention_all: bool = False,
        attachments: "Iterable[Attachment | int]" = (),
    ) -> "Message":
        """Send `body` in `conversation`, after taking in `new_participants`.

        The other arguments are those of `Participation.send`.
        """
        participation = conversation.participation_of(sender)
        return participation.send(
            body,
            client_id,
            new_participants or (),
            reply_to,
            mentions,
            mention_all,
            attachments=attachments,
        )
