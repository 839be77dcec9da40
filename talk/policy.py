"""Who may reach whom: not who is blocked, and beyond that as a project says."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from .conf import conf
from .exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .models import Participation


class Policy:
    """Everybody may reach everybody. Name a subclass in `TALK["POLICY"]` to say otherwise.

    It's made once per process.
    """

    def may_find(self, viewer: "User", people: QuerySet[Any]) -> QuerySet[Any]:
        """Whom `viewer` finds of `people`, all that match a search, or are named by their keys."""
        return people

    def may_write_to(self, sender: "User", people: Sequence["User"]) -> Iterable["User"]:
        """Those of `people` with whom `sender` may start to talk, and go on talking in private.

        In a group everybody writes to everybody, once they are in it.
        """
        return people

    def may_invite(self, member: "Participation", people: Sequence["User"]) -> Iterable["User"]:
        """Those of `people` whom a member may take into their group, or bring back into it."""
        return people


def policy() -> Policy:
    """The project's."""
    return _made(conf.POLICY)


def found_by(viewer: "User", people: QuerySet[Any]) -> QuerySet[Any]:
    """Whom of `people` somebody finds: others, of active accounts, who did not block them."""
    others = people.exclude(pk=viewer.pk).exclude(talk_blocks__blocked=viewer)
    return policy().may_find(viewer, others.filter(is_active()))


def is_active(relation: str = "") -> Q:
    """The condition that an account, or the one behind `relation`, is not deactivated."""
    return Q(**{f"{relation}is_active": True}) if can_be_deactivated() else Q()


def can_be_deactivated() -> bool:
    """Whether the user model has a field `is_active`. Otherwise all accounts are active."""
    return any(field.name == "is_active" for field in get_user_model()._meta.concrete_fields)


def known_to(viewer: "User", people: QuerySet[Any]) -> QuerySet[Any]:
    """Of `people`, who are few, those of whom `viewer` may know that they are there.

    Those are they themselves, whom they find, whom they met in a conversation, and whom they
    blocked. To them anybody else is nobody.
    """
    from .models import Block

    found = found_by(viewer, people)
    met = _places_of_met(viewer, people)
    blocked = Block.objects.filter(blocker=viewer)
    return people.filter(
        Q(pk=viewer.pk)
        | Q(pk__in=found.values("pk"))
        | Q(pk__in=met.values("user"))
        | Q(pk__in=blocked.values("blocked"))
    )


def hold(people: Iterable["User"]) -> None:
    """Until the transaction ends nobody of `people` blocks somebody, or is deactivated.

    Raises `UNKNOWN_USER` if somebody was meanwhile, or has no account any more. It is asked for
    before the lock of any conversation, and taken in one order, so that nobody waits for somebody
    who waits for them.
    """
    active = {person.pk: person.is_active for person in people}
    if not active:
        return
    held = lock(list(active))
    if any(pk not in held or (was and not held[pk]) for pk, was in active.items()):
        raise MessagingValidationError(RefusalCode.UNKNOWN_USER)


def lock(keys: "Iterable[Any] | QuerySet[Any]") -> dict[Any, bool]:
    """Hold the accounts with these keys; of each that is there, whether it is active."""
    users = get_user_model()._base_manager.filter(pk__in=keys).order_by("pk")
    return {user.pk: user.is_active for user in users.select_for_update(no_key=True)}


def must_reach(sender: "User", people: Sequence["User"]) -> None:
    """Raise `NOT_REACHABLE` if `sender` may not write to all of these people.

    Settled for whom the caller holds, or shares a conversation with whose lock they hold.
    """
    _must_not_be_blocked(sender.pk, people)
    _must_be_all(people, policy().may_write_to(sender, people))


def must_be_invitable(member: "Participation", people: Sequence["User"]) -> None:
    """Raise `NOT_REACHABLE` if this member may not invite all of these people. Settled likewise."""
    if not people:
        return
    _must_not_be_blocked(member.user_id, people)
    _must_be_all(people, policy().may_invite(member, people))


def _places_of_met(viewer: "User", people: QuerySet[Any]) -> "QuerySet[Participation]":
    """The places of those of `people` whom somebody meets there, or met before they were gone.

    Who invited them is one; who joined after them is none.
    """
    from .models import Message, Participation

    own = "conversation__participations__"
    later = Message.objects.filter(
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
        | was_in & Q(~Exists(later), **{f"{own}left_at__isnull": False}),
        user__in=people,
        **{f"{own}user": viewer},
    )


def _must_not_be_blocked(user_pk: Any, people: Sequence["User"]) -> None:
    from .models import Block

    if Block.objects.bars(user_pk, [person.pk for person in people]):
        raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)


def _must_be_all(people: Iterable["User"], allowed: Iterable["User"]) -> None:
    if not {person.pk for person in people} <= {person.pk for person in allowed}:
        raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)


@cache
def _made(path: str) -> Policy:
    made: Policy = import_string(path)()
    return made
