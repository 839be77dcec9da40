"""The rules for whom a person finds by a search, and whose existence they know of."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.manager import BaseManager

from .deactivation import is_active
from .models import Block, Message, Participation
from .policy import Policy, policy
from .prepared import among, prepared

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def found_by(viewer: "User", users: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `users` whom `viewer` finds.

    These are other people with an active account who did not block the viewer, and whom the
    project's policy lets them find.
    """
    return policy().may_find(viewer, _reachable(viewer.pk, users))


def known_users(viewer: "User", keys: Collection[Any]) -> "list[User]":
    """The users with these keys whose existence `viewer` may know of; see `known_to`."""
    users = get_user_model()._default_manager
    if _is_unrestricted():
        found = _found(viewer=viewer.pk, keys=list(keys)).ask()
    else:
        found = list(found_by(viewer, users.filter(pk__in=keys)))
    # Most viewers name people whom they find. To look for people whom they met takes longer.
    return found if len(found) == len(keys) else list(known_to(viewer, users.filter(pk__in=keys)))


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


def _reachable(viewer: Any, users: QuerySet[Any]) -> QuerySet[Any]:
    blocks = Block.objects.filter(blocker=OuterRef("pk"), blocked=viewer)
    return users.exclude(pk=viewer).filter(is_active(), ~Exists(blocks))


def _is_unrestricted() -> bool:
    """Whether the project leaves it to Talk who finds whom.

    Then the query is the same for everybody at all times, and can be prepared.
    """
    manager = type(get_user_model()._default_manager)
    return (
        type(policy()).may_find is Policy.may_find
        and manager.get_queryset is BaseManager.get_queryset
    )


@prepared
def _found(viewer: Any, keys: Any) -> "QuerySet[User]":
    return _reachable(viewer, get_user_model()._default_manager.filter(among("pk", keys)))


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
