"""Checks the origin of a page that opens a WebSocket.

Browsers let any page open one, and send their cookies with the handshake.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest

from talk.conf import conf

_DEFAULT_PORTS = {"http": 80, "https": 443}


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int | None


def may_connect(request: HttpRequest) -> bool:
    """Whether a handshake comes from a page of this server, or of an origin in `ALLOWED_ORIGINS`.

    Clients that are no browsers send no `Origin`, and may connect.
    """
    given = request.META.get("HTTP_ORIGIN")
    if given is None or request.META.get("HTTP_SEC_FETCH_SITE") == "same-origin":
        return True
    page = _origin(given)
    if page is None:
        return False
    # If TLS ends at a proxy, the handshake has another scheme than the page.
    own = _origin(f"{page.scheme}://{request.get_host()}")
    return page == own or page in map(_origin, conf.ALLOWED_ORIGINS)


def _origin(text: str) -> _Origin | None:
    """The parts of an origin; None if the text is no origin, such as `null`."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if not parts.scheme or parts.hostname is None:
        return None
    return _Origin(parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme))
