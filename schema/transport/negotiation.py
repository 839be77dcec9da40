"""Content negotiation: reads the `Accept` header of a GraphQL request over HTTP."""

from functools import lru_cache

from django.http import HttpRequest

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"


def media_type(request: HttpRequest) -> str:
    """The media type of the response: `GRAPHQL` if the client accepts it by name, else `JSON`.

    With `JSON`, a GraphQL error is answered with the status 200, as older clients expect it.
    """
    accepted = _qualities(request)
    return GRAPHQL if accepted.get(GRAPHQL, 0) >= max(accepted.get(JSON, 0), 0.001) else JSON


def wants_page(request: HttpRequest) -> bool:
    """Whether a browser asks for a page."""
    return "text/html" in _qualities(request)


def wants_events(request: HttpRequest) -> bool:
    """Whether the client asks for server-sent events."""
    return EVENTS in _qualities(request)


#: The parsed header is cached if it has at most so many characters.
MAX_CACHED = 256


def _qualities(request: HttpRequest) -> dict[str, float]:
    """The accepted media types and their quality values (`q=`)."""
    accept = request.META.get("HTTP_ACCEPT", "*/*")
    return _cached(accept) if len(accept) <= MAX_CACHED else _parse(accept)


def _parse(accept: str) -> dict[str, float]:
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    try:
        types = request.accepted_types
    except ValueError:
        # Django refuses a header of more than 10,000 characters.
        types = []
    return {
        f"{accepted.main_type}/{accepted.sub_type}".lower(): accepted.quality
        for accepted in reversed(types)
    }


# To parse a header would take a noticeable part of the time of a small answer.
_cached = lru_cache(256)(_parse)
