"""Finds the messages of conversations that have files."""

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import F, Func, OuterRef, Q
from django.db.models.functions import Coalesce

from ..prepared import among, prepared
from .conversation import Conversation
from .first_of_each import Array, first_of_each, first_of_owners, with_keys
from .message import Message
from .message.retention import cutoffs, without_expired
from .participation import Participation
from .participation.unread import ENDLESS
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .message.queryset import MessageQuerySet
    from .participation.queryset import ParticipationQuerySet

#: The participation of a person in the conversation of a message.
OWN = "conversation__participations"


def with_files(
    conversations: list[int],
    size: int,
    *,
    newest: bool,
    after: int | None = None,
    before: int | None = None,
    user: "User | None" = None,
    start: int = 1,
) -> list[Message]:
    """The first or the `newest` so many messages with files of each conversation, with users.

    Those of a conversation are in the order of their numbers, which are above `after` and below
    `before`. As `user` sees them; for None, as all active members do who see the conversation from
    the number `start` on.
    """
    given: dict[str, Any] = {"start": start} if user is None else {"user": user}
    given |= {} if after is None else {"after": after}
    given |= {} if before is None else {"before": before}
    return _with_files(size, newest, conversations=conversations, **given, **cutoffs()).ask()


@prepared
def _with_files(
    size: int,
    newest: bool,
    conversations: Any,
    user: Any = None,
    start: Any = None,
    after: Any = None,
    before: Any = None,
    **kept_since: Any,
) -> "MessageQuerySet":
    filed = Message.objects.filter(attachment_count__gt=0, removed_as="")
    filed = filed if after is None else filed.filter(number__gt=after)
    filed = filed if before is None else filed.filter(number__lt=before)
    filed = without_expired(filed, kept_since)
    order = "-number" if newest else "number"
    if user is None:
        seen = filed.filter(number__gte=start)
        wanted = first_of_each("conversation", conversations, seen, size, order)
    else:
        places = Participation.objects.filter(among("conversation", conversations), user=user)
        wanted = _first_seen_from(places, filed, size, order)
    found = Message.objects.filter(wanted)
    return with_users(found, "sender", "subject").order_by("conversation", "number")


def _first_seen_from(
    places: "ParticipationQuerySet", rows: "MessageQuerySet", size: int, order: str
) -> Q:
    """The condition for the first `size` of `rows` that each of these participations sees."""
    if connections[rows.db].vendor == "postgresql":
        # Of each conversation it reads `size` rows from an index, however many there are.
        theirs = rows.filter(_seen(OuterRef, ""), conversation=OuterRef("conversation"))
        first = theirs.order_by(order).values("pk")[:size]
        return with_keys(places.values_list(Func(Array(first), function="unnest")))
    # One join: all conditions on the participation are in one `filter`.
    theirs = rows.filter(_seen(F, f"{OWN}__"), **{f"{OWN}__in": places})
    return first_of_owners(Conversation.objects.all(), {"conversation": "pk"}, theirs, size, order)


def _seen(column: Any, own: str) -> Q:
    """The condition that the words of a message are seen from a participation."""
    left_at = column(f"{own}left_at")
    is_same = Q(edited_at=None) | Q(edited_at__lte=Coalesce(left_at, F("edited_at")))
    last = Coalesce(column(f"{own}left_at_number"), ENDLESS)
    return is_same & Q(number__gte=column(f"{own}history_from"), number__lte=last)
