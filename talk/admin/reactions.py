"""Admin pages of reactions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import Reaction
from .base import ReadOnly, TalkAdmin


@admin.register(Reaction)
class ReactionAdmin(ReadOnly, TalkAdmin):
    list_display = ["message", "emoji", "user", "at"]
    list_select_related = ["message", "user"]
    search_fields = ["=message__id"]
    search_help_text = _("The id of a message")
    show_full_result_count = False
    fields = ["message", "emoji", "user", "at"]
