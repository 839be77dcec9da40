"""For support staff: who talks with whom, since when. The words themselves take a permission."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import AccessToken, Block, Conversation, Message, Participation


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
        active = models.Count("participations", filter=models.Q(participations__left_at=None))
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


@admin.register(Participation)
class ParticipationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["user", "conversation", "role", "status", "joined_at", "last_activity_at"]
    list_filter = ["status", "role"]
    list_select_related = ["user", "conversation"]
    search_help_text = _("A person's user name")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"user__{_username_field()}"]


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
