"""Which kind of answer an HTTP client can read."""

from functools import lru_cache

from django.http import HttpRequest

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"


def media_type(request: HttpRequest) -> str:
    """`GRAPHQL` for clients that name it; `JSON` for all others, whatever they accept.

    The two differ in more than the name: with JSON the status says nothing of the result.
    """
    named = _qualities(request)
    return GRAPHQL if named.get(GRAPHQL, 0) >= max(named.get(JSON, 0), 0.001) else JSON


def wants_page(request: HttpRequest) -> bool:
    """Whether this is a browser that somebody sits in front of."""
    return "text/html" in _qualities(request)


def wants_events(request: HttpRequest) -> bool:
    """Whether this client listens for as long as there is something to be heard."""
    return EVENTS in _qualities(request)


#: Characters of a header that is kept. Those of clients are few, and short.
KEPT_LENGTH = 256


def _qualities(request: HttpRequest) -> dict[str, float]:
    accept = request.META.get("HTTP_ACCEPT", "*/*")
    return _known(accept) if len(accept) <= KEPT_LENGTH else _read(accept)


def _read(accept: str) -> dict[str, float]:
    """What a header names, by Django's own reading, which takes longer than a small answer may."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    try:
        types = request.accepted_types
    except ValueError:
        # Django takes none of more than 10,000 characters.
        types = []
    return {
        f"{accepted.main_type}/{accepted.sub_type}".lower(): accepted.quality
        for accepted in reversed(types)
    }


_known = lru_cache(256)(_read)
