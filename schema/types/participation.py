"""The GraphQL type `Participation`."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import relay

from talk import models
from talk.models.scheduled_message import MOST_SCHEDULED

from ..authentication.context import Info
from ..loading.receipts import is_told_of
from ..loading.views import conversation_of
from . import enums, message_mentions  # noqa: F401
from .drafts import with_draft
from .fields import FIRST, field
from .nodes import Conversation, Draft, User
from .scheduled_messages import ScheduledMessage, scheduled
from .unread import unread_count


@strawberry_django.type(
    models.Participation,
    description="One user's part in one conversation: their role, how far they have read, when "
    "they joined and left. The inbox is a list of the viewer's own participations.",
)
class Participation(relay.Node):
    id: relay.NodeID[int]
    user: User = strawberry.field(description="The participant.")
    role: models.Participation.Role = strawberry.field(
        description="What the user may do with other members of a group."
    )
    status: models.Participation.Status = strawberry.field(
        description="Whether the user takes part now."
    )
    joined_at: datetime = strawberry.field(
        description="When the user joined, was last reinstated, or was invited."
    )
    left_at: datetime | None = strawberry.field(
        description="When the user left or was removed. Null if they take part, or never did."
    )
    left_at_number: int | None = strawberry.field(
        description="The number of the last message that a user who does not take part can read: "
        "0 if they never took part. Null if they take part."
    )
    suspended_at: datetime | None = strawberry.field(
        description="Since when a moderator keeps the user from writing here; null if none does."
    )
    last_activity_at: datetime = strawberry.field(
        description="When somebody last wrote in the conversation. The inbox is in this order."
    )

    @field(description="The conversation.")
    def conversation(self: models.Participation, info: Info) -> Conversation:
        return conversation_of(info, self)

    joined_at_number: int = strawberry.field(
        description="The number of the last message before the user first joined: 0 if they took "
        "part from the start. They have not seen the messages up to it, whatever they read. "
        "Viewers who are invited see 0 for everybody else."
    )

    @field(
        description="The number of the last message that the user has read. Null until they read "
        "something, even if there were messages when they joined. Null, too, if the viewer is not "
        "told: the user or the viewer reads privately, does not take part, or the user blocked the "
        "viewer; or more people take part than `Limits.receiptsUpTo`."
    )
    def last_read_number(self: models.Participation, info: Info) -> int | None:
        # Most people whom nobody is told of have read nothing.
        number = self.last_read_number or None
        return number if number is None or is_told_of(info, self) else None

    @field(
        description="Whether nobody is told how far the viewer has read, since they read "
        "`privately` last, or while more people took part than `Limits.receiptsUpTo`. Then they "
        "are not told of others, either. Null in participations of other users."
    )
    def read_privately(self: models.Participation, info: Info) -> bool | None:
        return self.read_privately if info.context.is_viewer(self.user_id) else None

    @field(
        description="How many messages of other people the viewer has not read, counted up to 100 "
        '(show "99+"). Null in participations of other users.'
    )
    def unread_count(self: models.Participation, info: Info) -> int | None:
        return unread_count(self) if info.context.is_viewer(self.user_id) else None

    @field(
        description="How many of the unread messages mention the viewer, counted up to 100. 0 if "
        "the viewer does not take part. Null in participations of other users."
    )
    def unread_mention_count(self: models.Participation, info: Info) -> int | None:
        own = info.context.is_viewer(self.user_id)
        return message_mentions.unread_count(info, self) if own else None

    @field(
        description="The number of the first message that the viewer has not read; null if there "
        "is none. Null in participations of other users."
    )
    def first_unread_number(self: models.Participation, info: Info) -> int | None:
        return self.first_unread_number if info.context.is_viewer(self.user_id) else None

    @field(
        description="The number of the first message that the viewer sees: above 1 if they cleared "
        "the conversation. Clients drop the messages before it. Null in participations of other "
        "users."
    )
    def first_visible_number(self: models.Participation, info: Info) -> int | None:
        return self.history_from if info.context.is_viewer(self.user_id) else None

    @field(
        description="The user who invited the viewer, while the status is INVITED. Null "
        "otherwise, and in participations of other users."
    )
    def invited_by(self: models.Participation, info: Info) -> User | None:
        own = self.is_invited and info.context.is_viewer(self.user_id)
        return self.invited_by if own else None

    @field(
        description="Of which messages apps should notify the viewer. Null in participations of "
        "other users."
    )
    def notifications(
        self: models.Participation, info: Info
    ) -> models.Participation.NotificationLevel | None:
        own = info.context.is_viewer(self.user_id)
        return models.Participation.NotificationLevel(self.notify) if own else None

    @field(
        description="Until when the viewer muted the conversation; null if there is no such time. "
        "It may have passed. Null in participations of other users."
    )
    def muted_until(self: models.Participation, info: Info) -> datetime | None:
        return self.muted_until if info.context.is_viewer(self.user_id) else None

    @field(
        description="Whether the conversation is muted now: `notifications` is NOTHING, or "
        "`mutedUntil` is in the future. Clients that keep this value compare `mutedUntil` with the "
        "time themselves. Null in participations of other users."
    )
    def muted(self: models.Participation, info: Info) -> bool | None:
        return self.is_muted if info.context.is_viewer(self.user_id) else None

    @field(
        description="When the viewer archived the conversation; null if they did not, or if it has "
        "come back into the inbox since. Null in participations of other users."
    )
    def archived_at(self: models.Participation, info: Info) -> datetime | None:
        return self.archived_at if info.context.is_viewer(self.user_id) else None

    @field(
        description="When the viewer pinned the conversation; null if they did not. Null in "
        "participations of other users."
    )
    def pinned_at(self: models.Participation, info: Info) -> datetime | None:
        return self.pinned_at if info.context.is_viewer(self.user_id) else None

    @field(
        description="When the viewer marked the conversation as unread; null if they did not, or "
        "have read it since. Null in participations of other users."
    )
    def marked_unread_at(self: models.Participation, info: Info) -> datetime | None:
        return self.marked_unread_at if info.context.is_viewer(self.user_id) else None

    @field(
        description="What the viewer has written here and not sent; null if there is nothing. Null "
        "in participations of other users."
    )
    def draft(self: models.Participation, info: Info) -> Draft | None:
        return with_draft(self).draft if info.context.is_viewer(self.user_id) else None

    @field(
        description="The version of the viewer's draft, to pass as `base` to `saveDraft`. It rises "
        "each time that the draft is changed, discarded or sent; 0 if there never was one. Null in "
        "participations of other users."
    )
    def draft_version(self: models.Participation, info: Info) -> int | None:
        return with_draft(self).draft_version if info.context.is_viewer(self.user_id) else None

    @field(
        description="What the viewer has scheduled here, the earliest first, with what was refused "
        "at its time: at most 50. Null in participations of other users."
    )
    def scheduled_messages(
        self: models.Participation,
        info: Info,
        first: Annotated[int, strawberry.argument(description=FIRST)] = MOST_SCHEDULED,
    ) -> list[ScheduledMessage] | None:
        return scheduled(self, first) if info.context.is_viewer(self.user_id) else None
