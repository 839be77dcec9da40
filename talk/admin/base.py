from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

from ..models import Message


class TalkAdmin(admin.ModelAdmin):
    """Answers no questions about a field that it does not show to who asks.

    An admin of users needs it, too: of people one could ask whom they blocked, and what they said.
    Django lets the query of a list filter by any field of the model: by look-ups like
    `body__startswith` somebody could read letter by letter.
    """

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        name, *_path = lookup.split(LOOKUP_SEP)
        # Also by the name of its column.
        with suppress(FieldDoesNotExist):
            if self.opts.get_field(name).name not in self._shown(request):
                return False
        return super().lookup_allowed(lookup, value, request)

    def _shown(self, request: HttpRequest) -> set[Any]:
        fields = flatten_fieldsets(self.get_fieldsets(request))
        filters = (
            each if isinstance(each, str) else each[0]
            for each in self.get_list_filter(request)
            if isinstance(each, (str, tuple, list))
        )
        # The key stands in the address of a page.
        return {self.opts.pk.name, *self.get_list_display(request), *fields, *filters}


class DeletedWithAccount(admin.options.BaseModelAdmin):
    """Rows that go when an account is deleted, on whichever page of the project does that."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        page = request.resolver_match
        own = f"{self.opts.app_label}_{self.opts.model_name}_"
        if page is None or (page.url_name or "").startswith(own):
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
