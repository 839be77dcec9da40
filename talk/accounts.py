"""What happens in conversations when an account is deactivated, deleted or erased."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from .deactivation import is_active
from .exceptions import Refused
from .locks import lock_accounts
from .models import (
    AccessToken,
    Attachment,
    Block,
    Conversation,
    Mention,
    Participation,
    Report,
    SavedMessage,
    ScheduledMention,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def hand_over(user: "User") -> None:
    """Give another owner to groups whose only active owner, `user`, was deactivated.

    `user` stays an owner, too, and may come back.
    """
    owners = Participation.objects.active().filter(role=Participation.Role.OWNER)
    owned = Conversation.objects.filter(pk__in=owners.filter(user=user).values("conversation"))
    # In one query for all groups, since each save of a deactivated account calls this, and most
    # groups have another owner.
    groups = list(owned.order_by("pk").select_for_update(no_key=True))
    acting = owners.filter(is_active("user__"), suspended_at=None, conversation__in=groups)
    owned_by_others = set(acting.values_list("conversation", flat=True))
    for group in groups:
        if group.pk not in owned_by_others:
            with group.changing(None) as change:
                change.keep_an_owner()


def before_deletion(user: "User", origin: Any) -> None:
    """Take `user` out of all conversations, in the transaction that deletes their account.

    `origin` is the model instance or the queryset that is being deleted. Messages of the user stay,
    and have no sender afterwards.
    """
    if isinstance(origin, QuerySet) and issubclass(origin.model, type(user)):
        _lock_once(user, origin)
    lock_accounts([user.pk])
    _lock_references([user.pk])
    leave(user)
    release(user)


def lock_conversations(keys: "Iterable[Any] | QuerySet[Any]") -> None:
    """Lock all conversations of the users with these keys, until the transaction ends.

    Verbs that don't lock these accounts run before that, or find no participation afterwards.
    """
    theirs = Participation.objects.filter(user__in=keys).values("conversation")
    locked = Conversation.objects.filter(pk__in=theirs).order_by("pk")
    list(locked.select_for_update(no_key=True).values_list("pk"))


def leave(user: "User") -> bool:
    """Leave all conversations, also private ones. Returns whether there were any."""
    expected = Participation.objects.filter(user=user).expected()
    found = list(expected.select_related("conversation", "user").order_by("conversation"))
    for participation in found:
        # Somebody else may have removed them first.
        with suppress(Refused):
            participation.vanish()
    return bool(found)


@transaction.atomic
def release(user: "User") -> None:
    """Delete the rows that belong to `user` alone, and take their name from files of messages.

    They have left all conversations, and the caller holds the locks of these.
    """
    Block.objects.forget(user)
    AccessToken.objects.filter(user=user).delete()
    Mention.objects.filter(user=user).delete()
    SavedMessage.objects.filter(user=user).delete()
    ScheduledMention.objects.filter(user=user).delete()
    Attachment.objects.disown(user)
    Participation.objects.filter(user=user).delete()


def _lock_once(user: "User", users: QuerySet[Any]) -> None:
    """Lock all accounts that are deleted together, then what refers to them.

    It is called for each of these accounts, and the call for the first one locks all. To lock the
    conversations of one account after those of another would be out of order, and could end in a
    deadlock.
    """
    keys = users.order_by("pk").values_list("pk", flat=True)
    if keys.first() == user.pk:
        _lock_references(lock_accounts(keys.order_by()))


def _lock_references(keys: list[Any]) -> None:
    """Lock what the deletion of these accounts changes, in the order of all transactions."""
    lock_conversations(keys)
    Report.objects.referring_to(keys).locked()
