"""Finds the user whom a command names."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from ..text import is_storable

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def user_named(username: str) -> "User":
    """The user with this name. Raises `CommandError` if there is none."""
    users = get_user_model()
    try:
        if not is_storable(username):
            raise users.DoesNotExist
        return users._default_manager.get_by_natural_key(username)
    except users.DoesNotExist:
        raise CommandError(f"There is no user {username!r}.") from None
