"""Nothing runs on when the credentials that it was started with don't hold any more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.utils import timezone

from ..authentication import AuthenticationFailed
from ..authentication.context import Context
from ..errors import Unavailable
from ..live.hub import hub, user_topic

logger = logging.getLogger(__name__)

#: Seconds after which credentials are looked at again even if no doorbell rang.
RECHECK_SECONDS = 60.0
#: Seconds after a doorbell at which they are looked at once more.
AFTERMATH_SECONDS = 1.0
#: And seconds for which they are not, however often it rings.
REST_SECONDS = 0.2


async def credentials_fail(context: Context, check: Callable[[], Awaitable[None]]) -> None:
    """Return when `check` raises `AuthenticationFailed`, or when the credentials run out."""
    try:
        async with hub().watch(user_topic(context.viewer.pk)) as wakeup:
            look_soon = False
            while True:
                try:
                    await check()
                except AuthenticationFailed:
                    return
                except Unavailable:
                    # The cause was logged where it was found, once for all sockets.
                    look_soon = True
                except Exception:
                    logger.warning("Credentials could not be checked; trying again", exc_info=True)
                    look_soon = True
                if _seconds_left(context) <= 0:
                    return
                await asyncio.sleep(REST_SECONDS)
                # Django tells of a sign-out before it forgets the session: look twice.
                limit = AFTERMATH_SECONDS if look_soon else RECHECK_SECONDS
                look_soon = await wakeup.wait(timeout=min(limit, _seconds_left(context)))
    except Exception:
        logger.exception("Credentials can't be watched")


def _seconds_left(context: Context) -> float:
    expires_at = context.identity and context.identity.expires_at
    if not expires_at:
        return RECHECK_SECONDS
    left = (expires_at - timezone.now()).total_seconds()
    return min(RECHECK_SECONDS, max(left, 0))
