from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from ..models import AccessToken
from .base import DeletedWithAccount, TalkAdmin, username_of


@admin.register(AccessToken)
class AccessTokenAdmin(DeletedWithAccount, TalkAdmin):
    """Tokens are shown by their prefix; a new one's secret is shown in the answer to the form."""

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
        return ["prefix", "name", username_of("user")]

    def has_change_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: AccessToken, form: Any, change: bool) -> None:
        issued, secret = AccessToken.objects.issue(obj.user, obj.name, obj.expires_at)
        # The admin goes on with this object: it becomes the issued one.
        obj.__dict__.update(issued.__dict__, secret=secret)

    def response_add(
        self, request: HttpRequest, obj: AccessToken, post_url_continue: str | None = None
    ) -> TemplateResponse:
        # In this answer and nowhere else: a message would wait in the session for the next page.
        context = {
            **self.admin_site.each_context(request),
            "title": _("A new access token"),
            "token": obj,
        }
        return TemplateResponse(request, "admin/talk/token.html", context)

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[AccessToken]) -> None:
        for token in queryset:
            token.revoke()
