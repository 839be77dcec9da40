"""The Django app `talk.contrib.files`. It has no models: the rows of attachments are in `talk`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "talk.contrib.files"
    label = "talk_files"
    verbose_name = _("Files of Talk")
