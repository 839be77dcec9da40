"""Checks the users whom a caller names as recipients or new members."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...conf import conf
from ...exceptions import MessagingValidationError, RefusalCode

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def checked_users(users: Iterable["User"]) -> list["User"]:
    """`users` without repeats. Raises `UNKNOWN_USER` or `TOO_MANY_PARTICIPANTS`.

    Unknown are users that aren't saved, and deactivated ones.
    """
    limit = conf.MAX_PARTICIPANTS
    unique = {}
    for user in users:
        if user.pk is None or not user.is_active:
            raise MessagingValidationError(RefusalCode.UNKNOWN_USER)
        unique[user.pk] = user
        if len(unique) > limit:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
    return list(unique.values())


def recipients_of(sender: "User", users: Iterable["User"]) -> list["User"]:
    """`checked_users` without the sender. Raises `NO_RECIPIENTS` if nobody is left."""
    others = [user for user in checked_users(users) if user.pk != sender.pk]
    if not others:
        raise MessagingValidationError(RefusalCode.NO_RECIPIENTS)
    if len(others) >= conf.MAX_PARTICIPANTS:
        raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
    return others
