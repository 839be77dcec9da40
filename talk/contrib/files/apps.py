"""The Django app `talk.contrib.files`. It has no models: the rows of attachments are in `talk`."""

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "talk.contrib.files"
    label = "talk_files"
    verbose_name = _("Files of Talk")

    def ready(self) -> None:
        from talk import timed

        from . import checks  # noqa: F401
        from .checking import JOB, check_due
        from .deleting import delete_due, delete_refused, discard_left_behind
        from .logs import hide_tokens

        hide_tokens()
        timed.register(JOB, check_due, every=timedelta(seconds=1))
        timed.register("delete files", delete_due, every=timedelta(seconds=10))
        timed.register("delete refused files", delete_refused, every=timedelta(days=1))
        timed.register("discard files left behind", discard_left_behind, every=timedelta(days=1))
