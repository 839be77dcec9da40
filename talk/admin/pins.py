"""Admin pages of pinned messages. What somebody saved is shown to nobody else, staff included."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import Pin
from .base import ReadOnly, TalkAdmin


@admin.register(Pin)
class PinAdmin(ReadOnly, TalkAdmin):
    list_display = ["message", "by", "at"]
    list_select_related = ["message", "by"]
    search_fields = ["=conversation__id"]
    search_help_text = _("The id of a conversation")
    show_full_result_count = False
    fields = ["conversation", "message", "by", "at"]
