"""The subscriptions of the GraphQL API. What they follow is in `live`."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
import strawberry_django

from talk import models

from .authentication.context import Info
from .cursors import invalid_cursor
from .ids import key_of
from .live.feeds import feeds
from .live.inbox import follow_inbox
from .live.inbox_typing import ConversationTyping, follow_inbox_typing
from .live.presence import Presence, follow_presence
from .live.streams import Stream
from .live.typing import Typing, follow_typing
from .loading.cleared import message_as_seen
from .loading.participations import participation_as_seen
from .loading.receipts import is_told
from .loading.views import ReadTogether, View, load
from .types import costs, enums  # noqa: F401
from .types.fields import Id, Muted, field, subscription
from .types.message_connection import MessageEdge, message_edge
from .types.nodes import Conversation, Message, Participation, User


@strawberry_django.type(
    models.Event,
    name="ConversationChange",
    description="One change in a conversation. The message, the participation and the "
    "conversation are shown as they are now, not as they were.",
)
class ConversationChange:
    revision: int = strawberry.field(
        description="The number of this change in its conversation: 1, 2, 3 … without gaps. To "
        "continue after it, subscribe with `after: <revision>`."
    )
    at: datetime = strawberry.field(description="When the change was made.")
    conversation: Conversation = strawberry.field(description="The conversation that changed.")

    @field(
        description="The person who made the change. Null if the application made it, or if the "
        "viewer is not told what this person reads."
    )
    def actor(self: Any, info: Info) -> User | None:
        return self.actor if is_told(info, self) else None

    @field(
        description="The message that was sent, edited or reacted to, or whose text was removed, "
        "as it is now. Null if the change concerns no message, or if the viewer has cleared the "
        "conversation since the message was sent."
    )
    def message(self: Any, info: Info) -> Message | None:
        return message_as_seen(info, self)

    @field(
        description="`message` with its cursor in `Conversation.messages`, for clients that add it "
        "to the pages they have. Null if `message` is null."
    )
    def message_edge(self: Any, info: Info) -> MessageEdge | None:
        message = message_as_seen(info, self)
        return None if message is None else message_edge(message)

    @field(description="What kind of change it is.")
    def kind(self: Any) -> models.Event.Kind:
        kind: models.Event.Kind = self.told_kind
        return kind

    @field(
        description="The participation that was changed. Null for other changes, and if the viewer "
        "is not told what this person reads. Viewers who no longer take part only see their own."
    )
    def participation(self: Any, info: Info) -> Participation | None:
        if self.participation is None or not is_told(info, self):
            return None
        return participation_as_seen(info, self.participation)


@strawberry.type(description="One of the viewer's participations that has changed.")
class InboxChange:
    cursor: str = strawberry.field(
        description="To continue after this change, subscribe with `after: <cursor>`."
    )
    participation: Participation = strawberry.field(
        description="The participation as it is now. If it is no longer active, or has "
        "`archivedAt`, it is no longer in the inbox."
    )
    read_together: strawberry.Private[ReadTogether]

    @field(
        description="Changes when the viewer blocks or unblocks somebody, also on another device. "
        "Then ask again for the messages that you show: other ones may be hidden now."
    )
    def blocks_version(self, info: Info) -> str:
        return info.context.blocks_version

    @field(
        description="How many unread messages the whole inbox has now, counted up to 100 (show "
        '"99+"): the same as `Query.unreadTotal`.',
        cost=costs.UNREAD_TOTAL,
    )
    def unread_total(self, info: Info, muted: Muted = False) -> int:
        viewer, conversation = info.context.viewer, self.participation.conversation

        def load_all(views: list[View]) -> Mapping[int, int]:
            total = models.Participation.objects.unread_total(viewer, muted=muted)
            return dict.fromkeys((view.conversation.pk for view in views), total)

        total: int = load(info, ("unread_total", muted), conversation, load_all)
        return total


@strawberry.type(description="What a client can subscribe to.")
class Subscription:
    @subscription(
        description="All changes of one conversation, in order, each change once. Ends with the "
        "error NOT_A_PARTICIPANT when the viewer leaves or is removed, and with RESYNC_REQUIRED if "
        "the changes after `after` are no longer stored."
    )
    async def conversation_changes(
        self: Any,
        info: Info,
        id: Id,
        after: Annotated[
            int | None,
            strawberry.argument(
                description="The last revision that the client knows. Null: only new changes."
            ),
        ] = None,
    ) -> AsyncGenerator[ConversationChange, None]:
        key = key_of(models.Conversation, id)
        if after is not None and after < 0:
            raise invalid_cursor("after")
        stream = self if isinstance(self, Stream) else None
        async with feeds().read(key, info.context.viewer, after, stream) as reader:
            async for delivery in reader:
                # Strawberry's own `subscribe` takes the event itself.
                source = delivery if stream else delivery.event
                yield cast("ConversationChange", source)
                # An idle subscription need not keep its last event in memory.
                del delivery, source

    @subscription(
        description="The viewer's participations, each time one of them changes: a message was "
        "sent, or read on another device, or the conversation was renamed, joined or left. A "
        "participation that has changed several times may come once."
    )
    async def inbox_changes(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The cursor of an earlier change, or `inbox { changesCursor }`. Null: "
                "only new changes."
            ),
        ] = None,
    ) -> AsyncGenerator[InboxChange, None]:
        async with aclosing(follow_inbox(info.context, after)) as changes:
            async for cursor, participation, page in changes:
                yield InboxChange(cursor=cursor, participation=participation, read_together=page)
                del participation, page

    @subscription(
        description="Who is typing in a conversation: now, and each time this changes. Each result "
        "replaces the one before. People who stop typing are taken out by the server after a few "
        "seconds. Ends like `conversationChanges`."
    )
    def typing(
        self,
        info: Info,
        conversation_id: Annotated[
            strawberry.ID, strawberry.argument(description="The id of the conversation.")
        ],
    ) -> AsyncGenerator[Typing, None]:
        return follow_typing(conversation_id, info.context)

    @subscription(
        description="Who is typing in some conversations, each time this changes. Each result "
        "replaces the one before about the same conversation; there is none until somebody types. "
        "When the viewer leaves a conversation, nobody is shown there until they take part again. "
        "At the start, the viewer has to take part in all of them."
    )
    def inbox_typing(
        self,
        info: Info,
        conversation_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="The ids of the conversations, at most 50."),
        ],
    ) -> AsyncGenerator[ConversationTyping, None]:
        return follow_inbox_typing(conversation_ids, info.context)

    @subscription(
        description="Who of some people is online: now, and each time this changes. People are "
        "shown only if they want to be, share a conversation with the viewer and have not blocked "
        "the viewer."
    )
    def presence(
        self,
        info: Info,
        users: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="The ids of the people, at most 100."),
        ],
        visible: Annotated[
            bool,
            strawberry.argument(
                description="Whether the viewer is shown as online to such people, too, for as "
                "long as this subscription runs."
            ),
        ] = False,
    ) -> AsyncGenerator[Presence, None]:
        return follow_presence(info.context.viewer, users, visible)
