"""Admin pages of what the worker does: followers, conversations that wait, and timed jobs."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import FollowedConversation, FollowerProgress, TimedJob
from .base import ReadOnly, TalkAdmin


@admin.register(FollowerProgress)
class FollowerAdmin(ReadOnly, TalkAdmin):
    list_display = ["name", "settled_event", "waiting", "held_until"]
    fields = ["name", "settled_event", "waiting", "held_until"]
    readonly_fields = ["waiting"]
    ordering = ["name"]

    @admin.display(description=_("conversations that wait"))
    def waiting(self, follower: FollowerProgress) -> int:
        return int(getattr(follower, "waiting_places"))  # noqa: B009

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowerProgress]:
        waiting = Count("places", filter=Q(places__retry_at__isnull=False))
        rows: QuerySet[FollowerProgress] = super().get_queryset(request)
        return rows.annotate(waiting_places=waiting)


@admin.register(FollowedConversation)
class FollowedConversationAdmin(ReadOnly, TalkAdmin):
    """Lists only conversations whose next event a follower could not handle."""

    list_display = ["conversation", "follower", "revision", "failures", "retry_at"]
    list_select_related = ["conversation", "follower"]
    list_filter = ["follower"]
    search_fields = ["=conversation__id"]
    search_help_text = _("The id of a conversation")
    show_full_result_count = False
    fields = ["conversation", "follower", "revision", "failures", "retry_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(retry_at__isnull=False)


@admin.register(TimedJob)
class TimedJobAdmin(ReadOnly, TalkAdmin):
    list_display = ["name", "begun_at", "held_until"]
    fields = ["name", "begun_at", "held_until"]
    ordering = ["name"]
