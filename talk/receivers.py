"""Signal receivers: what follows when accounts and tokens are changed or deleted."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from . import accounts, wakeups
from .models import AccessToken, NameWord
from .models.name_word import search_fields


def account_models() -> Iterator[Any]:
    """The user model, its proxies and its children. Signals name the class that was saved."""
    return (model for model in apps.get_models() if issubclass(model, get_user_model()))


@receiver(user_logged_out)
def wake_at_logout(user: Any, **kwargs: Any) -> None:
    if user is not None:
        wakeups.wake_user(user.pk)


@receiver(post_delete, sender=AccessToken)
def wake_at_token_deletion(instance: AccessToken, **kwargs: Any) -> None:
    wakeups.wake_user(instance.user_id)


def wake_at_account_change(instance: Any, created: bool = False, **kwargs: Any) -> None:
    """Have open sockets of this user authenticated again.

    They are closed if the account was deactivated or deleted, or has another password.
    """
    # Signing in only writes the last login, which changes no credentials.
    if not created and kwargs.get("update_fields") != frozenset({"last_login"}):
        wakeups.wake_user(instance.pk)


def hand_over_at_deactivation(
    instance: Any, created: bool, raw: bool, update_fields: Any, **kwargs: Any
) -> None:
    written = update_fields is None or "is_active" in update_fields
    # Loading a fixture changes nothing else.
    if written and not (created or raw or instance.is_active):
        accounts.hand_over(instance)


def leave_before_deletion(instance: Any, origin: Any, **kwargs: Any) -> None:
    accounts.before_deletion(instance, origin)


def refresh_name_words(instance: Any, update_fields: Any, **kwargs: Any) -> None:
    """Keep the words up to date by which people find this user."""
    ours = {name.partition("__")[0] for name in (*search_fields(), "is_active")}
    if update_fields is None or ours & set(update_fields):
        NameWord.objects.refresh_for([instance.pk])


def connect(model: Any) -> None:
    post_save.connect(wake_at_account_change, sender=model)
    post_delete.connect(wake_at_account_change, sender=model)
    post_save.connect(hand_over_at_deactivation, sender=model)
    post_save.connect(refresh_name_words, sender=model)
    # Not for a child class: `delete(keep_parents=True)` deletes its row alone, and if the account
    # is deleted, too, that has a signal of its own.
    if model._meta.concrete_model is get_user_model()._meta.concrete_model:
        pre_delete.connect(leave_before_deletion, sender=model)


for each in account_models():
    connect(each)
