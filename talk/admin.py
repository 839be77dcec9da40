"""For support staff: who talks with whom, since when. The words themselves take a permission."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import models
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from . import moderation, privacy
from .exceptions import Refused
from .models import AccessToken, Act, Block, Conversation, Message, Participation, Report
from .moderation import Decision, decide, impossible
from .text import REASON_LENGTH, clean_reason


class ReadOnly(admin.options.BaseModelAdmin):
    """What the verbs keep in step is looked at here, never edited."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ParticipationInline(ReadOnly, admin.TabularInline):
    model = Participation
    fields = ["user", "role", "status", "joined_at", "left_at", "last_read_number"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Participation]:
        return super().get_queryset(request).select_related("user", "conversation")


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "kind", "title", "member_count", "last_number", "changed_at"]
    list_filter = ["kind"]
    search_fields = ["=id", "title"]
    search_help_text = _("A conversation's number or title, or who takes part in it")
    inlines = [ParticipationInline]
    fields = ["kind", "title", "upgraded_from", "started_at", "changed_at", "last_number"]

    @admin.display(description=_("members"))
    def member_count(self, conversation: Conversation) -> int:
        return int(getattr(conversation, "active_members"))  # noqa: B009

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Conversation]:
        active = models.Count("participations", filter=models.Q(participations__status="active"))
        counted: models.QuerySet[Conversation]
        counted = super().get_queryset(request).annotate(active_members=active)
        return counted

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Conversation], search_term: str
    ) -> tuple[models.QuerySet[Conversation], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:
            theirs = Participation.objects.filter(_username_contains(search_term))
            found |= queryset.filter(pk__in=theirs.values("conversation"))
        return found, duplicates


def _note_export(person: Any, by: Any, why: str) -> Act:
    return Act.objects.note(Act.Kind.USER_EXPORTED, by, clean_reason(why), user=str(person.pk))


class ReasonedActionForm(ActionForm):
    why = forms.CharField(label=_("Why"), max_length=REASON_LENGTH, required=False)


@admin.register(Participation)
class ParticipationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["user", "conversation", "role", "status", "suspended_at", "last_activity_at"]
    list_filter = ["status", "role", ("suspended_at", admin.EmptyFieldListFilter)]
    action_form = ReasonedActionForm
    actions = ["suspend", "restore", "export", "erase"]
    list_select_related = ["user", "conversation"]
    search_help_text = _("A person's user name")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"user__{_username_field()}"]

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("talk.moderate")

    @admin.action(description=_("Keep from writing"), permissions=["moderate"])
    def suspend(self, request: HttpRequest, queryset: models.QuerySet[Participation]) -> None:
        self._act(request, queryset, moderation.suspend)

    @admin.action(description=_("Let write again"), permissions=["moderate"])
    def restore(self, request: HttpRequest, queryset: models.QuerySet[Participation]) -> None:
        self._act(request, queryset, moderation.restore)

    def has_handle_data_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("talk.handle_data")

    @admin.action(description=_("Export what is kept of this person"), permissions=["handle_data"])
    def export(self, request: HttpRequest, queryset: Any) -> StreamingHttpResponse | None:
        person = self._one_person(request, queryset)
        if person is None or not self._act(request, [person], _note_export):
            return None
        lines = (f"{json.dumps(each, ensure_ascii=False)}\n" for each in privacy.export(person))
        return StreamingHttpResponse(
            lines,
            content_type="application/x-ndjson; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="export.jsonl"'},
        )

    @admin.action(
        description=_("Erase this person, and all words of theirs"), permissions=["handle_data"]
    )
    def erase(self, request: HttpRequest, queryset: Any) -> None:
        if person := self._one_person(request, queryset):
            self._act(request, [person], lambda each, by, why: privacy.erase(each, why, by))

    def _one_person(self, request: HttpRequest, queryset: Any) -> Any:
        people = {place.user for place in queryset.select_related("user")}
        if len(people) == 1:
            return people.pop()
        self.message_user(request, _("Select one person."), messages.ERROR)
        return None

    def _act(self, request: HttpRequest, rows: Any, act: Callable[..., object]) -> bool:
        try:
            for row in rows:
                act(row, request.user, request.POST.get("why", ""))
        except Refused as refused:
            self.message_user(request, str(refused.message), messages.ERROR)
            return False
        return True


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["conversation", "number", "kind", "sender", "sent_at"]
    list_filter = ["kind"]
    list_select_related = ["sender", "conversation"]
    search_fields = ["=conversation__id"]
    search_help_text = _("A conversation's number")
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Message | None = None) -> list[Any]:
        fields = ["conversation", "number", "kind", "sender", "subject", "sent_at"]
        if request.user.has_perm("talk.read_message_bodies"):
            fields.append("body")
        return fields


@admin.register(Block)
class BlockAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["blocker", "blocked", "at"]
    list_select_related = ["blocker", "blocked"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"blocker__{_username_field()}", f"blocked__{_username_field()}"]


@admin.register(Act)
class ActAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "kind", "by_name", "user", "conversation", "number", "why"]
    list_filter = ["kind"]
    search_fields = ["by_name", "=user", "=conversation"]
    search_help_text = _("Who did it, a user's key, or a conversation's number")


def _shown(message: Message) -> str:
    if removal := message.removal:
        return str(removal.label)
    return message.body or message.get_kind_display()


class ReportForm(forms.ModelForm):
    """What a moderator decides. The reason goes into the acts of moderators."""

    act = forms.ChoiceField(label=_("What to do"), choices=Decision)
    reason = forms.CharField(
        label=_("Why"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Report
        fields: list[str] = []

    def clean_act(self) -> str:
        act: str = self.cleaned_data["act"]
        if refused := impossible(self.instance, Decision(act)):
            raise forms.ValidationError(refused)
        return act


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """What is reported, with what was said around it, and what to do about it."""

    form = ReportForm
    list_display = ["at", "person", "message", "why", "reporter", "settled_at"]
    list_filter = [("settled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "message", "reporter"]
    ordering = ["-at"]
    readonly_fields = ["at", "reporter", "person", "message", "why", "context", "settled_at"]
    fields = [*readonly_fields, "act", "reason"]

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> list[Any]:
        settled = obj is not None and obj.settled_at
        return [*self.readonly_fields] if settled else [*self.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return request.user.has_perm("talk.moderate") and not (obj and obj.settled_at)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("talk.moderate")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("talk.moderate")

    @admin.display(description=_("what was said around it"))
    def context(self, report: Report) -> str:
        lines = ((each.number, each.sender or "", _shown(each)) for each in report.context())
        return format_html_join(mark_safe("<br>"), "{}. <b>{}</b> {}", lines)

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        by: Any = request.user
        try:
            decide(obj, Decision(form.cleaned_data["act"]), by, form.cleaned_data["reason"])
        except Refused as refused:
            self.message_user(request, str(refused.message), messages.ERROR)


@admin.register(AccessToken)
class AccessTokenAdmin(admin.ModelAdmin):
    """Tokens are shown by their prefix; a new one's secret is shown once, after saving."""

    list_display = [
        "prefix",
        "user",
        "name",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    list_select_related = ["user"]
    list_filter = ["revoked_at"]
    fields = ["user", "name", "expires_at"]
    # Asks for no admin page of the project's users, of whom there may be many.
    raw_id_fields = ["user"]
    actions = ["revoke"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["prefix", "name", f"user__{_username_field()}"]

    def has_change_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: AccessToken, form: Any, change: bool) -> None:
        issued, secret = AccessToken.objects.issue(obj.user, obj.name, obj.expires_at)
        # The admin goes on with this object: it becomes the issued one.
        obj.__dict__.update(issued.__dict__)
        self.message_user(request, _("The token, shown only this once: %s") % secret)

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[AccessToken]) -> None:
        for token in queryset:
            token.revoke()


def _username_field() -> str:
    from django.contrib.auth import get_user_model

    return get_user_model().USERNAME_FIELD


def _username_contains(text: str) -> models.Q:
    return models.Q(**{f"user__{_username_field()}__icontains": text})
