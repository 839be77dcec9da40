"""The rules for whom a person finds by a search, and whose existence they know of."""

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from .deactivation import is_active
from .models import Block, Message, Participation
from .policy import policy

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def found_by(viewer: "User", users: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `users` whom `viewer` finds.

    These are other people with an active account who did not block the viewer, and whom the
    project's policy lets them find.
    """
    others = users.exclude(pk=viewer.pk).exclude(talk_blocks__blocked=viewer)
    return policy().may_find(viewer, others.filter(is_active()))


def known_to(viewer: "User", users: QuerySet[Any]) -> QuerySet[Any]:
    """Those of a few `users` whose existence `viewer` may know of. The others don't exist for them.

    Known are the viewer, people whom they find, people whom they met in a conversation, and people
    whom they blocked.
    """
    found = found_by(viewer, users)
    met = _participations_of_met(viewer, users)
    blocked = Block.objects.filter(blocker=viewer)
    return users.filter(
        Q(pk=viewer.pk)
        | Q(pk__in=found.values("pk"))
        | Q(pk__in=met.values("user"))
        | Q(pk__in=blocked.values("blocked"))
    )


def _participations_of_met(viewer: "User", users: QuerySet[Any]) -> "QuerySet[Participation]":
    """The participations by which `viewer` met some of `users`.

    The viewer meets the people of conversations in which they are active or invited, and whoever
    invited them. Of a conversation that they left, they met the people who joined before that.
    """
    own = "conversation__participations__"
    joined_later = Message.objects.filter(
        conversation=OuterRef("conversation"),
        kind=Message.Kind.JOINED,
        subject=OuterRef("user"),
        number__gt=OuterRef(f"{own}left_at_number"),
    )
    was_in = Q(status="active") | Q(left_at__isnull=False)
    return Participation.objects.filter(
        Q(**{f"{own}status": "active"})
        | Q(**{f"{own}status": "invited"}, status="active")
        | Q(**{f"{own}invited_by": F("user")})
        | Q(**{f"{own}left_at__gte": F("joined_at")})
        | was_in & Q(~Exists(joined_later), **{f"{own}left_at__isnull": False}),
        user__in=users,
        **{f"{own}user": viewer},
    )
