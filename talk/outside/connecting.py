"""Looks a host up once, and connects to an address that was checked."""

import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

from .addresses import is_address, is_public
from .errors import Deadline, OutsideError, Reason
from .urls import Target

#: Look-ups of a process that may run at once, among them those that nobody waits for any more.
MOST_LOOKUPS = 16
#: Addresses of one host that are tried.
MOST_ADDRESSES = 4

#: Errors of a look-up that say that the name, or an address of it, does not exist.
_NOT_THERE = {
    getattr(socket, name)
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY")
    if hasattr(socket, name)
}
_lookups = threading.BoundedSemaphore(MOST_LOOKUPS)


def find_addresses(target: Target, deadline: Deadline, *, is_internal: bool) -> list[str]:
    """The IP addresses of a host. Unless it is internal, all of them must be public."""
    if is_address(target.host):
        found = [target.host]
    else:
        # The dot at the end keeps the resolver from trying the domains of this network.
        found = look_up(target.host if is_internal else f"{target.host}.", deadline)
    if not is_internal and not all(map(is_public, found)):
        raise OutsideError(Reason.PRIVATE)
    return found


def look_up(name: str, deadline: Deadline) -> list[str]:
    """The IP addresses of a name.

    The system's look-up can't be ended. So it runs in a thread of its own, which is left behind
    when the deadline passes. It ends when the system gives up, and only then makes room for another
    one.
    """
    lookups = _lookups
    if not lookups.acquire(timeout=deadline.left()):
        raise OutsideError(Reason.TIMED_OUT)
    answers: queue.SimpleQueue[list[str] | Reason] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_ask_system(name))
        finally:
            lookups.release()

    try:
        threading.Thread(target=ask, name="look-up", daemon=True).start()
    except RuntimeError:
        lookups.release()
        raise OutsideError(Reason.UNREACHABLE) from None
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise OutsideError(Reason.TIMED_OUT) from None
    if isinstance(answer, Reason):
        raise OutsideError(answer)
    return answer


def _ask_system(name: str) -> list[str] | Reason:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Reason.UNKNOWN_HOST if error.errno in _NOT_THERE else Reason.UNREACHABLE
    except (OSError, UnicodeError):
        return Reason.UNREACHABLE
    # In the order in which the system would try them, without those that come twice.
    return list(dict.fromkeys(str(where[0]) for *_, where in found)) or Reason.UNKNOWN_HOST


def connect(target: Target, addresses: Iterable[str], deadline: Deadline) -> socket.socket:
    """A connection to the first of the addresses that answers, with TLS for https."""
    sock = _connect(list(addresses)[:MOST_ADDRESSES], target.port, deadline)
    if target.scheme != "https":
        return sock
    try:
        sock.settimeout(deadline.left())
        return _tls().wrap_socket(sock, server_hostname=target.host)
    except BaseException as error:
        sock.close()
        if isinstance(error, ssl.SSLCertVerificationError):
            raise OutsideError(Reason.CERTIFICATE) from None
        if isinstance(error, TimeoutError):
            raise OutsideError(Reason.TIMED_OUT) from None
        if isinstance(error, OSError):
            raise OutsideError(Reason.UNREACHABLE) from None
        raise


def _connect(addresses: list[str], port: int, deadline: Deadline) -> socket.socket:
    for index, address in enumerate(addresses):
        # One address that does not answer leaves time for the others.
        timeout = deadline.left() / (len(addresses) - index)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with suppress(OSError):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(timeout)
                sock.connect((address, port))
                return sock
            except BaseException:
                sock.close()
                raise
    raise OutsideError(Reason.UNREACHABLE)


@cache
def _tls() -> ssl.SSLContext:
    """Verifies certificates by those that the system trusts, or that `SSL_CERT_FILE` names."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
