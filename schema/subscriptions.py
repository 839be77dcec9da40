"""Live streams: first what the database has after the client's cursor, then what comes.

A stream watches first and reads then, so there is no gap between the two; it asks the database
for what is after the last that it gave, so nothing comes twice.
"""

import time
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
import strawberry_django

from talk import models

from .authentication.context import Info
from .ids import key_of
from .live.changes import (
    FRESH_SECONDS,
    INBOX_PAGE,
    all_inbox_changes_of,
    inbox_changes_of,
    next_look,
)
from .live.feeds import feeds
from .live.hub import hub, inbox_topic
from .live.presence import Presence, follow_presence
from .live.sharing import asker
from .live.typing import Typing, follow_typing
from .loading.participations import visible_participation
from .pagination import invalid_cursor
from .types import enums  # noqa: F401
from .types.fields import Id, field, subscription
from .types.inbox_cursor import InboxCursor
from .types.nodes import Conversation, Message, Participation, User


@strawberry_django.type(
    models.Event,
    name="ConversationChange",
    description="One change in a conversation. What it names is as it is now, not as it was.",
)
class ConversationChange:
    revision: int = strawberry.field(
        description="1, 2, 3 … without gaps. Subscribe `after` it to go on."
    )
    at: datetime = strawberry.field(description="When.")
    actor: User | None = strawberry.field(
        description="Who did it; null when the project itself did."
    )
    message: Message | None = strawberry.field(
        description="The message that it added, or removed the words of."
    )
    conversation: Conversation = strawberry.field(description="Where.")

    @field(description="What happened.")
    def kind(self: Any) -> models.Event.Kind:
        told: models.Event.Kind = self.told_kind
        return told

    @field(
        description="The participation that it changed, if any. Who doesn't take part any more is "
        "shown their own alone."
    )
    def participation(self: Any, info: Info) -> Participation | None:
        return self.participation and visible_participation(info, self.participation)


@strawberry.type(description="One participation of the viewer that changed, as it is now.")
class InboxChange:
    cursor: str = strawberry.field(description="Subscribe `after` it to go on.")
    participation: Participation = strawberry.field(
        description="The participation. It is no longer in the inbox if it's not active."
    )


@strawberry.type(description="What can be listened to.")
class Subscription:
    @subscription(
        description="Everything that changes in one conversation, in order, each change once. "
        "Ends with the error NOT_A_PARTICIPANT when the viewer leaves or is removed, and with "
        "RESYNC_REQUIRED when the changes after `after` are not kept any more."
    )
    async def conversation_changes(
        self,
        info: Info,
        id: Id,
        after: Annotated[
            int | None,
            strawberry.argument(description="The last known revision; if none, from now on."),
        ] = None,
    ) -> AsyncGenerator[ConversationChange, None]:
        key = key_of(models.Conversation, id)
        if after is not None and after < 0:
            raise invalid_cursor("after")
        async with feeds().read(key, info.context.viewer, after, asker.get()) as reader:
            async for event in reader:
                yield cast("ConversationChange", event)

    @subscription(
        description="The viewer's participations, each time one changes: something was said, "
        "read on another device, renamed, joined or left. A participation that changed several "
        "times comes once, as it is. `after` is the cursor of an earlier change, or "
        "`inbox { changesCursor }`."
    )
    async def inbox_changes(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(description="The last known cursor; if none, from now on."),
        ] = None,
    ) -> AsyncGenerator[InboxChange, None]:
        viewer = info.context.viewer
        cursor = InboxCursor.now() if after is None else InboxCursor.decode(after)
        async with hub().watch(inbox_topic(viewer.pk)) as wakeup:
            if after is None:
                for participation in await all_inbox_changes_of(viewer, cursor):
                    cursor.add(participation)
            most = INBOX_PAGE
            while True:
                news, more = await inbox_changes_of(viewer, cursor, most)
                if more:
                    most = next_look(len(news), INBOX_PAGE)
                read_at = time.monotonic()
                for participation in news:
                    if time.monotonic() > read_at + FRESH_SECONDS:
                        # A client that takes its time is shown what is so by then.
                        break
                    cursor.advance(participation)
                    yield InboxChange(cursor=cursor.encode(), participation=participation)
                else:
                    if not more:
                        await wakeup.wait()

    @subscription(
        description="Who is typing in a conversation: at once, and whenever that changes. Show the "
        "last; who stops is taken out by the server. Ends like `conversationChanges`."
    )
    def typing(
        self,
        info: Info,
        conversation_id: Annotated[
            strawberry.ID, strawberry.argument(description="The conversation.")
        ],
    ) -> AsyncGenerator[Typing, None]:
        return follow_typing(conversation_id, info.context)

    @subscription(
        description="Who of these people is there: soon, and whenever that changes. Only those are "
        "shown who want to be, who share a conversation with the viewer, and did not block them. "
        "With `visible`, the viewer is shown to such people for as long as this runs."
    )
    def presence(
        self,
        info: Info,
        users: Annotated[
            list[strawberry.ID], strawberry.argument(description="The people, by their ids.")
        ],
        visible: Annotated[
            bool, strawberry.argument(description="Whether the viewer is shown, too.")
        ] = False,
    ) -> AsyncGenerator[Presence, None]:
        return follow_presence(info.context.viewer, users, visible)
