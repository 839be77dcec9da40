"""On whom staff may act: not on themselves, and on other staff only with more permissions."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .exceptions import MessagingPermissionDenied, RefusalCode

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OWN = _("This concerns you. Somebody else has to decide about it.")
STAFF = _(
    "This concerns staff. It takes the permission to change users and, for superusers, a superuser."
)


def above(by: "User", relation: str = "") -> Q:
    """The condition that `by` may not act on an account, or on the one behind `relation`.

    Superusers act on everybody. Other staff act on no superuser, and on staff only if they may
    change users. A user model without these fields has neither staff nor superusers.
    """
    account = get_user_model()._meta
    codename = get_permission_codename("change", account)
    beyond = Q(**{f"{relation}pk__in": []})
    if getattr(by, "is_superuser", False):
        return beyond
    names = {field.name for field in account.concrete_fields}
    if "is_superuser" in names:
        beyond |= Q(**{f"{relation}is_superuser": True})
    if "is_staff" in names and not by.has_perm(f"{account.app_label}.{codename}"):
        beyond |= Q(**{f"{relation}is_staff": True})
    return beyond


def must_act_on(by: "User | None", key: Any) -> None:
    """Raise `NOT_ALLOWED` if staff may not act on the account with this key.

    The project itself, which is None, acts on everybody.
    """
    if by is None or key is None:
        return
    if str(by.pk) == str(key):
        raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, OWN)
    if get_user_model()._base_manager.filter(above(by), pk=key).exists():
        raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, STAFF)
