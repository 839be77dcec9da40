"""Reads URLs that strangers wrote, in one way for all that is checked and all that is sent."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

from .errors import OutsideError, Reason

MAX_LENGTH = 2_048
PORTS = {"http": 80, "https": 443}

#: What browsers and libraries strip, or read as a slash, each in its own way.
_AMBIGUOUS = re.compile(r"[\x00-\x20\\\x7f-\xa0\ud800-\udfff]|\s")
_PLACE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::([0-9]{1,5})?)?")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
#: Two standards map these letters to two different names, so they lead to one site in a browser,
#: and to another one here.
_DIVERGENT = re.compile("[\u00df\u03c2\u1e9e\u200c\u200d]")
#: Characters that stand for themselves in a path or query.
_SAFE = "/?:@!$&'()*+,;=%~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. All parts are ASCII."""

    scheme: str
    #: A name in lower case, without a dot at its end, or an IP address as Python writes it.
    host: str
    port: int
    #: The path and the query.
    path: str

    @property
    def authority(self) -> str:
        """The host, and the port if it is not that of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"


def read_url(url: str) -> Target:
    """Where a URL leads. Raises `OutsideError` if it can't be read in exactly one way."""
    if len(url) > MAX_LENGTH or _AMBIGUOUS.search(url):
        raise OutsideError(Reason.MALFORMED)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise OutsideError(Reason.MALFORMED) from None
    if parts.scheme not in PORTS:
        raise OutsideError(Reason.SCHEME)
    place = _PLACE.fullmatch(parts.netloc)
    if not place:
        raise OutsideError(Reason.MALFORMED)
    port = int(place[2] or PORTS[parts.scheme])
    path = quote(parts.path or "/", safe=_SAFE.replace("?", ""))
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return Target(parts.scheme, _read_host(place[1]), port, path + query)


def follow(target: Target, location: str) -> Target:
    """Where a redirect leads. `location` is the header as Python read it, as Latin-1."""
    written = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        url = urljoin(str(target), written)
    except ValueError:
        raise OutsideError(Reason.MALFORMED) from None
    return read_url(url)


def _read_host(written: str) -> str:
    if written.startswith("["):
        try:
            return str(IPv6Address(written[1:-1]))
        except AddressValueError:
            raise OutsideError(Reason.MALFORMED) from None
    if _DIVERGENT.search(written):
        raise OutsideError(Reason.MALFORMED)
    try:
        # Maps wide digits, circled letters and the dots of other scripts as resolvers do.
        host = written.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise OutsideError(Reason.MALFORMED) from None
    if not _HOST.fullmatch(host):
        raise OutsideError(Reason.MALFORMED)
    return host
