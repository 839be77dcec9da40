from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename, get_user_model
from django.http import HttpRequest

from ..models import Message


class DeletedWithAccount(admin.options.BaseModelAdmin):
    """Rows that go when an account is deleted, on whichever page of the project does that."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        page = request.resolver_match
        if page is None or (page.url_name or "").startswith(f"{self.opts.app_label}_"):
            return super().has_delete_permission(request, obj)
        account = get_user_model()._meta
        codename = get_permission_codename("delete", account)
        return request.user.has_perm(f"{account.app_label}.{codename}")


class ReadOnly(admin.options.BaseModelAdmin):
    """What the verbs keep in step is looked at here, never edited."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def username_of(relation: str) -> str:
    """The look-up of the name by which the project's users sign in."""
    return f"{relation}__{get_user_model().USERNAME_FIELD}"


def may_moderate(request: HttpRequest) -> bool:
    return request.user.has_perm("talk.moderate")


def words_of(message: Message) -> str:
    """What was said or happened, or why that is not shown any more."""
    if removal := message.removal:
        return str(removal.label)
    return message.body or message.get_kind_display()
