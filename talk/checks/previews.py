"""A system check of the option about link previews."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register

from ..conf import conf


@register(Tags.compatibility)
def check_link_previews(**kwargs: Any) -> list[CheckMessage]:
    if not conf.LINK_PREVIEWS or apps.is_installed("talk.contrib.previews"):
        return []
    problem = 'TALK["LINK_PREVIEWS"] needs the app "talk.contrib.previews".'
    hint = "Add it to INSTALLED_APPS."
    return [Error(problem, hint=hint, id="talk.E030")]
