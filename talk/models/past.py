"""The participants of a conversation as they were when somebody left it.

Rows tell how it is now. How it was is told by the messages about people: who joined, left, was
removed or reinstated. People who were in it from the start have no such message.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When

from .firsts import first_of_each
from .message import Message
from .people import with_people
from .place import Place

if TYPE_CHECKING:
    from .participation import Participation, ParticipationQuerySet

#: The conversation's other participations, by way of which one of them is found.
OWN = "conversation__participations"
#: The status of a member after each kind of message about them.
STATUS = {
    Message.Kind.JOINED: Place.Status.ACTIVE,
    Message.Kind.REINSTATED: Place.Status.ACTIVE,
    Message.Kind.LEFT: Place.Status.LEFT,
    Message.Kind.REMOVED: Place.Status.REMOVED,
}
ABOUT_MEMBERS = list(STATUS)


def then(own: Q, status: str) -> "ParticipationQuerySet":
    """The participations that had `status` when somebody left, whose own are those of `own`.

    `status` is active, left or removed. `own` is a condition on `OWN`. What a row says is of now.
    """
    from .participation import Participation

    about = Message.objects.filter(conversation=OuterRef("conversation"), subject=OuterRef("user"))
    told = about.filter(
        kind__in=ABOUT_MEMBERS, number__lte=OuterRef(f"{OWN}__left_at_number")
    ).order_by("-number")
    rows = Participation.objects.filter(own).annotate(
        _told=Subquery(told.values("kind")[:1]),
        _told_at=Subquery(told.values("sent_at")[:1]),
        _told_number=Subquery(told.values("number")[:1]),
        _started_at=F("conversation__started_at"),
    )
    had = Q(_told__in=[kind for kind, made in STATUS.items() if made == status])
    if status == Place.Status.ACTIVE:
        # People who joined later, or were only asked to, were not in it from the start.
        was_in = Q(status=Place.Status.ACTIVE) | Q(left_at__isnull=False)
        had |= was_in & Q(~Exists(about.filter(kind=Message.Kind.JOINED)), _told=None)
    return rows.filter(had)


def pages_then(
    places: "Sequence[Participation]", status: str, size: int, after: int = 0
) -> "list[Participation]":
    """The first `size` participations with a status, after a key, of each conversation left.

    `places` are their own. The rows are as they were then, without what that does not tell: how far
    others had read, their roles, or whether they were suspended.
    """
    rows = then(Q(**{f"{OWN}__in": places}), status)
    keys = [place.conversation_id for place in places]
    first = first_of_each(keys, rows.filter(pk__gt=after), size)
    own = {place.pk for place in places}
    found = with_people(rows.filter(first), "user").order_by("conversation", "pk")
    return [each if each.pk in own else _as_it_was(each, status) for each in found]


def place_then(own: "Participation", key: int) -> "Participation | None":
    """The participation with a key as it was when `own` was left; None if it was not there."""
    for status in Place.Status.ACTIVE, Place.Status.LEFT, Place.Status.REMOVED:
        found = with_people(then(Q(**{OWN: own}), status).filter(pk=key), "user").first()
        if found is not None:
            return _as_it_was(found, status)
    return None


def counts_since(places: "Iterable[Participation]") -> dict[int, int]:
    """By how many more take part now in each conversation than when somebody left it.

    People who were erased count for neither, as in `pages_then`.
    """
    come = Q(kind__in=[Message.Kind.JOINED, Message.Kind.REINSTATED])
    more = Case(When(come, then=Value(1)), default=Value(-1), output_field=models.IntegerField())
    later = Message.objects.filter(
        subject__isnull=False,
        kind__in=ABOUT_MEMBERS,
        number__gt=F(f"{OWN}__left_at_number"),
        **{f"{OWN}__in": places},
    )
    return dict(later.order_by().values_list("conversation").annotate(more=Sum(more)))


def _as_it_was(row: Any, status: str) -> "Participation":
    told_at = row._told_at or row._started_at
    row.status, row.role = status, Place.Role.MEMBER
    if status == Place.Status.ACTIVE:
        row.joined_at, row.left_at, row.left_at_number = told_at, None, None
    else:
        # They may have come back since.
        row.joined_at = min(row.joined_at, told_at)
        row.left_at, row.left_at_number = told_at, row._told_number
    row.last_activity_at = row.joined_at
    row.last_read_number, row.suspended_at = 0, None
    found: Participation = row
    return found
