"""Watches the credentials of an open connection, and tells when they become invalid.

A token may expire or be revoked, a session may end, and an account may be deactivated.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.utils import timezone

from ..authentication import AuthenticationFailed
from ..authentication.context import Context
from ..errors import Unavailable
from ..live.hub import hub
from ..live.topics import user_topic

logger = logging.getLogger(__name__)

#: Seconds between two checks if nothing is heard of the user.
RECHECK_SECONDS = 60.0
#: Seconds from a check that a wake-up or a failure caused to the next check.
RECHECK_SOON_SECONDS = 1.0
#: Seconds without a check after each check, however often the user's topic wakes up.
REST_SECONDS = 0.2


async def wait_until_invalid(context: Context, check: Callable[[], Awaitable[None]]) -> None:
    """Return when `check` raises `AuthenticationFailed`, or when the credentials expire."""
    try:
        async with hub().watch(user_topic(context.viewer.pk)) as wakeup:
            soon = False
            while True:
                try:
                    await check()
                except AuthenticationFailed:
                    return
                except Unavailable:
                    # Its cause was logged once, not by each connection.
                    soon = True
                except Exception:
                    logger.warning("Credentials could not be checked; trying again", exc_info=True)
                    soon = True
                if _seconds_left(context) <= 0:
                    return
                await asyncio.sleep(REST_SECONDS)
                # Django signals a sign-out before it deletes the session. So a wake-up is followed
                # by two checks.
                limit = RECHECK_SOON_SECONDS if soon else RECHECK_SECONDS
                soon = await wakeup.wait(timeout=min(limit, _seconds_left(context)))
    except Exception:
        logger.exception("Credentials can't be watched")


def _seconds_left(context: Context) -> float:
    expires_at = context.identity and context.identity.expires_at
    if not expires_at:
        return RECHECK_SECONDS
    left = (expires_at - timezone.now()).total_seconds()
    return min(RECHECK_SECONDS, max(left, 0))
