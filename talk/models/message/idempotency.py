"""Idempotent sending: a request with a client id has one effect, however often it arrives."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from ...exceptions import MessagingValidationError, RefusalCode, Refused
from .references import NONE, References

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from ..conversation import Conversation
    from . import Message


class Request:
    """A request to send a message. With a client id it is carried out once, also if it is repeated.

    The fingerprint is a digest of the request's content. It tells a retry from another request
    with the same id, as in
    https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
    """

    def __init__(
        self,
        sender: "User | None",
        client_id: uuid.UUID | None,
        target: str,
        body: str | None,
        recipients: Iterable["User"],
        references: References = NONE,
    ) -> None:
        self.sender = sender
        self.client_id = client_id
        self.references = references
        content: list[Any] = [target, body, sorted({str(user.pk) for user in recipients})]
        if references.given:
            # Only then: the fingerprint of a plain request is the same as in earlier versions, so
            # that a retry across an upgrade is known for one.
            content.append(references.given)
        self.fingerprint = hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def once(self, send: Callable[[], "Message"]) -> "Message":
        """The message that `send` returns or, for a retry, the message that was sent before.

        `send` is one transaction. Retries are rare, so nothing is looked up first: the second
        `send` of a retry fails, at the latest because the client id is unique.
        """
        try:
            return send()
        except (IntegrityError, Refused):
            # A retry is answered even if the sender may no longer send.
            if earlier := self.earlier():
                return earlier
            raise

    def earlier(self) -> "Message | None":
        """The message that an earlier request has sent. Raises `CLIENT_ID_REUSED`."""
        if self.client_id is None:
            return None
        earlier = self._sent().select_related("conversation", "sender", "subject").first()
        # Removed messages have no fingerprint: one could guess their words by it.
        if earlier and earlier.fingerprint and earlier.fingerprint != self.fingerprint:
            raise MessagingValidationError(RefusalCode.CLIENT_ID_REUSED, path=("client_id",))
        return earlier

    def _sent(self) -> "QuerySet[Message]":
        from . import Message

        return Message.objects.filter(sender=self.sender, client_id=self.client_id)


class Announcement(Request):
    """A request of the project to announce something. Its client id belongs to the conversation."""

    def __init__(
        self, conversation: "Conversation", client_id: uuid.UUID | None, body: str
    ) -> None:
        super().__init__(None, client_id, f"conversation {conversation.pk}", body, ())
        self._conversation = conversation

    def _sent(self) -> "QuerySet[Message]":
        # By a column of its own: messages of deleted accounts have no sender, either.
        return self._conversation.messages.filter(announced_as=self.client_id)
