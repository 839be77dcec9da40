from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from ..models import Message


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
