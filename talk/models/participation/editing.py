"""How a member changes what they said."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...conf import conf
from ...exceptions import MessagingPermissionDenied, RefusalCode
from ...prepared import Question, columns_of, inserting, prepared
from ...text import clean_body
from ..edit import Edit
from ..event import Event
from ..link_preview import after_edit
from ..message import Message
from ..message.queryset import updated
from .acting import Acting
from .attaching import EditedAttachments
from .mentioning import EditedMentions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..attachment import Attachment

#: Seconds for which a request may be on its way, after the time for it has ended.
GRACE_SECONDS = 20


class Editing(Acting):
    """Edits messages."""

    class Meta:
        abstract = True

    def edit(
        self,
        message: Message,
        body: str,
        mentions: "Iterable[User | Any] | None" = None,
        attachments: "Iterable[Attachment | int] | None" = None,
    ) -> Message:
        """Give a message that this member wrote another text. Returns the message.

        Its number, time and sender stay, and it becomes unread for nobody. `mentions` replaces the
        people whom it mentions by name; see `send`. For None they stay. `attachments` are the files
        that it keeps, or their keys: all of them, for None. It can't get others, and its text may
        be empty while it has some. The same text with the same mentions and files is no change.
        Raises what `must_find_text` raises, `EMPTY_BODY`, `BODY_TOO_LONG`, `NOT_YOURS`,
        `TOO_MANY_MENTIONS`, `NOT_A_MEMBER`, `UNKNOWN_FILE`, and `TOO_LATE` after `EDIT_SECONDS`.
        """
        body = clean_body(body, may_be_empty=True)
        mentioned = EditedMentions(message, self, mentions)
        files = EditedAttachments(message, attachments)
        reading = (*mentioned.read_under_lock, *files.read_under_lock)
        with self.changing(message, *reading) as change:
            self.must_be_able_to_edit(message, change.at)
            writes = [*mentioned.writes(change.at), *files.writes(body)]
            if body != message.body:
                writes += _kept(Edit(message=message, body=message.body, until=change.at))
                writes += after_edit(message, body)
            elif not writes:
                return message
            # Also if only mentions or files change: people who left before are not shown them.
            message.body, message.edited_at = body, change.at
            change.record(Event.Kind.MESSAGE_EDITED, self, message)
            change.read_again(self, *writes, _edited(message))
        return message

    def must_be_able_to_edit(self, message: Message, at: datetime) -> None:
        """Raise what `edit` raises, whatever the text."""
        self.must_find_text(message)
        self.must_have_written(message)
        must_be_within(conf.EDIT_SECONDS, message, at)


def must_be_within(seconds: float | None, message: Message, at: datetime) -> None:
    """Raise `TOO_LATE` if the time to change a message has ended: None is always, 0 never."""
    if seconds is None:
        return
    age = (at - message.sent_at).total_seconds()
    if seconds == 0 or age > seconds + GRACE_SECONDS:
        raise MessagingPermissionDenied(RefusalCode.TOO_LATE, path=("message",))


def _kept(before: Edit) -> list[Question[Any]]:
    """What the message said before, if the project keeps that."""
    return [] if conf.EDIT_HISTORY == "none" else [_inserted(**columns_of(before))]


def _edited(message: Message) -> Question[Any]:
    fields = ["body", "edited_at", "revision", "attachment_count"]
    if conf.EDIT_HISTORY == "none":
        # One could guess by it what the message said before.
        message.fingerprint = ""
        fields.append("fingerprint")
    return updated(key=message.pk, **{field: getattr(message, field) for field in fields})


@prepared
def _inserted(**columns: Any) -> Any:
    return inserting(Edit(**columns))
