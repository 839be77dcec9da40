"""Prepared queries for the participations of one conversation, for use inside a change of it.

Each stands for the queryset, insertion or update that its function returns; see `talk.prepared`.
"""

from typing import TYPE_CHECKING, Any

from django.db import models, router

from ...deactivation import is_active
from ...prepared import among, changing, inserting, prepared
from ..message import Message

if TYPE_CHECKING:
    from ..participation import Participation
    from ..participation.queryset import ParticipationQuerySet


def _of(conversation: Any) -> "ParticipationQuerySet":
    from ..participation import Participation

    # In the database that is written to: a replica may not have the latest changes.
    rows = Participation.objects.using(router.db_for_write(Participation))
    return rows.filter(conversation=conversation)


@prepared
def of_users(conversation: Any, users: Any) -> "ParticipationQuerySet":
    """The participations of these users, whatever their status."""
    return _of(conversation).filter(among("user", users)).select_related("user")


@prepared
def expected_users(conversation: Any) -> "models.QuerySet[Participation, Any]":
    """The keys of the active and invited people."""
    return _of(conversation).expected().values_list("user", flat=True)


@prepared
def expected_count(conversation: Any) -> "models.QuerySet[Participation, Any]":
    """The number of active and invited people. No row if there are none."""
    expected = _of(conversation).expected().order_by().values("conversation")
    return expected.values_list(models.Count("pk"), flat=True)


@prepared
def active_count(conversation: Any) -> "models.QuerySet[Participation, Any]":
    """The number of active members. No row if there are none."""
    active = _of(conversation).active().order_by().values("conversation")
    return active.values_list(models.Count("pk"), flat=True)


@prepared
def beyond(most: int, conversation: Any) -> "models.QuerySet[Participation, Any]":
    """One row if more than `most` people take part, and no row otherwise."""
    active = _of(conversation).active().order_by("pk")
    return active.values_list("pk")[most : most + 1]


@prepared
def active_users(
    conversation: Any, users: Any, author_of: Any = None
) -> "models.QuerySet[Participation, Any]":
    """Which of these users are active, and, with `author_of`, the author of that message."""
    wanted = models.Q(among("user", users))
    if author_of is not None:
        said = Message.objects.filter(conversation=conversation, number=author_of)
        wanted |= models.Q(user__in=said.values("sender"))
    return _of(conversation).active().filter(wanted).values_list("user", flat=True)


@prepared
def acting_owner(conversation: Any) -> "models.QuerySet[Participation, Any]":
    """The key of one owner who can act, that is, who is neither suspended nor deactivated."""
    owners = _of(conversation).active().filter(role="owner", suspended_at=None)
    return owners.filter(is_active("user__")).values_list("pk", flat=True)[:1]


@prepared
def inserted(**columns: Any) -> Any:
    from ..participation import Participation

    return inserting(Participation(**columns))


@prepared
def updated(key: Any, **columns: Any) -> Any:
    from ..participation import Participation

    return changing(Participation.objects.filter(pk=key), **columns)


def next_owner(conversation: Any) -> "Participation | None":
    """The member who becomes the owner of a group in which no owner can act.

    Members who can act come first, admins before others, and the longest-standing of these. It is
    an owner if one can act again, or if no other member can act.
    """
    active = _of(conversation).active().select_related("user")
    role = active.model.Role
    unsuspended = models.Q(suspended_at=None)
    can_act = unsuspended & is_active("user__")
    rank = models.Case(
        models.When(can_act, role=role.OWNER, then=0),
        models.When(can_act, role=role.ADMIN, then=1),
        models.When(can_act, then=2),
        models.When(role=role.OWNER, then=3),
        models.When(~unsuspended & is_active("user__"), then=4),
        default=5,
    )
    return active.order_by(rank, "joined_at", "pk").first()
