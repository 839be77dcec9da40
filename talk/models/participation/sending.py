"""How a member writes a message in a conversation."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from ...text import clean_body
from ..message import Message
from ..message.idempotency import Request
from .inviting import Inviting

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Sending(Inviting):
    """Sends messages, and takes other people in with the same request."""

    class Meta:
        abstract = True

    def send(
        self,
        body: str,
        client_id: uuid.UUID | None = None,
        invite: Iterable["User"] = (),
    ) -> Message:
        """Send `body`, after taking in the people to `invite`.

        If new people are invited from a private conversation, the message goes to the group of
        all: `message.conversation`. A retry with the same `client_id` returns the same message.
        """
        invited = list(invite)
        request = Request(
            self.user, client_id, f"conversation {self.conversation_id}", body, invited
        )

        @transaction.atomic
        def invite_and_send() -> Message:
            conversation = self.invite(invited)
            if conversation == self.conversation:
                return self.write_message(body, request)
            return conversation.participation_of(self.user).write_message(body, request)

        return request.once(
            invite_and_send if invited else lambda: self.write_message(body, request)
        )

    def write_message(self, body: str, request: Request) -> Message:
        """Write the message that `request` is for. Called by `request.once` alone."""
        body = clean_body(body)
        with self.changing() as change:
            self.must_be_able_to_write()
            return change.write_message(
                self,
                body,
                client_id=request.client_id,
                fingerprint=request.fingerprint if request.client_id else "",
            )
