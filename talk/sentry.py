"""Takes the words of people out of the events that Sentry is sent."""

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from . import log_context
from .hidden_tokens import without_token
from .tracebacks import may_be_told

Event = dict[str, Any]

#: What stays of an event as it is. Everything else goes, also what a later version of the SDK adds.
KEPT = (
    "environment",
    "event_id",
    "fingerprint",
    "level",
    "logger",
    "modules",
    "platform",
    "release",
    "sdk",
    "server_name",
    "start_timestamp",
    "timestamp",
    "transaction",
    "transaction_info",
    "type",
)
FRAME = (
    "abs_path",
    "colno",
    "context_line",
    "filename",
    "function",
    "in_app",
    "lineno",
    "module",
    "post_context",
    "pre_context",
)
SPAN = ("op", "parent_span_id", "span_id", "start_timestamp", "status", "timestamp", "trace_id")
BREADCRUMB = ("category", "level", "timestamp", "type")
CONTEXTS = {
    "app": ("app_start_time",),
    "os": ("name", "version"),
    "runtime": ("build", "name", "version"),
    "trace": SPAN,
}


def before_send(event: Event, hint: Mapping[str, Any] | None = None) -> Event:
    """The event without variables, bodies, headers and messages, and with the id of its request.

    Pass it to `sentry_sdk.init` as `before_send` and as `before_send_transaction`.
    """
    if hint and hint.get("attachments"):
        hint["attachments"].clear()
    told = _only(event, KEPT)
    if "transaction" in told:
        # The path, where Django did not come to find the view.
        told["transaction"] = without_token(told["transaction"])
    for name, scrub in PARTS.items():
        if found := event.get(name):
            told[name] = scrub(found)
    tags = dict(event.get("tags") or {})
    if (context := log_context.current()) is not None:
        tags["request_id"] = context.request_id
    return told | ({"tags": tags} if tags else {})


def _only(part: Mapping[str, Any], names: tuple[str, ...]) -> Event:
    return {name: part[name] for name in names if name in part}


def _values(part: Any) -> list[Event]:
    """The members of a list, which some parts of an event have under the name `values`."""
    found = part.get("values") if isinstance(part, Mapping) else part
    return list(found or ())


def _stack(stacktrace: Mapping[str, Any]) -> Event:
    return {"frames": [_only(frame, FRAME) for frame in _values(stacktrace.get("frames"))]}


def _with_stack(part: Mapping[str, Any], names: tuple[str, ...]) -> Event:
    stacktrace = part.get("stacktrace")
    return _only(part, names) | ({"stacktrace": _stack(stacktrace)} if stacktrace else {})


def _exception(value: Mapping[str, Any]) -> Event:
    told = _with_stack(value, ("module", "thread_id", "type"))
    kind = getattr(builtins, str(value.get("type")), None)
    if may_be_told(kind if isinstance(kind, type) else str(value.get("type"))):
        told |= _only(value, ("value",))
    mechanism = value.get("mechanism") or {}
    # Sentry shows a group of exceptions by these ids.
    kept = ("exception_id", "handled", "is_exception_group", "parent_id", "type")
    return told | ({"mechanism": _only(mechanism, kept)} if mechanism else {})


def _request(request: Mapping[str, Any]) -> Event:
    told = _only(request, ("method",))
    return told | {"url": without_token(request.get("url", "")).partition("?")[0]}


#: What is left of the other parts of an event.
PARTS: dict[str, Callable[[Any], Any]] = {
    "breadcrumbs": lambda part: {"values": [_only(each, BREADCRUMB) for each in _values(part)]},
    "contexts": lambda part: {
        name: _only(part[name], kept) for name, kept in CONTEXTS.items() if name in part
    },
    "exception": lambda part: {"values": list(map(_exception, _values(part)))},
    # The text with its places for values, without these values.
    "logentry": lambda part: _only(part, ("message",)),
    "request": _request,
    "spans": lambda part: [_only(each, SPAN) for each in _values(part)],
    "stacktrace": _stack,
    "threads": lambda part: {
        "values": [
            _with_stack(each, ("crashed", "current", "id", "name")) for each in _values(part)
        ]
    },
    "user": lambda part: _only(part, ("id",)),
}
