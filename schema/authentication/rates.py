"""Rate limits: how often a user, or an address without credentials, may do what.

The counts are in `RATE_STORAGE`. All processes share them if it is Redis. While the storage does
not answer, nothing is limited: limits protect the server, and should not stop it.
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
from .addresses import network_of

if TYPE_CHECKING:
    from . import Authorization
    from .context import Context

logger = logging.getLogger(__name__)

#: Seconds that the storage has to answer.
STORAGE_TIMEOUT = 0.5
#: Seconds without limits after the storage did not answer.
PAUSE = 2.0
#: For how long an account's address is remembered after it signed in there, written as a rate.
REMEMBERED = "1/30 days"
#: An operation counts once more for each multiple of this cost.
COST_STEP = 500
#: A document that is not cached counts once more for each multiple of this many characters.
TEXT_STEP = 250
#: An answer counts once for each multiple of this many bytes.
ANSWER_STEP = 65_536
#: Starting a conversation, or inviting, counts once for each started group of so many people.
PEOPLE_STEP = 10

_paused_until = 0.0


def too_often(retry_after: int) -> RateLimited:
    """The refusal of what can be tried again after so many seconds."""
    return RateLimited(_("You are doing this too often. Wait a little."), retry_after=retry_after)


def count_for_viewer(context: "Context", name: str, times: int = 1) -> None:
    """Count `times` actions of the viewer. Raises `RateLimited` above the limit `name`."""
    retry_after = _hit(name, f"user {context.viewer.pk}", times)
    if retry_after is not None:
        raise too_often(retry_after)


def count_answer(context: "Context", size: int) -> None:
    """Count an answer of `size` bytes, if it is long. It is sent in any case."""
    count_done(context, "read", size // ANSWER_STEP)


def count_done(context: "Context", name: str, times: int) -> None:
    """Count what is done already.

    If that is above the limit, what is left of it is used up, and what follows may be refused.
    """
    is_above = False
    while times:
        try:
            count(context, name, times)
        except RateLimited:
            is_above = True
            times //= 2
        else:
            if not is_above:
                return


def count(context: "Context", name: str = "read", times: int = 1) -> None:
    """Count `times` actions of the viewer or, without credentials, of the request's address.

    Raises `RateLimited` above the limit.
    """
    if getattr(context, "identity", None) is not None:
        count_for_viewer(context, name, times)
    elif hasattr(context, "request"):
        count_for_address(context.request, times)


def times_for_document(text: str) -> int:
    """How often it counts to parse and validate a document, also one that is not valid."""
    return 1 + len(text) // TEXT_STEP


def times_for_people(people: Sequence[Any]) -> int:
    """How often it counts to start a conversation with `people`, or to invite them."""
    return max(1, math.ceil(len(people) / PEOPLE_STEP))


def count_for_address(request: HttpRequest, times: int = 1) -> None:
    """Count `times` actions without credentials. Raises `RateLimited` above the limit."""
    address = address_of(request)
    retry_after = address and _hit("stranger", address, times)
    if retry_after:
        raise RateLimited(_("Too many requests come from your address."), retry_after=retry_after)


@contextmanager
def counting_failures(
    request: HttpRequest, authorization: "Authorization | None"
) -> Iterator[None]:
    """Count a request whose `Authorization` header is not valid, for its address.

    Raises `RateLimited` instead of `AuthenticationFailed` if too many came from there. Valid
    credentials are accepted from there all the same.
    """
    try:
        yield
    except AuthenticationFailed:
        address = authorization and address_of(request)
        retry_after = address and _hit("failure", address, 1)
        if retry_after:
            raise RateLimited(
                _("Too many credentials from your address were not valid."), retry_after=retry_after
            ) from None
        raise
    except Unavailable:
        # It is not known yet whether they are valid.
        count_for_address(request)
        raise


def count_password(request: HttpRequest | None, account: str) -> None:
    """Count an attempt to sign in, before its password is hashed. Raises `RateLimited`.

    It counts for its address, and for `account`. If the account signed in from this address
    lately, it counts for the two together instead of the account: so guesses from elsewhere don't
    lock out people who sign in from where they always do.
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
    """Remember that `account` signed in from the address of `request`."""
    if (address := address_of(request)) and _rates_of("failure"):
        _count(REMEMBERED, "signed in", f"{account} at {address}", 1)


def address_of(request: HttpRequest) -> str | None:
    """The address that a request counts for; None if it has no public address."""
    return network_of(request.META.get("REMOTE_ADDR") or "")


def _hit(name: str, whose: str, times: int) -> int | None:
    """Count. Above the limit, return in how many seconds the next attempt may succeed."""
    rates = _rates_of(name)
    return _count(rates, name, whose, times) if rates else None


def _rates_of(name: str) -> str | None:
    return conf.RATE_LIMITS.get(name, Conf.RATE_LIMITS[name])


def _count(rates: str, name: str, whose: str, times: int) -> int | None:
    if time.monotonic() < _paused_until:
        return None
    # Before `_pausing`, which ignores errors: a wrong option has to raise.
    limiter, parsed = _limiter(conf.RATE_STORAGE), _parsed(rates)
    with _pausing():
        for rate in parsed:
            # An action may count for more than the whole limit.
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
    """Ignore errors of the storage, and don't use it for `PAUSE` seconds after one."""
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

        options = {"socket_timeout": STORAGE_TIMEOUT, "socket_connect_timeout": STORAGE_TIMEOUT}
        # By default it would retry for seconds.
        options["retry"] = Retry(NoBackoff(), 0)
    return MovingWindowRateLimiter(storage_from_string(storage, **options))
