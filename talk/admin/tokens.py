"""The admin page of access tokens."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from ..models import AccessToken
from ..staff import STAFF, above
from .base import DeletedWithAccount, TalkAdmin, username_of


@admin.register(AccessToken)
class AccessTokenAdmin(DeletedWithAccount, TalkAdmin):
    """Lists tokens by their prefix. The secret of a new token is shown once, after the form."""

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
    # There may be many users, and no admin page of them.
    raw_id_fields = ["user"]
    actions = ["revoke"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["prefix", "name", username_of("user")]

    def has_change_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: AccessToken | None = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)
        return may and (obj is None or _manageable(request).filter(pk=obj.pk).exists())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        by: Any = request.user
        # A token gives all rights of its user, so staff can't make one for an account above theirs.
        users = get_user_model()._default_manager.filter(~above(by) | Q(pk=by.pk))
        return super().formfield_for_foreignkey(db_field, request, **kwargs | {"queryset": users})

    def save_model(self, request: HttpRequest, obj: AccessToken, form: Any, change: bool) -> None:
        issued, secret = AccessToken.objects.issue(obj.user, obj.name, obj.expires_at)
        # Django's admin continues with this object, so it takes the values of the issued one.
        obj.__dict__.update(issued.__dict__, secret=secret)

    def response_add(
        self, request: HttpRequest, obj: AccessToken, post_url_continue: str | None = None
    ) -> TemplateResponse:
        # Shown in this response: a message would be stored in the session until the next page.
        context = {
            **self.admin_site.each_context(request),
            "title": _("A new access token"),
            "token": obj,
        }
        return TemplateResponse(request, "admin/talk/token.html", context)

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[AccessToken]) -> None:
        tokens = list(queryset & _manageable(request))
        for token in tokens:
            token.revoke()
        if len(tokens) < queryset.count():
            self.message_user(request, STAFF, messages.ERROR)


def _manageable(request: HttpRequest) -> models.QuerySet[AccessToken]:
    """The tokens of the person who asks, and of all users on whom they may act."""
    by: Any = request.user
    return AccessToken.objects.filter(~above(by, "user__") | Q(user=by))
