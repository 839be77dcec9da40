"""Admin pages of reports, acts of moderators, and blocks."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from ..exceptions import Refused
from ..models import Act, Block, Report
from ..moderation import Decision, decide, impossible
from ..text import REASON_LENGTH
from .base import DeletedWithAccount, ReadOnly, TalkAdmin, may_moderate, username_of, words_of


@admin.register(Block)
class BlockAdmin(DeletedWithAccount, ReadOnly, TalkAdmin):
    list_display = ["blocker", "blocked", "at"]
    list_select_related = ["blocker", "blocked"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [username_of("blocker"), username_of("blocked")]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Staff don't see who blocked them."""
        blocks: Any = super().get_queryset(request)
        return blocks.exclude(blocked=request.user)


@admin.register(Act)
class ActAdmin(ReadOnly, TalkAdmin):
    list_display = ["at", "kind", "by_name", "user", "conversation", "number", "why"]
    list_filter = ["kind"]
    search_fields = ["by_name", "=user", "=conversation"]
    search_help_text = _("The name of a moderator, or the id of a user or conversation")

    def get_queryset(self, request: HttpRequest) -> Any:
        acts: Any = super().get_queryset(request)
        return acts.shown_to(request.user)


class ReportForm(forms.ModelForm):
    """The decision of a moderator. Its reason goes into the acts of moderators."""

    act = forms.ChoiceField(label=_("What to do"), choices=Decision)
    reason = forms.CharField(
        label=_("Reason for your decision"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Report
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = [each for each in Decision if not impossible(self.instance, each)]
        # Only the widget's choices: `clean_act` explains why a choice is no longer possible.
        self.fields["act"].widget.choices = [(each.value, each.label) for each in possible]

    def clean_act(self) -> str:
        act: str = self.cleaned_data["act"]
        if refused := impossible(self.instance, Decision(act)):
            raise forms.ValidationError(refused)
        return act


@admin.register(Report)
class ReportAdmin(TalkAdmin):
    """A report, with the messages around the reported one, and a form to decide about it."""

    form = ReportForm
    list_display = ["at", "person", "message", "conversation", "why", "reporter", "settled_at"]
    list_filter = [("settled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "message", "conversation", "reporter"]
    ordering = ["-at"]
    readonly_fields = [
        "at",
        "reporter",
        "person",
        "message",
        "conversation",
        "why",
        "reported_words",
        "earlier_texts",
        "context",
        "settled_at",
    ]
    fields = [*readonly_fields, "act", "reason"]

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> list[Any]:
        settled = obj is not None and obj.settled_at
        return [*self.readonly_fields] if settled else [*self.fields]

    def get_queryset(self, request: HttpRequest) -> Any:
        reports: Any = super().get_queryset(request)
        return reports.decidable_by(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        return may_moderate(request) and not (obj and obj.settled_at)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_moderate(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_moderate(request)

    @admin.display(description=_("what it said when it was reported"))
    def reported_words(self, report: Report) -> str:
        return report.reported_words or "-"

    @admin.display(description=_("what it said before it was edited"))
    def earlier_texts(self, report: Report) -> str:
        lines = ((display_for_value(each.until, "-"), each.body) for each in report.earlier_texts())
        return format_html_join(mark_safe("<br>"), "<i>{}</i> {}", lines) or "-"

    @admin.display(description=_("messages around it"))
    def context(self, report: Report) -> str:
        if report.conversation is not None:
            return format_html("<b>{}</b>", report.first_title)
        lines = ((each.number, each.sender or "", words_of(each)) for each in report.context())
        return format_html_join(mark_safe("<br>"), "{}. <b>{}</b> {}", lines)

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        by: Any = request.user
        decide(obj, Decision(form.cleaned_data["act"]), by, form.cleaned_data["reason"])

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().change_view(request, *args, **kwargs)
        except Refused as refused:
            # Caught here, Django doesn't write into its history that it was done.
            self.message_user(request, str(refused.message), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
