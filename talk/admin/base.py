"""Base classes of the admin pages."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..exceptions import Refused
from ..models import Message, Participation
from ..text import REASON_LENGTH


class TalkAdmin(admin.ModelAdmin):
    """Lists can be filtered only by fields that this page shows to the person who asks.

    Django lets the URL of a list filter by any field of the model. By look-ups like
    `body__startswith`, somebody could find out a text letter by letter. An admin of the project's
    users should extend this class, too: by relations one could find out whom a user blocked, and
    what they wrote.
    """

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        name, *_path = lookup.split(LOOKUP_SEP)
        # `get_field` also knows the name of the column.
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
        # The key is in the URL of each page.
        return {self.opts.pk.name, *self.get_list_display(request), *fields, *filters}


class DeletedWithAccount(admin.options.BaseModelAdmin):
    """Lets rows be deleted along with an account, on a page for accounts.

    There it takes the permission to delete users, and none for these rows.
    """

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        page = request.resolver_match
        own = f"{self.opts.app_label}_{self.opts.model_name}_"
        if page is None or (page.url_name or "").startswith(own):
            return super().has_delete_permission(request, obj)
        account = get_user_model()._meta
        codename = get_permission_codename("delete", account)
        return request.user.has_perm(f"{account.app_label}.{codename}")


class ReadOnly(admin.options.BaseModelAdmin):
    """Rows can be viewed, and not edited: only the verbs keep them consistent."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReasonedActionForm(ActionForm):
    """Asks for the reason of an action of moderators."""

    why = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH, required=False)


def act_on_each(
    page: admin.ModelAdmin, request: HttpRequest, rows: Any, act: Callable[..., object]
) -> bool:
    """Act on each row, and show each refusal once. Returns whether there were none."""
    refusals = set()
    for row in rows:
        try:
            act(row, request.user, request.POST.get("why", ""))
        except Refused as refused:
            refusals.add(str(refused.message))
    for refusal in sorted(refusals):
        page.message_user(request, refusal, messages.ERROR)
    return not refusals


class ReadAsTold(admin.options.BaseModelAdmin):
    """Staff see how far people have read as the other members do: nothing of private reading."""

    readonly_fields = ["read_up_to"]

    @admin.display(description=_("read up to"))
    def read_up_to(self, participation: Participation) -> int | None:
        return None if participation.read_privately else participation.last_read_number


def username_of(relation: str) -> str:
    """The look-up for the field by which users sign in."""
    return f"{relation}__{get_user_model().USERNAME_FIELD}"


def may_moderate(request: HttpRequest) -> bool:
    return request.user.has_perm("talk.moderate")


def words_of(message: Message) -> str:
    """The text of a message, or what happened, or why the words are gone."""
    if removal := message.removal:
        return str(removal.label)
    return message.words or message.get_kind_display()


def may_read(request: HttpRequest) -> bool:
    """Whether somebody may read what people wrote."""
    return request.user.has_perm("talk.read_message_bodies")
