"""The admin of Django's users, under the rules of Talk's own admin."""

from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth import get_user_model

from talk.admin.base import TalkAdmin

admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class UserAdmin(TalkAdmin, auth.UserAdmin):
    """Django's admin of users, which shows nothing that Talk stores about them."""
