"""How a member keeps a draft, which all of their devices see."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ... import wakeups
from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import Question, ask, columns_of
from ...text import clean_draft
from .. import draft as drafts
from ..conversation import members
from ..draft import Draft
from ..message.references import References
from ..message.retention import kept_since
from ..read_under_lock import Asked
from . import questions
from .quoting import Quoting


class Drafting(Quoting):
    """Keeps what its person has written and not sent.

    It is saved every few seconds while somebody types, and concerns nobody else. So that takes the
    lock of this row alone, and not that of the conversation.
    """

    class Meta:
        abstract = True

    def save_draft(self, body: str, reply_to: int | None = None, *, base: int) -> None:
        """Keep `body` as the draft, exactly as it is. This person's inbox streams hear of it.

        `base` is the version of the draft that `body` replaces: 0 if there never was one. Raises
        `DRAFT_CHANGED` if another device has changed the draft since. The same words again are no
        change, whatever `base` is. A body of which nothing is visible discards the draft.

        `reply_to` is the number of a text that they can see. Everybody who takes part can keep a
        draft, also while they can't send it. Afterwards `draft` and `draft_version` say what was
        saved.
        """
        body = clean_draft(body)
        content = (body, reply_to if body else None)
        quoted = self.asked_for_quoted(References(content[1]))
        with transaction.atomic():
            draft = self._lock_with_draft(*quoted)
            self.must_be_active()
            for asked in quoted:
                self.quoted_in(asked)
            if content != (draft.body, draft.reply_to):
                if draft.version != base:
                    raise MessagingValidationError(RefusalCode.DRAFT_CHANGED, path=("base",))
                draft.body, draft.reply_to = content
                self._write(draft)
        self.know_draft(draft)

    def emptied_draft(self, version: int | None, at: datetime) -> list[Question[Any]]:
        """The update that empties the draft if it has this version still, within a change."""
        if version is None or not drafts.is_version(version):
            return []
        return [drafts.emptied(participation=self.pk, version=version, at=at)]

    @property
    def draft(self) -> Draft | None:
        """What they have written and not sent, without what they don't see any more of it.

        That is a draft past the retention period, and the number of a message that they cleared.
        """
        draft = self._known_draft()
        return draft if draft.body else None

    @property
    def draft_version(self) -> int:
        """The version of the draft, also if it was sent or discarded; 0 if there never was one."""
        return self._known_draft().version

    @property
    def knows_draft(self) -> bool:
        """Whether `draft` is known without a query."""
        return "_draft" in self.__dict__

    def know_draft(self, stored: Draft | None) -> None:
        """Remember the draft that was read for this row, as its person sees it."""
        self.__dict__["_draft"] = self._as_seen(stored)

    def _known_draft(self) -> Draft:
        if not self.knows_draft:
            self.know_draft(next(iter(drafts.stored(participation=self.pk).ask()), None))
        found: Draft = self.__dict__["_draft"]
        return found

    def _as_seen(self, draft: Draft | None) -> Draft:
        # It does not refer back to this row: both leave memory as soon as nobody uses them.
        if draft is None:
            return Draft(participation_id=self.pk)
        cutoff = kept_since(self.conversation.kind)
        if cutoff is not None and draft.saved_at < cutoff:
            draft.body = ""
        if not draft.body or (draft.reply_to or 0) < self.history_from:
            draft.reply_to = None
        return draft

    def _lock_with_draft(self, *quoted: Asked) -> Draft:
        """Lock this row, and read it, the draft and `quoted` in the same round trip."""
        reading = (each.current_row for each in quoted)
        own, found, *messages = ask(
            questions.locked(key=self.pk), drafts.stored(participation=self.pk), *reading
        )
        self.take_over(own)
        for asked, rows in zip(quoted, messages, strict=True):
            asked.take_over(rows)
        return self._as_seen(found[0] if found else None)

    def _write(self, draft: Draft) -> None:
        """Write the next version. The cursors of inbox streams tell changes by their times."""
        draft.version += 1
        draft.saved_at = max(timezone.now(), self.changed_at + timedelta(microseconds=1))
        columns = columns_of(draft)
        written = (
            drafts.updated(key=draft.pk, **columns) if draft.pk else drafts.inserted(**columns)
        )
        self.changed_at = draft.saved_at
        ask(written, members.updated(key=self.pk, changed_at=self.changed_at))
        wakeups.wake_inbox(self.user_id)
