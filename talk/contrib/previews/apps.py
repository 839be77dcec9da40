"""The Django app `talk.contrib.previews`. It has no models: the rows of previews are in `talk`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ...conf import conf


class PreviewsConfig(AppConfig):
    name = "talk.contrib.previews"
    label = "talk_previews"
    verbose_name = _("Link previews of Talk")

    def ready(self) -> None:
        from ... import followers
        from .following import Previews

        if conf.LINK_PREVIEWS:
            followers.register(Previews())
