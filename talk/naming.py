"""Names and pictures of users, as others see them. A project can decide about both."""

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.core.signals import setting_changed
from django.db.models import EmailField
from django.dispatch import receiver
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from .conf import conf
from .text import is_visible


@cache
def shows_usernames() -> bool:
    """Whether users see each other's user names, and find each other by them."""
    if conf.SHOWS_USERNAMES is not None:
        return conf.SHOWS_USERNAMES
    model: Any = get_user_model()
    field = model._meta.get_field(model.USERNAME_FIELD)
    address = getattr(model, "get_email_field_name", str)()
    return not (isinstance(field, EmailField) or field.name == address)


def username_of(person: Any) -> str | None:
    """The user name of `person`. None if others don't see it, or there is none."""
    if not shows_usernames():
        return None
    username = person.get_username()
    return str(username) if username else None


def name_of(person: Any) -> str:
    """The name of `person` that others see.

    It is never empty, and it is the user name only if `shows_usernames`.
    """
    if conf.NAME is not None:
        return str(import_string(conf.NAME)(person) or _("Unnamed"))
    # Not every user model has full names.
    full_name = str(getattr(person, "get_full_name", str)() or "")
    if not is_visible(full_name):
        full_name = ""
    # In some user models that sign in by e-mail address, the full name is the address.
    is_shown = shows_usernames() or full_name.casefold() != str(person.get_username()).casefold()
    return (full_name if is_shown else "") or username_of(person) or str(_("Unnamed"))


def avatar_of(person: Any) -> str | None:
    """The URL of a picture of `person`, if the project has one."""
    found = None if conf.AVATAR is None else import_string(conf.AVATAR)(person)
    return str(found) if found else None


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"AUTH_USER_MODEL", "TALK"}:
        shows_usernames.cache_clear()
