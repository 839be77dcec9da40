"""Finds the JavaScript modules of the chat among the static files, for pages that load it."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import urljoin

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

#: The module that defines the custom elements.
ENTRY = "talk/elements/index.js"
#: How often a storage that names files by their content has to pass over them, at most. Each pass
#: may carry a new name only one import further.
MOST_PASSES = 20

_IMPORT = re.compile(r'^(?:(?:import|export)\b[^;"]*?\bfrom|import)\s*"(\.[^"]+)"', re.MULTILINE)


def entry_url() -> str:
    """The URL of the module that a page loads. Raises `ImproperlyConfigured` if there is none."""
    if not apps.is_installed("django.contrib.staticfiles"):
        raise ImproperlyConfigured(
            "The chat consists of static files. Add django.contrib.staticfiles to INSTALLED_APPS."
        )
    return static(ENTRY)


def imported_urls() -> list[str]:
    """The URLs of all modules that the entry imports, to be loaded at once and not one by one."""
    from django.contrib.staticfiles.storage import staticfiles_storage

    entry = entry_url()
    # A storage that names files by their content may also rewrite the imports in these.
    rewrites = getattr(staticfiles_storage, "support_js_module_import_aggregation", False)
    return [
        static(module) if rewrites else urljoin(entry, _relative(module))
        for module in imported_modules()
    ]


@cache
def imported_modules() -> tuple[str, ...]:
    """The modules that the entry imports, and those that they import, in this order."""
    found, new = {ENTRY: None}, [ENTRY]
    while new:
        modules = (join(dirname(each), name) for each in new for name in _imports_of(each))
        new = [each for each in dict.fromkeys(map(normpath, modules)) if each not in found]
        found |= dict.fromkeys(new)
    return tuple(found)[1:]


def _imports_of(module: str) -> list[str]:
    from django.contrib.staticfiles.finders import find

    path = find(module)
    if path is None:
        raise ImproperlyConfigured(
            f"There is no static file {module}. Let STATICFILES_FINDERS find the files of apps."
        )
    return _IMPORT.findall(Path(path).read_text(encoding="utf-8"))


def _relative(module: str) -> str:
    """The path of a module as seen from the entry."""
    return join(*[".."] * ENTRY.count("/"), module)
