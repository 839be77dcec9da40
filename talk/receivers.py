"""What happens to accounts, told to whoever has a socket open for them."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from . import events
from .models import AccessToken


@receiver(user_logged_out)
def ring_at_logout(user: Any, **kwargs: Any) -> None:
    if user is not None:
        events.wake_user(user.pk)


@receiver(post_delete, sender=AccessToken)
def ring_at_deleted_token(instance: AccessToken, **kwargs: Any) -> None:
    events.wake_user(instance.user_id)


@receiver([post_save, post_delete], sender=get_user_model())
def ring_at_account_change(instance: Any, created: bool = False, **kwargs: Any) -> None:
    """A person who was deactivated, deleted or given another password has to sign in anew."""
    # Signing in writes the last login and nothing else: no reason to ask anybody again.
    if not created and kwargs.get("update_fields") != frozenset({"last_login"}):
        events.wake_user(instance.pk)
