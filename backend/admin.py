from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth import get_user_model

from talk.admin.base import TalkAdmin

admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class UserAdmin(TalkAdmin, auth.UserAdmin):
    """Django's, which can't be asked what Talk keeps of people."""
