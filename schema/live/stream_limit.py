"""Limits how many subscriptions run for one user at one process, over any transport.

Without credentials there are only subscriptions to public fields, limited by the client's address.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _

from talk.conf import conf

from ..authentication.rates import address_of
from ..documents.cache import size_of_document
from ..errors import TooManyOperations
from ..not_executed import NotExecuted

if TYPE_CHECKING:
    from ..authentication.context import Context
    from ..operation import Operation

#: Without credentials, a subscription counts once more for each multiple of this size of its
#: document, in bytes of memory. The document stays there as long as the subscription runs.
DOCUMENT_STEP = 32_768

_running: WeakKeyDictionary[asyncio.AbstractEventLoop, Counter[Any]] = WeakKeyDictionary()


def running_streams() -> Counter[Any]:
    """The count of running subscriptions on this event loop, by the primary key of their user.

    Without credentials, by `("address", address)`.
    """
    return _running.setdefault(asyncio.get_running_loop(), Counter())


@asynccontextmanager
async def counted_stream(operation: "Operation") -> AsyncIterator[None]:
    """Count a subscription of a client while it runs. Raises `NotExecuted` above the limit."""
    streams, (owner, limit, error) = running_streams(), _limit_of(operation.context)
    if owner is None:
        yield
        return
    times = _times(operation)
    if streams[owner] + times > limit:
        raise NotExecuted([TooManyOperations(error)])
    streams[owner] += times
    try:
        yield
    finally:
        streams[owner] -= times
        if not streams[owner]:
            del streams[owner]


def _times(operation: "Operation") -> int:
    """How often a subscription counts."""
    if operation.context.identity is not None or operation.document is None:
        return 1
    return 1 + size_of_document(operation.document.node) // DOCUMENT_STEP


def _limit_of(context: "Context") -> tuple[Any, int, str]:
    """Whose subscriptions count together, how many may run, and the error above the limit.

    If the address of a client is unknown, the owner is None, and nothing is counted.
    """
    if context.identity is not None:
        error = _("Too many subscriptions run for this user.")
        return context.identity.user.pk, conf.MAX_USER_STREAMS, error
    address = address_of(context.request)
    error = _("Too many subscriptions run for this address.")
    return address and ("address", address), conf.MAX_ADDRESS_SOCKETS, error
