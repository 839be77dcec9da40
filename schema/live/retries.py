"""Retries what subscriptions ask the database, so that they outlast a short outage."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from talk.availability import is_away

from ..errors import TooSlow, Unavailable

Answer = TypeVar("Answer")

#: Seconds to wait before each further attempt.
RETRY_SECONDS = (0.2, 1.0, 3.0)


async def with_retries(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of `ask`, which is called again for some seconds while the database is away."""
    for seconds in RETRY_SECONDS:
        try:
            return await ask()
        except TooSlow:
            # The next attempt would take too long as well.
            raise
        except Unavailable:
            pass
        except Exception as error:
            if not is_away(error):
                raise
        await asyncio.sleep(seconds)
    return await ask()
