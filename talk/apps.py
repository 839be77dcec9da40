"""The Django app `talk`."""

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TalkConfig(AppConfig):
    name = "talk"
    verbose_name = _("Talk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, receivers, timed, worker  # noqa: F401
        from .models.scheduled_message import send_due
        from .purging import purge

        timed.register("delete expired words", purge, every=timedelta(hours=1))
        timed.register("delete unused progress", worker.forget_unused, every=timedelta(days=1))
        timed.register("send scheduled messages", send_due, every=timedelta(seconds=2))
