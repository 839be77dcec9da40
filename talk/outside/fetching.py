"""Fetches a URL that a stranger named, and follows its redirects."""

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass

from .addresses import is_public_host
from .connecting import connect, find_addresses
from .errors import Deadline, OutsideError, Reason
from .exchange import Answer, exchange
from .urls import Target, follow, read_url

#: Headers that this package alone sends, or that nobody does.
_OWN_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "cookie", "expect", "host", "referer"}
    | {"te", "trailer", "transfer-encoding", "upgrade"}
)
#: What every host is sent.
_HEADERS = {"Accept": "*/*", "User-Agent": "Talk"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Response(Answer):
    """An answer, and the URL that it came from after redirects."""

    url: str


def fetch(
    url: str,
    *,
    most_bytes: int,
    timeout: float,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    redirects: int = 0,
    plain: bool = False,
    ports: Collection[int] = (80, 443),
    internal: Collection[str] = (),
) -> Response:
    """The answer to a GET of `url`, or to a POST if there is a `body`, whatever its status.

    The body of the answer ends at `most_bytes`, and is empty if the server compressed it; `whole`
    says so. With `most_bytes=0` no body is waited for. `headers` go to the origin that `url` names,
    and to no other one that it redirects to. So many `redirects` of a GET are followed; with none,
    the answer is the redirect itself. `plain` also allows http. `internal` has the hosts, in lower
    case, that may be private: names, or IP addresses.
    """
    headers = {name.title(): value for name, value in (headers or {}).items()}
    if own := _OWN_HEADERS.intersection(map(str.lower, headers)):
        raise ValueError(f"Callers can't set the headers {sorted(own)}.")
    if body is not None and redirects:
        raise ValueError("A POST is not redirected.")
    deadline = Deadline(timeout)
    first = target = read_url(url)
    for _ in range(redirects, -1, -1):
        _must_be_allowed(target, plain, ports, internal)
        addresses = find_addresses(target, deadline, is_internal=target.host in internal)
        sent = _HEADERS | (headers if target.origin == first.origin else {})
        with closing(connect(target, addresses, deadline)) as sock:
            answer = exchange(sock, target, sent, body, most_bytes, deadline)
        location = answer.headers.get("location")
        if not redirects or answer.status not in _REDIRECTS or location is None:
            return Response(
                answer.status, answer.headers, answer.body, answer.whole, url=str(target)
            )
        following = follow(target, location)
        if (target.scheme, following.scheme) == ("https", "http"):
            raise OutsideError(Reason.SCHEME)
        target = following
    raise OutsideError(Reason.TOO_MANY_REDIRECTS)


def _must_be_allowed(
    target: Target, plain: bool, ports: Collection[int], internal: Collection[str]
) -> None:
    if target.scheme != "https" and not plain:
        raise OutsideError(Reason.SCHEME)
    if target.port not in ports:
        raise OutsideError(Reason.PORT)
    if target.host not in internal and not is_public_host(target.host):
        raise OutsideError(Reason.PRIVATE)
