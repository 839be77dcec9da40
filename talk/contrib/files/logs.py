"""Keeps the tokens of files out of the logs of Django and of servers, in any project."""

import logging
import sys
from typing import Any

from talk.hidden_tokens import HideTokens, without_token

#: They log the paths of requests. uvicorn has set up its logs when it loads the application.
LOGGERS = ("django.request", "django.server", "uvicorn.access")


def hide_tokens() -> None:
    """To be called once, when the app is ready."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideTokens())
    # Daphne is loaded before the application. Its access log does not use `logging`.
    if (daphne := sys.modules.get("daphne.server")) is not None:
        _hide_from(daphne.Server)


def _hide_from(server: Any) -> None:
    log = server.log_action

    def log_action(self: Any, protocol: str, action: str, details: dict[str, Any]) -> None:
        log(self, protocol, action, details | {"path": without_token(details["path"])})

    server.log_action = log_action
