"""Deletes words that are older than `RETENTION`: of messages, drafts and scheduled messages."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from .models import Conversation, Draft, Message, Report, ScheduledMessage
from .models.message.retention import kept_since

#: Messages to purge in one transaction, and conversations to look up at a time.
BATCH = 500


def purge() -> int:
    """Delete the words of expired messages and drafts. Returns how many messages had some.

    The rows stay, with numbers, senders and times. Those of scheduled messages go, if they were
    refused at their time. If this is interrupted, call it again.
    """
    return sum(_purge_kind(kind) for kind in Conversation.Kind)


def _purge_kind(kind: str) -> int:
    cutoff = kept_since(kind)
    if cutoff is None:
        return 0
    Draft.objects.filter(saved_at__lt=cutoff, participation__conversation__kind=kind).forget_words()
    ScheduledMessage.objects.expired(kind, cutoff).delete()
    expired = Message.objects.filter(
        # Later numbers have later times, so one message decides.
        conversation=OuterRef("pk"),
        number=OuterRef("purged_number") + 1,
        sent_at__lt=cutoff,
    )
    conversations = Conversation.objects.filter(Exists(expired), kind=kind).order_by("pk")
    forgotten, last = 0, 0
    while chunk := list(conversations.filter(pk__gt=last)[:BATCH]):
        forgotten += sum(_purge(conversation, cutoff) for conversation in chunk)
        last = chunk[-1].pk
    return forgotten


def _purge(conversation: Conversation, cutoff: datetime) -> int:
    forgotten = 0
    while True:
        # Without an event: clients were not shown these words any more.
        with conversation.changing(None):
            begin = conversation.purged_number + 1
            next_ones = conversation.messages.filter(number__range=(begin, begin + BATCH - 1))
            page = list(next_ones.filter(sent_at__lt=cutoff).order_by("number"))
            if not page:
                return forgotten
            texts = [each for each in page if each.kind == Message.Kind.TEXT]
            words = [each.pk for each in texts if not each.removed_as]
            Message.objects.filter(pk__in=words).forget_words(Message.Removal.EXPIRED)
            # Also those of texts that were removed before, and are kept in open reports.
            Report.objects.filter(message__in=texts).forget_words()
            conversation.purged_number = page[-1].number
            conversation.save(update_fields=["purged_number"])
            forgotten += len(words)
