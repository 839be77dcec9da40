"""The participants of a conversation as they were when the viewer left it.

The rows have the present state. The past is found from the messages that say who joined, left, was
removed or reinstated. There are no such messages about people who took part from the start.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When

from ..first_of_each import first_of_each
from ..message import Message
from ..shown_users import with_users
from .standing import Standing

if TYPE_CHECKING:
    from . import Participation
    from .queryset import ParticipationQuerySet

#: The look-up of the viewer's own participation, from another one of the same conversation.
OWN = "conversation__participations"
#: The status of a member after each kind of message about them.
STATUS = {
    Message.Kind.JOINED: Standing.Status.ACTIVE,
    Message.Kind.REINSTATED: Standing.Status.ACTIVE,
    Message.Kind.LEFT: Standing.Status.LEFT,
    Message.Kind.REMOVED: Standing.Status.REMOVED,
}
ABOUT_MEMBERS = list(STATUS)
#: The kinds after which a member is active.
COMING = [kind for kind, made in STATUS.items() if made == Standing.Status.ACTIVE]


def present_at(
    messages: Iterable[Message], participations: "Iterable[Participation]"
) -> dict[int, frozenset[Any]]:
    """Which users of `participations` took part when each message was sent, by its key.

    Coming and going later does not change that.
    """
    messages, people = list(messages), list(participations)
    about = Message.objects.filter(
        conversation__in={each.conversation_id for each in people},
        subject__in={each.user_id for each in people},
        kind__in=ABOUT_MEMBERS,
    )
    told: defaultdict[tuple[int, Any], list[Message]] = defaultdict(list)
    for change in about.order_by("number").only("conversation", "subject", "number", "kind"):
        told[change.conversation_id, change.subject_id].append(change)

    def was_there(each: "Participation", number: int) -> bool:
        changes = told[each.conversation_id, each.user_id]
        before = [change.kind for change in changes if change.number < number]
        return before[-1] in COMING if before else number > each.joined_at_number

    return {
        message.pk: frozenset(
            each.user_id
            for each in people
            if each.conversation_id == message.conversation_id and was_there(each, message.number)
        )
        for message in messages
    }


def participations_then(own: Q, status: str) -> "ParticipationQuerySet":
    """The participations that had `status` when the viewer left.

    `own` is a condition by way of `OWN` on the viewer's participations. `status` is active, left or
    removed. The columns of the rows have their present values.
    """
    from . import Participation

    about = Message.objects.filter(conversation=OuterRef("conversation"), subject=OuterRef("user"))
    latest = about.filter(
        kind__in=ABOUT_MEMBERS, number__lte=OuterRef(f"{OWN}__left_at_number")
    ).order_by("-number")
    rows = Participation.objects.filter(own).annotate(
        _last_kind=Subquery(latest.values("kind")[:1]),
        _last_at=Subquery(latest.values("sent_at")[:1]),
        _last_number=Subquery(latest.values("number")[:1]),
        _started_at=F("conversation__started_at"),
    )
    had = Q(_last_kind__in=[kind for kind, made in STATUS.items() if made == status])
    if status == Standing.Status.ACTIVE:
        # Excludes people who joined later, and people who were only invited.
        was_in = Q(status=Standing.Status.ACTIVE) | Q(left_at__isnull=False)
        had |= was_in & Q(~Exists(about.filter(kind=Message.Kind.JOINED)), _last_kind=None)
    return rows.filter(had)


def pages_then(
    own: "Sequence[Participation]",
    status: str,
    size: int,
    after: int = 0,
    named: str | None = None,
) -> "list[Participation]":
    """The first `size` participations with a status, after a key, of each conversation.

    `own` are the viewer's participations in conversations that they left. The rows of other people
    are as they were then. What is unknown of them is blank: how far they had read, their roles, and
    whether they were suspended. With `named`, only those of people whose names have these words.
    """
    rows = participations_then(Q(**{f"{OWN}__in": own}), status)
    if named is not None:
        rows = rows.named(named)
    conversations = [each.conversation_id for each in own]
    first = first_of_each("conversation", conversations, rows.filter(pk__gt=after), size)
    own_keys = {each.pk for each in own}
    found = with_users(rows.filter(first), "user").order_by("conversation", "pk")
    return [each if each.pk in own_keys else _as_it_was(each, status) for each in found]


def participation_then(own: "Participation", key: int) -> "Participation | None":
    """The participation with a key as it was when the viewer left; None if it was not there.

    `own` is the viewer's participation in the same conversation.
    """
    for status in Standing.Status.ACTIVE, Standing.Status.LEFT, Standing.Status.REMOVED:
        found = with_users(
            participations_then(Q(**{OWN: own}), status).filter(pk=key), "user"
        ).first()
        if found is not None:
            return _as_it_was(found, status)
    return None


def counts_since(own: "Iterable[Participation]") -> dict[int, int]:
    """How many people more take part in each conversation now than when the viewer left it.

    `own` are the viewer's participations. Erased people don't count, as in `pages_then`.
    """
    came = Q(kind__in=[Message.Kind.JOINED, Message.Kind.REINSTATED])
    more = Case(When(came, then=Value(1)), default=Value(-1), output_field=models.IntegerField())
    later = Message.objects.filter(
        subject__isnull=False,
        kind__in=ABOUT_MEMBERS,
        number__gt=F(f"{OWN}__left_at_number"),
        **{f"{OWN}__in": own},
    )
    return dict(later.order_by().values_list("conversation").annotate(more=Sum(more)))


def _as_it_was(row: Any, status: str) -> "Participation":
    last_at = row._last_at or row._started_at
    row.status, row.role = status, Standing.Role.MEMBER
    if status == Standing.Status.ACTIVE:
        row.joined_at, row.left_at, row.left_at_number = last_at, None, None
    else:
        # They may have come back in the meantime.
        row.joined_at = min(row.joined_at, last_at)
        row.left_at, row.left_at_number = last_at, row._last_number
    row.last_activity_at = row.joined_at
    row.last_read_number, row.suspended_at = 0, None
    found: Participation = row
    return found
