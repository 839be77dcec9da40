"""Admin pages of files. They show what files are, and not what is in them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Attachment
from .base import ReadOnly, TalkAdmin, may_read


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly, TalkAdmin):
    list_display = ["id", "message", "avatar_of", "owner", "content_type", "size", "state"]
    list_display += ["created_at"]
    list_filter = ["state"]
    list_select_related = ["message", "avatar_of", "owner"]
    search_fields = ["=message__id"]
    search_help_text = _("The id of a message")
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Attachment | None = None) -> list[Any]:
        """What a file is called says as much as the text of its message."""
        name = ["filename"] if may_read(request) else []
        fields = ["message", "avatar_of", "owner", "content_type", "size", "width", "height"]
        return [*name, *fields, "state", "failures", "retry_at", "created_at", "expires_at"]
