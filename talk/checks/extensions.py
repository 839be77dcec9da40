"""Runs the checks of packages that are built on Talk, such as its GraphQL API.

Talk knows none of these packages, and they need not be in `INSTALLED_APPS`. They register their
checks when they are imported. A project's URLs import them, so these are imported first.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags

Check = Callable[[], Iterable[CheckMessage]]

_always: list[Check] = []
_for_deployment: list[Check] = []


def register(check: Check) -> Check:
    """Have Django run `check` along with Talk's own checks."""
    _always.append(check)
    return check


def register_for_deployment(check: Check) -> Check:
    """Have Django run `check` in `manage.py check --deploy`."""
    _for_deployment.append(check)
    return check


@checks.register(Tags.compatibility)
def check_extensions(**kwargs: Any) -> list[CheckMessage]:
    _import_urls()
    return [message for check in _always for message in check()]


@checks.register(Tags.compatibility, deploy=True)
def check_extensions_for_deployment(**kwargs: Any) -> list[CheckMessage]:
    _import_urls()
    return [message for check in _for_deployment for message in check()]


def _import_urls() -> None:
    # A project may be without URLs. What it can't import is an error here as in Django's check.
    if urls := getattr(settings, "ROOT_URLCONF", None):
        import_module(urls)
