"""The admin page of participations: suspend a member, export or erase a person's data."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.http import HttpRequest, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from .. import moderation, privacy
from ..exceptions import Refused
from ..models import Participation
from ..staff import must_act_on
from ..text import REASON_LENGTH
from .base import (
    DeletedWithAccount,
    ReadAsTold,
    ReadOnly,
    ReasonedActionForm,
    TalkAdmin,
    act_on_each,
    may_moderate,
    username_of,
)


@admin.register(Participation)
class ParticipationAdmin(DeletedWithAccount, ReadAsTold, ReadOnly, TalkAdmin):
    #: What concerns its person alone, and when they did such a thing: each draft that is saved
    #: moves `changed_at`.
    exclude = [
        *("last_read_number", "read_privately", "first_unread_number", "marked_unread_at"),
        *("notify", "muted_until", "archived_at", "pinned_at", "changed_at"),
    ]
    list_display = ["user", "conversation", "role", "status", "suspended_at", "last_activity_at"]
    list_filter = ["status", "role", ("suspended_at", admin.EmptyFieldListFilter)]
    action_form = ReasonedActionForm
    actions = ["suspend", "restore", "export", "erase"]
    list_select_related = ["user", "conversation"]
    search_help_text = _("A user name")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [username_of("user")]

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return may_moderate(request)

    @admin.action(description=_("Suspend: keep from writing"), permissions=["moderate"])
    def suspend(self, request: HttpRequest, queryset: models.QuerySet[Participation]) -> None:
        act_on_each(self, request, queryset, moderation.suspend)

    @admin.action(description=_("Restore: let write again"), permissions=["moderate"])
    def restore(self, request: HttpRequest, queryset: models.QuerySet[Participation]) -> None:
        act_on_each(self, request, queryset, moderation.restore)

    def has_handle_data_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("talk.handle_data")

    @admin.action(description=_("Export this person's data"), permissions=["handle_data"])
    def export(self, request: HttpRequest, queryset: Any) -> StreamingHttpResponse | None:
        person = self._one_person(request, queryset)
        if person is None:
            return None
        by: Any = request.user
        try:
            lines = privacy.export_to_file(person, by, request.POST.get("why", ""))
        except Refused as refused:
            self.message_user(request, str(refused.message), messages.ERROR)
            return None
        return StreamingHttpResponse(
            lines,
            content_type="application/x-ndjson; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="export.jsonl"'},
        )

    @admin.action(description=_("Erase this person's data"), permissions=["handle_data"])
    def erase(self, request: HttpRequest, queryset: Any) -> TemplateResponse | None:
        person = self._one_person(request, queryset)
        if person is None:
            return None
        if "sure" in request.POST:
            keep = "keep_words" in request.POST
            act_on_each(self, request, [person], partial(_erase, keep_words=keep))
            return None
        return TemplateResponse(
            request,
            "admin/talk/erase.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Erase this person's data?"),
                "person": person,
                "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "why": request.POST.get("why", ""),
                "longest": REASON_LENGTH,
            },
        )

    def _one_person(self, request: HttpRequest, queryset: Any) -> Any:
        selected = {participation.user for participation in queryset.select_related("user")}
        if len(selected) != 1:
            self.message_user(request, _("Select one person."), messages.ERROR)
            return None
        (person,) = selected
        may = act_on_each(self, request, [person], lambda each, by, _why: must_act_on(by, each.pk))
        return person if may else None


def _erase(person: Any, by: Any, why: str, *, keep_words: bool) -> None:
    privacy.erase(person, why, by, keep_words=keep_words)
