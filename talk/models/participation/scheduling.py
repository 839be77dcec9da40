"""How a member schedules messages, which are sent at a later time."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import router, transaction
from django.utils import timezone

from ... import wakeups
from ...exceptions import MessagingValidationError, RefusalCode, Refused
from ...prepared import Question, ask, columns_of
from ...text import clean_body
from .. import scheduled_mention as mentioned
from .. import scheduled_message as scheduled
from ..conversation import members
from ..conversation.recipients import checked_users
from ..message import Message
from ..message.references import References
from ..read_under_lock import Asked
from ..scheduled_mention import ScheduledMention
from ..scheduled_message import ScheduledMessage
from .mentioning import Mentions
from .sending import Sending

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from . import Participation


class Scheduling(Sending):
    """Schedules messages, and cancels them. Nobody else is told of it until they are sent.

    All of this takes the lock of the conversation, so that a message is either sent or cancelled.
    """

    class Meta:
        abstract = True

    @property
    def scheduled_messages(self) -> list[ScheduledMessage]:
        """What this person has scheduled here, the earliest first, with what was refused."""
        own = cast("Participation", self)
        return ScheduledMessage.objects.by_participation([own])[self.pk]

    def schedule(
        self,
        body: str,
        at: datetime,
        client_id: uuid.UUID,
        reply_to: int | None = None,
        mentions: "Iterable[User | Any] | None" = None,
        mention_all: bool = False,
    ) -> ScheduledMessage:
        """Have `send` called with this at a later time. This person's inbox streams hear of it.

        It takes the same rights as `send`, now and at that time. If `send` is refused then, the
        message stays with the reason, and is not tried again. People who take part no longer are
        not mentioned then. `manage.py work` sends it: nothing is sent while that does not run.

        To schedule the same again with the same `client_id` is no change. Raises
        `CLIENT_ID_REUSED` for anything else with it, and `TOO_LATE` if it was sent already. Raises
        `INVALID_TIME` for a time that has passed or is more than a year away, and
        `TOO_MANY_SCHEDULED` if there are 50 in this conversation, with those that were refused.
        """
        body, references = clean_body(body), References.of(reply_to, mentions, mention_all)
        request = self.request_for(body, client_id, (), references)
        quoted, people = self.asked_for_quoted(references), Mentions(self, references)
        same = Asked(scheduled.with_client_id(participation=self.pk, client_id=client_id))
        others = Asked(scheduled.keys_of(participation=self.pk))
        row = ScheduledMessage(
            participation_id=self.pk,
            client_id=client_id,
            fingerprint=request.fingerprint,
            body=body,
            reply_to=reply_to,
            names_mentions=mentions is not None,
            mentions_all=mention_all,
            at=at,
            due_at=at,
        )
        with self.changing(*quoted, *people.read_under_lock, same, others):
            if same.found:
                return _repeated(row, same.found[0])
            if request.earlier():
                raise MessagingValidationError(RefusalCode.TOO_LATE, path=("client_id",))
            self.must_be_able_to_write()
            for asked in quoted:
                self.quoted_in(asked)
            people.must_be_allowed()
            scheduled.must_be_possible(at)
            if len(others.found) >= scheduled.MOST_SCHEDULED:
                raise MessagingValidationError(RefusalCode.TOO_MANY_SCHEDULED)
            (((row.pk,),),) = self._write_scheduled(scheduled.inserted(**columns_of(row)))
            ScheduledMention.objects.bulk_create(
                ScheduledMention(scheduled_id=row.pk, user_id=key) for key in people.named
            )
        return row

    def cancel_scheduled(self, client_id: uuid.UUID) -> None:
        """Delete the scheduled message with this client id, also one that was refused.

        It is no change if there is none. Raises `TOO_LATE` if it was sent already.
        """
        found = Asked(scheduled.with_client_id(participation=self.pk, client_id=client_id))
        with self.changing(found):
            self.must_be_active()
            if found.found:
                self._write_scheduled(*_deleted(found.found[0].pk))
            elif self._has_sent(client_id):
                raise MessagingValidationError(RefusalCode.TOO_LATE, path=("client_id",))

    def send_scheduled(self, key: int) -> bool:
        """Send the scheduled message with this key. Called by `send_due` alone.

        Returns False if it is not there any more, or was refused before. In one transaction it is
        sent and its row is deleted, so that a crash leaves either both or none.
        """
        waiting = Asked(scheduled.waiting(key=key))
        present = Asked(mentioned.present(scheduled=key, conversation=self.conversation_id))
        with transaction.atomic():
            self.conversation.lock(self, waiting, present)
            if not waiting.found:
                return False
            row: ScheduledMessage = waiting.found[0].seen_from(self)
            mentions = present.found if row.names_mentions else None
            references = References.of(row.reply_to, mentions, row.mentions_all)
            request = self.request_for(row.body, row.client_id, (), references)
            # Less may be left of the references by now. A retry names all of them.
            request.fingerprint = row.fingerprint
            written, before = _deleted(key), self.changed_at
            try:
                checked_users([self.user])
                request.once(lambda: self.write_message(row.body, request))
            except Refused as refusal:
                written = [scheduled.refused(key=key, code=refusal.code.value)]
            # The message may have set an earlier time than this row had.
            self.changed_at = max(before, self.changed_at)
            self._write_scheduled(*written)
        return True

    def _has_sent(self, client_id: uuid.UUID) -> bool:
        rows = Message.objects.using(router.db_for_write(Message))
        return rows.filter(sender=self.user_id, client_id=client_id).exists()

    def _write_scheduled(self, *written: Question[Any]) -> list[list[Any]]:
        """Write this, and have the inbox streams of this person tell them. Returns the answers.

        The cursors of these streams tell changes by their times.
        """
        self.changed_at = max(timezone.now(), self.changed_at + timedelta(microseconds=1))
        answers = ask(*written, members.updated(key=self.pk, changed_at=self.changed_at))
        wakeups.wake_inbox(self.user_id)
        return answers[:-1]


def _deleted(key: int) -> list[Question[Any]]:
    return [mentioned.deleted(scheduled=key), scheduled.deleted(key=key)]


def _repeated(given: ScheduledMessage, known: ScheduledMessage) -> ScheduledMessage:
    """What was scheduled before with the same client id. Raises `CLIENT_ID_REUSED`."""
    if (given.fingerprint, given.at) != (known.fingerprint, known.at):
        raise MessagingValidationError(RefusalCode.CLIENT_ID_REUSED, path=("client_id",))
    return known
