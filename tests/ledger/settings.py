"""The project's settings with the app that follows the log."""

from backend.settings import *  # noqa: F403
from backend.settings import INSTALLED_APPS

INSTALLED_APPS += ["tests.ledger"]
