"""Follows the changes of a person's inbox, after a cursor and then live."""

import time
from collections.abc import AsyncGenerator

from talk.models import Participation

from ..authentication.context import Context
from ..loading.views import ReadTogether, View
from ..types.inbox_cursor import InboxCursor
from .changes import (
    FRESH_SECONDS,
    INBOX_PAGE,
    all_inbox_changes,
    inbox_changes,
    next_page_size,
)
from .hub import hub
from .topics import inbox_topic


async def follow_inbox(
    context: Context, after: str | None
) -> AsyncGenerator[tuple[str, Participation, ReadTogether], None]:
    """Each participation of the viewer that has changed after a cursor, and its own cursor.

    The third value is what its execution shares with those of the changes that were read with it.

    For None, from now on. It watches first and reads then, so that no change between the two is
    missed. A participation that has changed several times meanwhile comes once.
    """
    cursor = InboxCursor.now() if after is None else InboxCursor.decode(after)
    async with hub().watch(inbox_topic(context.viewer.pk)) as wakeup:
        if after is None:
            for participation in await all_inbox_changes(context, cursor):
                cursor.add(participation)
        page_size = INBOX_PAGE
        while True:
            changed, more = await inbox_changes(context, cursor, page_size)
            if more:
                page_size = next_page_size(len(changed), INBOX_PAGE)
            read_at, page = time.monotonic(), _page(changed)
            for participation in changed:
                if time.monotonic() > read_at + FRESH_SECONDS:
                    # The client was slow. The rest is read again, as it is now.
                    break
                cursor.advance(participation)
                yield cursor.encode(), participation, page
                del participation
            else:
                # An idle subscription need not keep its last changes in memory.
                del changed, page
                if not more:
                    await wakeup.wait()


def _page(changed: list[Participation]) -> ReadTogether:
    return ReadTogether([View(each.conversation, each) for each in changed], changed)
