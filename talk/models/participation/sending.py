"""How a member writes a message in a conversation."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ...exceptions import MessagingValidationError, RefusalCode
from ...text import clean_body
from ..message import Message
from ..message.idempotency import Request
from ..message.references import References
from ..read_under_lock import Asked
from .attaching import Attachments
from .drafting import Drafting
from .inviting import Inviting
from .mentioning import Mentions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..attachment import Attachment


class Sending(Drafting, Inviting):
    """Sends messages, and takes other people in with the same request."""

    class Meta:
        abstract = True

    def send(
        self,
        body: str,
        client_id: uuid.UUID | None = None,
        invite: Iterable["User"] = (),
        reply_to: int | None = None,
        mentions: "Iterable[User | Any] | None" = None,
        mention_all: bool = False,
        draft: int | None = None,
        attachments: "Iterable[Attachment | int]" = (),
    ) -> Message:
        """Send `body`, after taking in the people to `invite`.

        If new people are invited from a private conversation, the message goes to the group of
        all: `message.conversation`. A retry with the same `client_id` returns the same message.

        `reply_to` is the number of the message that this one replies to. It has to be a text that
        the sender can see, and can't be combined with `invite`.

        `mentions` are at most 50 users who take part, or their keys; the sender is left out. A
        reply also mentions the author of the message that it replies to, if they still take part,
        unless `mentions` is empty.
        `mention_all` mentions everybody who takes part, if the policy allows it. Raises
        `TOO_MANY_MENTIONS`, `NOT_A_MEMBER` or `NOT_ALLOWED`; then nothing is sent.

        `draft` is the version of the sender's draft that this message was. The draft is emptied if
        it still has this version, and otherwise stays: then there is something newer in it.

        `attachments` are at most `MAX_ATTACHMENTS` uploads of the sender, or their keys, which
        become the files of the message, in this order. With some, `body` may be empty. No other
        message can have them. Raises `TOO_MANY_FILES`, `UNKNOWN_FILE`, `UPLOAD_NOT_FINISHED` or
        `FILE_REFUSED`.
        """
        invited = list(invite)
        if invited and reply_to is not None:
            raise MessagingValidationError(RefusalCode.INVALID_INPUT, path=("reply_to",))
        references = References.of(reply_to, mentions, mention_all, attachments)
        request = self.request_for(body, client_id, invited, references)

        @transaction.atomic
        def invite_and_send() -> Message:
            conversation = self.invite(invited)
            if conversation == self.conversation:
                return self.write_message(body, request, draft)
            message = conversation.participation_of(self.user).write_message(body, request)
            if draft is not None:
                with suppress(MessagingValidationError):
                    self.save_draft("", base=draft)
            return message

        return request.once(
            invite_and_send if invited else lambda: self.write_message(body, request, draft)
        )

    def request_for(
        self,
        body: str,
        client_id: uuid.UUID | None,
        invited: "Iterable[User]",
        references: References,
    ) -> Request:
        """The request to send this, by which a retry is known."""
        target = f"conversation {self.conversation_id}"
        return Request(self.user, client_id, target, body, invited, references)

    def write_message(self, body: str, request: Request, draft: int | None = None) -> Message:
        """Write the message that `request` is for. Called by `request.once` alone."""
        keys = request.references.attachments
        body = clean_body(body, may_be_empty=bool(keys))
        quoted = self.asked_for_quoted(request.references)
        mentions = Mentions(self, request.references)
        # Most messages have none, and read nothing for them.
        files = [Attachments(self, keys)] if keys else []
        read = [*mentions.read_under_lock, *(each.uploads for each in files)]
        with self.changing(*quoted, *read) as change:
            self.must_be_able_to_write()
            place = self._place_in_branch(*quoted)
            mentions.must_be_allowed()
            for each in files:
                each.must_be_usable()
            message = change.write_message(
                self,
                body,
                client_id=request.client_id,
                fingerprint=request.fingerprint if request.client_id else "",
                mentions_all=request.references.mention_all,
                attachment_count=len(keys),
                **place,
            )
            authors = (message.sender_id for each in quoted for message in each.found)
            added = mentions.added_to(message, *authors)
            added += [each.added_to(message) for each in files]
            change.read_again(self, *added, *self.emptied_draft(draft, change.at))
        return message

    def _place_in_branch(self, quoted: Asked | None = None) -> dict[str, int]:
        """The columns of a reply. The change has read the message that it replies to."""
        if quoted is None:
            return {}
        message = self.quoted_in(quoted)
        return {"reply_to": message.number, "root": message.root or message.number}
