"""Spans of OpenTelemetry around the stages of an operation, where its API is installed.

They say what was done and how long it took, and nothing that people wrote: neither documents,
variables and rows nor messages of exceptions.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

try:
    from opentelemetry import trace
except ImportError:
    _tracer: "trace.Tracer | None" = None
else:
    # It finds the SDK when the project sets that up, at whatever time.
    _tracer = trace.get_tracer("talk")

_NOTHING = nullcontext()


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """A span within the current one; None if OpenTelemetry is not installed, or not set up."""
    if _tracer is None or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return _NOTHING
    return _begun(_tracer, name, attributes)


def tell(span: Any, **attributes: str | int | None) -> None:
    """Add attributes that were not known when the span began."""
    if span is not None:
        for name, value in attributes.items():
            if value is not None:
                span.set_attribute(f"talk.{name}", value)


@contextmanager
def _begun(tracer: "trace.Tracer", name: str, attributes: dict[str, str | int]) -> Iterator[Any]:
    # OpenTelemetry would record the messages of exceptions, which may repeat what somebody wrote.
    with tracer.start_as_current_span(
        f"talk.{name}", record_exception=False, set_status_on_exception=False
    ) as found:
        tell(found, **attributes)
        try:
            yield found
        except Exception as error:
            found.set_attribute("error.type", type(error).__qualname__)
            found.set_status(trace.StatusCode.ERROR)
            raise
