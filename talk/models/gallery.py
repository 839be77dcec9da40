"""Finds the messages of conversations that have files."""

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from ..prepared import prepared
from .first_of_each import first_of_each
from .message import Message
from .message.retention import cutoffs, without_expired
from .participation.unread import ENDLESS
from .shown_users import with_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .message.queryset import MessageQuerySet

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
    seen = Message.objects.filter(attachment_count__gt=0, removed_as="")
    if user is None:
        seen = seen.filter(number__gte=start)
    else:
        # One join: all conditions on the participation are in one `filter`.
        is_same = Q(edited_at=None) | Q(**{f"{OWN}__left_at": None})
        is_same |= Q(edited_at__lte=F(f"{OWN}__left_at"))
        visible = {
            f"{OWN}__user": user,
            "number__gte": F(f"{OWN}__history_from"),
            "number__lte": Coalesce(F(f"{OWN}__left_at_number"), ENDLESS),
        }
        seen = seen.filter(is_same, **visible)
    seen = seen if after is None else seen.filter(number__gt=after)
    seen = seen if before is None else seen.filter(number__lt=before)
    seen = without_expired(seen, kept_since)
    order = "-number" if newest else "number"
    found = Message.objects.filter(first_of_each("conversation", conversations, seen, size, order))
    return with_users(found, "sender", "subject").order_by("conversation", "number")
