"""Locks on accounts, taken before any lock on a conversation.

All locks on accounts are taken in the order of their keys, and all locks on conversations after
them in the order of theirs. So no two transactions wait for each other.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from .exceptions import MessagingValidationError, RefusalCode

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def hold(users: Iterable["User"]) -> None:
    """Lock these accounts: until the transaction ends none of them blocks or is deactivated.

    Raises `UNKNOWN_USER` if one was deactivated or deleted after it was read.
    """
    active = {user.pk: user.is_active for user in users}
    if not active:
        return
    held = lock(list(active))
    if any(pk not in held or (was and not held[pk]) for pk, was in active.items()):
        raise MessagingValidationError(RefusalCode.UNKNOWN_USER)


def lock(keys: "Iterable[Any] | QuerySet[Any]") -> dict[Any, bool]:
    """Lock the accounts with these keys. Returns for each that exists whether it is active."""
    users = get_user_model()._base_manager.filter(pk__in=keys).order_by("pk")
    return {user.pk: user.is_active for user in users.select_for_update(no_key=True)}
