"""Changes conversations when an account is deactivated, deleted or erased."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from .deactivation import is_active
from .exceptions import Refused
from .locks import lock
from .models import AccessToken, Block, Conversation, Participation

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def hand_over(user: "User") -> None:
    """Give the groups of `user`, whose account was deactivated, another owner if they need one.

    `user` may come back, and stays an owner, too.
    """
    owners = Participation.objects.active().filter(role=Participation.Role.OWNER)
    owned = Conversation.objects.filter(pk__in=owners.filter(user=user).values("conversation"))
    # All at once: each save of a deactivated account comes here, and most groups have an owner.
    groups = list(owned.order_by("pk").select_for_update(no_key=True))
    acting = owners.filter(is_active("user__"), suspended_at=None, conversation__in=groups)
    in_hand = set(acting.values_list("conversation", flat=True))
    for group in groups:
        if group.pk not in in_hand:
            with group.changing(None) as change:
                change.keep_an_owner()


def before_deletion(user: "User", origin: Any) -> None:
    """Take `user` out of all conversations, in the transaction that deletes their account.

    `origin` is the model instance or the queryset that is deleted. What they said stays, and
    Django's `SET_NULL` lets nobody have said it.
    """
    if isinstance(origin, QuerySet) and issubclass(origin.model, type(user)):
        _lock_once(user, origin)
    lock([user.pk])
    lock_conversations([user.pk])
    leave(user)
    release(user)


def lock_conversations(keys: "Iterable[Any] | QuerySet[Any]") -> None:
    """Wait for everybody who changes a conversation of these people, until the transaction ends.

    Members who send without being held are done by then, or find no participation afterwards.
    """
    theirs = Participation.objects.filter(user__in=keys).values("conversation")
    locked = Conversation.objects.filter(pk__in=theirs).order_by("pk")
    list(locked.select_for_update(no_key=True).values_list("pk"))


def leave(user: "User") -> bool:
    """Leave all conversations, private ones included; whether there was any."""
    places = Participation.objects.filter(user=user).expected()
    found = list(places.select_related("conversation", "user").order_by("conversation"))
    for place in found:
        # Somebody else may have removed them first.
        with suppress(Refused):
            place.vanish()
    return bool(found)


@transaction.atomic
def release(user: "User") -> None:
    """Delete what is about nobody but `user`, who left everything and whose conversations are
    locked.
    """
    Block.objects.forget(user)
    AccessToken.objects.filter(user=user).delete()
    Participation.objects.filter(user=user).delete()


def _lock_once(user: "User", people: QuerySet[Any]) -> None:
    """Lock all who are deleted together, and then all their conversations, at the first of them.

    One after the other would take these in another order than everybody else.
    """
    keys = people.order_by("pk").values_list("pk", flat=True)
    if keys.first() == user.pk:
        lock_conversations(lock(keys.order_by()))
