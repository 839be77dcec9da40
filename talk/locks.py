"""Locks on accounts, taken before any lock on a conversation.

All locks on accounts are taken in the order of their keys, and all locks on conversations after
them in the order of theirs. The rows of a conversation come last. A transaction may lock the row of
a participation without its conversation, as saving a draft does. It then locks nothing else but the
draft. So no two transactions wait for each other.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from .exceptions import MessagingValidationError, RefusalCode
from .prepared import Question, among, prepared

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def hold(users: Iterable["User"]) -> None:
    """Lock these accounts: until the transaction ends none of them blocks or is deactivated.

    Raises `UNKNOWN_USER` if one was deactivated or deleted after it was read.
    """
    users = list(users)
    check_held(users, hold_question(users).ask())


def hold_question(users: Sequence["User"]) -> Question["User"]:
    """`hold` as a question, to be asked together with others. `check_held` takes its answer."""
    return _locked(keys=[user.pk for user in users])


def check_held(users: Iterable["User"], locked: Iterable["User"]) -> None:
    """Raise `UNKNOWN_USER` as `hold` does. `locked` is the answer to `hold_question(users)`."""
    held = {user.pk: user.is_active for user in locked}
    if any(user.pk not in held or (user.is_active and not held[user.pk]) for user in users):
        raise MessagingValidationError(RefusalCode.UNKNOWN_USER)


def lock_accounts(keys: "Iterable[Any] | QuerySet[Any]") -> list[Any]:
    """Lock the accounts with these keys. Returns the keys of those that exist."""
    return list(_in_order(Q(pk__in=keys)).values_list("pk", flat=True))


def _in_order(condition: Any) -> "QuerySet[User]":
    users = get_user_model()._base_manager.filter(condition).order_by("pk")
    return users.select_for_update(no_key=True)


@prepared
def _locked(keys: Any) -> "QuerySet[User]":
    return _in_order(among("pk", keys))
