"""Limits of moderators: staff can't act on themselves, and on other staff only with permissions."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .exceptions import MessagingPermissionDenied, RefusalCode

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OWN = _("This concerns you. Somebody else has to decide about it.")
STAFF = _(
    "This concerns staff. You need the permission to change users. For a superuser, you have to be"
    " a superuser."
)


def above(by: "User", relation: str = "") -> Q:
    """The condition for accounts that `by` may not act on; or for the account behind `relation`.

    Superusers act on everybody. Other staff don't act on superusers, and act on staff only if they
    may change users. User models without these fields have no staff and no superusers.
    """
    account = get_user_model()._meta
    codename = get_permission_codename("change", account)
    forbidden = Q(**{f"{relation}pk__in": []})
    if getattr(by, "is_superuser", False):
        return forbidden
    names = {field.name for field in account.concrete_fields}
    if "is_superuser" in names:
        forbidden |= Q(**{f"{relation}is_superuser": True})
    if "is_staff" in names and not by.has_perm(f"{account.app_label}.{codename}"):
        forbidden |= Q(**{f"{relation}is_staff": True})
    return forbidden


def must_act_on(by: "User | None", key: Any) -> None:
    """Raise `NOT_ALLOWED` if `by` may not act on the account with this key.

    `by` is None for the project itself, which acts on everybody.
    """
    if by is None or key is None:
        return
    if str(by.pk) == str(key):
        raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, OWN)
    if get_user_model()._base_manager.filter(above(by), pk=key).exists():
        raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, STAFF)
