"""Formats log lines as text or as JSON, with the id of their request, and nobody's words."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from talk.tracebacks import describe, headline


class TextFormatter(logging.Formatter):
    """A line of text, and the stack of an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        request_id = getattr(record, "request_id", None) or "-"
        line = (
            f"{self.formatTime(record)} {record.levelname} {record.name} "
            f"[{request_id}] {message_of(record)}"
        )
        return "\n".join(filter(None, [line, error_of(record), record.stack_info]))


class JSONFormatter(logging.Formatter):
    """One JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request_id": getattr(record, "request_id", None),
            "operation": getattr(record, "operation", None),
            "user": getattr(record, "user", None),
            "error": error_of(record),
            "stack": record.stack_info,
        }
        return json.dumps({name: value for name, value in line.items() if value is not None})


def message_of(record: logging.LogRecord) -> str:
    args = record.args
    if isinstance(args, tuple):
        args = tuple(headline(each) if isinstance(each, BaseException) else each for each in args)
    message = str(record.msg) % args if args else str(record.msg)
    # In its other lines, asyncio describes tasks, with the messages of their exceptions.
    return message.partition("\n")[0] if record.name == "asyncio" else message


def error_of(record: logging.LogRecord) -> str | None:
    error = record.exc_info[1] if record.exc_info else None
    return describe(error) if error else None


FORMATTERS = {"text": TextFormatter, "json": JSONFormatter}


def logging_of(format_: str, level: str) -> dict[str, Any]:
    """Django's setting `LOGGING`: everything goes to stderr."""
    if format_ not in FORMATTERS:
        raise ImproperlyConfigured(f"LOG_FORMAT can't be {format_!r}. It is text or json.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "context": {"()": "talk.log_context.AddContext"},
            "tokens": {"()": "talk.hidden_tokens.HideTokens"},
        },
        "formatters": {"line": {"()": FORMATTERS[format_]}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "filters": ["context", "tokens"],
                "formatter": "line",
            }
        },
        # With Django's own handlers every line would be logged twice.
        "loggers": {"django": {"handlers": []}},
        "root": {"handlers": ["stderr"], "level": level},
    }
