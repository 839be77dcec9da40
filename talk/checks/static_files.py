"""System check of the storage of static files: whether it can rename the modules of the chat."""

from typing import Any

from django.apps import apps
from django.conf import STATICFILES_STORAGE_ALIAS, settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.utils.module_loading import import_string

from ..front_end import MOST_PASSES


# Django runs the checks with this tag before it collects static files.
@register(Tags.staticfiles)
def check_passes(**kwargs: Any) -> list[CheckMessage]:
    if not apps.is_installed("django.contrib.staticfiles"):
        return []
    storage = _storage_class()
    rewrites = getattr(storage, "support_js_module_import_aggregation", False)
    passes = getattr(storage, "max_post_process_passes", MOST_PASSES)
    if not rewrites or passes >= MOST_PASSES:
        return []
    return [
        checks.Warning(
            f"The storage of static files passes {passes} times over the files. That may not be "
            "enough to rename the modules of Talk and the imports in them.",
            hint=f"Set max_post_process_passes = {MOST_PASSES} in its class.",
            id="talk.W008",
        )
    ]


def _storage_class() -> Any:
    """The class alone: an object of it may read a manifest, here or from another machine."""
    try:
        return import_string(settings.STORAGES[STATICFILES_STORAGE_ALIAS]["BACKEND"])
    except (ImportError, KeyError):
        # Django says so where it needs the storage.
        return None
