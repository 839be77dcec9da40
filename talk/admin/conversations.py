"""Admin pages of conversations and messages."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import moderation
from ..models import (
    Attachment,
    Conversation,
    Edit,
    LinkPreview,
    Mention,
    Message,
    NameWord,
    Participation,
)
from ..models.edit import MOST_SHOWN
from ..words import folded
from .base import (
    ReadAsTold,
    ReadOnly,
    ReasonedActionForm,
    TalkAdmin,
    act_on_each,
    may_moderate,
    may_read,
    username_of,
    words_of,
)


class ParticipationInline(ReadAsTold, ReadOnly, admin.TabularInline):
    model = Participation
    fields = ["user", "role", "status", "joined_at", "left_at", "read_up_to"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Participation]:
        return super().get_queryset(request).select_related("user", "conversation")


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, TalkAdmin):
    list_display = ["id", "kind", "title", "member_count", "last_number", "changed_at"]
    list_filter = ["kind"]
    search_fields = ["=id", "folded_title"]
    search_help_text = _("The id, key or title of a conversation, or the name of a participant")
    inlines = [ParticipationInline]
    fields = ["kind", "title", "key", "description", "avatar", "avatar_file", "data"]
    fields += ["described_at", "upgraded_from", "started_at", "changed_at", "last_number"]
    readonly_fields = ["avatar_file"]
    action_form = ReasonedActionForm
    actions = ["remove_description", "remove_avatar", "remove_data"]

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return may_moderate(request)

    @admin.action(description=_("Remove the description"), permissions=["moderate"])
    def remove_description(self, request: HttpRequest, queryset: Any) -> None:
        self._remove(request, queryset, "description")

    @admin.action(description=_("Remove the avatar"), permissions=["moderate"])
    def remove_avatar(self, request: HttpRequest, queryset: Any) -> None:
        self._remove(request, queryset, "avatar")

    @admin.action(description=_("Remove the data"), permissions=["moderate"])
    def remove_data(self, request: HttpRequest, queryset: Any) -> None:
        self._remove(request, queryset, "data")

    def _remove(self, request: HttpRequest, rows: Any, name: str) -> None:
        def remove(conversation: Conversation, by: Any, why: str) -> None:
            moderation.remove_description(conversation, name, by, why)

        act_on_each(self, request, rows, remove)

    @admin.display(description=_("file of the avatar"))
    def avatar_file(self, conversation: Conversation) -> Attachment | None:
        return conversation.avatar_file

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
        # A key is found as it is written, and not word by word.
        with_key = queryset.filter(key=search_term)
        search_term = folded(search_term)
        found, duplicates = super().get_search_results(request, queryset, search_term)
        found |= with_key
        # Only staff who may see participations can search by them.
        if search_term and request.user.has_perm("talk.view_participation"):
            theirs = Participation.objects.filter(
                models.Q(**{f"{username_of('user')}__icontains": search_term})
                | models.Q(user__in=NameWord.objects.users_with(search_term))
            )
            found |= queryset.filter(pk__in=theirs.values("conversation"))
        return found, duplicates


class WordsInline(ReadOnly, admin.TabularInline):
    """What belongs to the text of a message is shown to staff who may read that."""

    def has_view_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return may_read(request)


class NewestEdits(BaseInlineFormSet):
    """The newest earlier texts. All of them could be too much for a page."""

    def get_queryset(self) -> models.QuerySet[Edit]:
        # Kept: it is asked for each row.
        if not hasattr(self, "_newest"):
            self._newest: models.QuerySet[Edit] = super().get_queryset()[:MOST_SHOWN]
        return self._newest


class EditInline(WordsInline):
    model = Edit
    formset = NewestEdits
    fields = ["until", "body"]
    ordering = ["-until"]


class LinkPreviewInline(WordsInline):
    model = LinkPreview
    fields = ["url", "title", "description", "site_name", "fetched_at"]


class MentionInline(WordsInline):
    model = Mention
    fields = ["user", "by_reply", "taken_out"]
    ordering = ["pk"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Mention]:
        return super().get_queryset(request).select_related("user")


class AttachmentInline(WordsInline):
    model = Attachment
    fields = ["filename", "content_type", "size", "state"]
    readonly_fields = ["state"]
    ordering = ["position"]


@admin.register(Message)
class MessageAdmin(ReadOnly, TalkAdmin):
    list_display = ["conversation", "number", "kind", "sender", "sent_at"]
    list_filter = ["kind"]
    list_select_related = ["sender", "conversation"]
    search_fields = ["=conversation__id"]
    search_help_text = _("The id of a conversation")
    show_full_result_count = False
    readonly_fields = ["words"]

    def get_fields(self, request: HttpRequest, obj: Message | None = None) -> list[Any]:
        fields = ["conversation", "number", "kind", "sender", "subject", "sent_at", "edited_at"]
        fields += ["reply_to", "root", "mentions_all", "attachment_count"]
        if may_read(request):
            fields.append("words")
        return fields

    def get_inlines(self, request: HttpRequest, obj: Message | None = None) -> list[Any]:
        """What belongs to the text is shown where the text is."""
        if obj is None or obj.removal is not None:
            return []
        return [EditInline, MentionInline, AttachmentInline, LinkPreviewInline]

    @admin.display(description=_("words"))
    def words(self, message: Message) -> str:
        return words_of(message)
