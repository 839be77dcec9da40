"""What is kept for so long and no longer; see the option `RETENTION`."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from .models import Conversation, Message
from .models.message.retention import kept_since

#: Messages whose words are forgotten in one transaction; conversations that are looked up at once.
BATCH = 500


def purge() -> int:
    """Forget the words that nobody is shown any more; how many messages had some.

    Numbers, and who said something when, stay. It can be stopped at any time, and goes on from
    there.
    """
    return sum(_purge_kind(kind) for kind in Conversation.Kind)


def _purge_kind(kind: str) -> int:
    cutoff = kept_since(kind)
    if cutoff is None:
        return 0
    expired = Message.objects.filter(
        # Later numbers have later times: the next one decides.
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
        # No event tells of it: it was not shown any more.
        with conversation.changing(None):
            begin = conversation.purged_number + 1
            next_ones = conversation.messages.filter(number__range=(begin, begin + BATCH - 1))
            page = list(next_ones.filter(sent_at__lt=cutoff).order_by("number"))
            if not page:
                return forgotten
            words = [
                each.pk for each in page if each.kind == Message.Kind.TEXT and not each.removed_as
            ]
            Message.objects.filter(pk__in=words).forget_words(Message.Removal.EXPIRED)
            conversation.purged_number = page[-1].number
            conversation.save(update_fields=["purged_number"])
            forgotten += len(words)
