"""How often somebody may do what: counted per user, and for who is not known per address.

Counted in `RATE_STORAGE`, which all processes share where it is Redis. One that does not answer
lets everything pass: it's there to protect the server, which is not to stand still with it.
"""

import logging
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem, parse_many
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from talk.conf import Conf, conf
from talk.prefix import prefix

from ..errors import AuthenticationFailed, RateLimited, Unavailable
from .addresses import address_counted

if TYPE_CHECKING:
    from . import Authorization
    from .context import Context

logger = logging.getLogger(__name__)

#: Seconds that the storage may take.
PATIENCE = 0.5
#: Seconds for which a storage that did not answer is left alone.
PAUSE = 2.0
#: The time for which an address of a sign-in is remembered, as a rate: once in that time.
REMEMBERED = "1/30 days"
#: Cost of an operation from which it counts for one more.
COST_STEP = 500
#: Characters of a document that is not kept, from which reading it counts for one more.
TEXT_STEP = 250
#: Bytes of an answer, from which it counts for one more.
ANSWER_STEP = 65_536
#: People for whom starting a conversation, or taking in, counts once more.
PEOPLE_STEP = 10

_paused_until = 0.0


def spend(context: "Context", name: str, times: int = 1) -> None:
    """Count something that the viewer does. Raises `RateLimited` if it is too often."""
    retry_after = _hit(name, f"user {context.viewer.pk}", times)
    if retry_after is not None:
        raise RateLimited(_("Too fast. Wait a little."), retry_after=retry_after)


def count_answer(context: "Context", size: int) -> None:
    """Count an answer of so many bytes, if it is long.

    As far as there is something left to count: it is the next operation that may be refused.
    """
    times = size // ANSWER_STEP
    while times:
        try:
            count(context, times=times)
        except RateLimited:
            times //= 2
        else:
            return


def count(context: "Context", name: str = "read", times: int = 1) -> None:
    """Count something for the viewer, or, without credentials, for the address of the request.

    Raises `RateLimited` if it is too often.
    """
    if getattr(context, "identity", None) is not None:
        spend(context, name, times)
    elif hasattr(context, "request"):
        admit(context.request, times)


def times_for_document(text: str) -> int:
    """How often it counts to read and validate a document, whatever comes of it."""
    return 1 + len(text) // TEXT_STEP


def times_for(people: Sequence[Any]) -> int:
    """How often it counts to start a conversation with `people`, or to take them in."""
    return max(1, math.ceil(len(people) / PEOPLE_STEP))


def admit(request: HttpRequest, times: int = 1) -> None:
    """Count something that nobody knows who does. Raises `RateLimited` if it is too often."""
    address = address_of(request)
    retry_after = address and _hit("stranger", address, times)
    if retry_after:
        raise RateLimited(_("Too much comes from your address."), retry_after=retry_after)


@contextmanager
def counting_failures(
    request: HttpRequest, authorization: "Authorization | None"
) -> Iterator[None]:
    """Count a request whose `Authorization` header is not valid, for its address.

    Raises `RateLimited` if too many of them came from there. Requests with valid credentials are
    not counted, and are let in from there all the same.
    """
    try:
        yield
    except AuthenticationFailed:
        address = authorization and address_of(request)
        retry_after = address and _hit("failure", address, 1)
        if retry_after:
            raise RateLimited(_("Too many bad credentials."), retry_after=retry_after) from None
        raise
    except Unavailable:
        # Nobody knows yet whether they are good.
        admit(request)
        raise


def admit_password(request: HttpRequest | None, account: str) -> None:
    """Count a password that is tried, before it is hashed. Raises `RateLimited` if it's too often.

    It counts for the address that it comes from, and for `account`. For an account that signed in
    from there lately, it counts for the two together instead: guesses from elsewhere then keep
    nobody out at home.
    """
    address = request and address_of(request)
    retry_after = address and _hit("failure", f"password from {address}", 1)
    if not retry_after:
        here = f"{account} at {address}"
        account = here if address and _is_remembered(here) else account
        retry_after = _hit("failure", f"password of {account}", 1)
    if retry_after:
        raise RateLimited(
            _("Too many passwords were tried. Wait %(seconds)d seconds.")
            % {"seconds": retry_after},
            retry_after=retry_after,
        )


def remember_address(request: HttpRequest, account: str) -> None:
    """Remember that `account` signed in from where `request` comes."""
    if (address := address_of(request)) and _rates_of("failure"):
        _count(REMEMBERED, "signed in", f"{account} at {address}", 1)


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from, as it is counted; None if the server does not say it."""
    return address_counted(request.META.get("REMOTE_ADDR") or "")


def _hit(name: str, whose: str, times: int) -> int | None:
    """Count, and, if that was too often, say in how many seconds it isn't any more."""
    rates = _rates_of(name)
    return _count(rates, name, whose, times) if rates else None


def _rates_of(name: str) -> str | None:
    return conf.RATE_LIMITS.get(name, Conf.RATE_LIMITS[name])


def _count(rates: str, name: str, whose: str, times: int) -> int | None:
    if time.monotonic() < _paused_until:
        return None
    # Not below, where a mistake in them would pass for a storage that doesn't answer.
    limiter, parsed = _limiter(conf.RATE_STORAGE), _parsed(rates)
    with _pausing():
        for rate in parsed:
            # An operation may count for more than is ever left.
            if not limiter.hit(rate, prefix(), name, whose, cost=min(times, rate.amount)):
                reset = limiter.get_window_stats(rate, prefix(), name, whose).reset_time
                return max(1, math.ceil(reset - time.time()))
    return None


def _is_remembered(whose: str) -> bool:
    if time.monotonic() < _paused_until:
        return False
    with _pausing():
        [rate] = _parsed(REMEMBERED)
        return not _limiter(conf.RATE_STORAGE).test(rate, prefix(), "signed in", whose)
    return False


@contextmanager
def _pausing() -> Iterator[None]:
    """Go on if the storage fails, and leave it alone for a while."""
    global _paused_until
    try:
        yield
    except Exception:
        logger.warning("The storage of the rate limits did not answer", exc_info=True)
        _paused_until = time.monotonic() + PAUSE


@cache
def _parsed(rates: str) -> Sequence[RateLimitItem]:
    return parse_many(rates)


@cache
def _limiter(storage: str) -> MovingWindowRateLimiter:
    options: dict[str, Any] = {}
    if not storage.startswith("memory:"):
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        options = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        # By itself it would try for seconds.
        options["retry"] = Retry(NoBackoff(), 0)
    return MovingWindowRateLimiter(storage_from_string(storage, **options))
