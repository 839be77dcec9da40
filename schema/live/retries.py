"""Live streams outlast a database that is away for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from talk.availability import is_away

from ..errors import SLOW_SECONDS, Unavailable

Answer = TypeVar("Answer")

#: Seconds to wait before what the database did not answer is asked again, each time.
RETRY_SECONDS = (0.2, 1.0, 3.0)


async def with_retries(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `ask` answers, asked again for some seconds if the database does not answer."""
    for seconds in RETRY_SECONDS:
        try:
            return await ask()
        except Unavailable as error:
            if (error.extensions or {}).get("retryAfter") == SLOW_SECONDS:
                # It took the database too long, and would again.
                raise
        except Exception as error:
            if not is_away(error):
                raise
        await asyncio.sleep(seconds)
    return await ask()
