import hashlib
import json
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import IntegrityError

from ..exceptions import MessagingValidationError, RefusalCode, Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from .conversation import Conversation
    from .message import Message


class Request:
    """What somebody asked to send. With a client id it is done once, however often it arrives.

    The id belongs to one content. The fingerprint is what tells a retry from another request
    under the same id; https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
    calls it that, too.
    """

    def __init__(
        self,
        sender: "User | None",
        client_id: uuid.UUID | None,
        target: str,
        body: str | None,
        people: Iterable["User"],
    ) -> None:
        self.sender = sender
        self.client_id = client_id
        content = json.dumps([target, body, sorted({str(user.pk) for user in people})])
        self.fingerprint = hashlib.sha256(content.encode()).hexdigest()

    def once(self, send: Callable[[], "Message"]) -> "Message":
        """What `send` answers, or the message that it answered before.

        `send` is one transaction. That a client asks again is rare, so nothing is looked up
        first: a request that was done already fails, if only at the id, which is unique.
        """
        try:
            return send()
        except (IntegrityError, Refused):
            # What was done stays done, also for who may not do it any more.
            if earlier := self._earlier():
                return earlier
            raise

    def _earlier(self) -> "Message | None":
        if self.client_id is None:
            return None
        earlier = self._sent().select_related("conversation").first()
        # What was removed has none any more: from it one could guess the words.
        if earlier and earlier.fingerprint and earlier.fingerprint != self.fingerprint:
            raise MessagingValidationError(RefusalCode.CLIENT_ID_REUSED, path=("client_id",))
        return earlier

    def _sent(self) -> "QuerySet[Message]":
        from .message import Message

        return Message.objects.filter(sender=self.sender, client_id=self.client_id)


class Announcement(Request):
    """The announcements of the project in a conversation. Each conversation has ids of its own."""

    def __init__(
        self, conversation: "Conversation", client_id: uuid.UUID | None, body: str
    ) -> None:
        super().__init__(None, client_id, f"conversation {conversation.pk}", body, ())
        self._conversation = conversation

    def _sent(self) -> "QuerySet[Message]":
        # Not by the missing sender: words of deleted accounts have none, either.
        return self._conversation.messages.filter(announced_as=self.client_id)
