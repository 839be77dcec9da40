"""The GraphQL type `Participation`."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry import relay

from talk import models

from ..authentication.context import Info
from ..loading.views import conversation_of
from . import enums  # noqa: F401
from .fields import field
from .nodes import Conversation, User


@strawberry_django.type(
    models.Participation,
    description="One person's place in one conversation. The inbox is a list of the viewer's.",
)
class Participation(relay.Node):
    id: relay.NodeID[int]
    user: User = strawberry.field(description="Who takes part.")
    role: models.Participation.Role = strawberry.field(description="What say they have in a group.")
    status: models.Participation.Status = strawberry.field(
        description="Whether they take part now."
    )
    joined_at: datetime = strawberry.field(
        description="When they joined, were reinstated, or were invited."
    )
    left_at: datetime | None = strawberry.field(description="When they left or were removed.")
    left_at_number: int | None = strawberry.field(
        description="The last message that they can read, if they don't take part now: 0 if they "
        "never did."
    )
    suspended_at: datetime | None = strawberry.field(
        description="Since when a moderator keeps them from writing here."
    )
    last_activity_at: datetime = strawberry.field(
        description="When somebody last said something here; the inbox is ordered by it."
    )

    @field(description="What they take part in.")
    def conversation(self: models.Participation, info: Info) -> Conversation:
        return conversation_of(info, self)

    @field(
        description="The last message that they have read. Null until they read, also if they "
        "joined when much was said already."
    )
    def last_read_number(self: models.Participation) -> int | None:
        return self.last_read_number or None

    @field(
        description="What others said and the viewer has not read, counted up to 100 (show "
        '"99+"). Null for other people.'
    )
    def unread_count(self: models.Participation, info: Info) -> int | None:
        return self.unread_count if info.context.is_viewer(self.user_id) else None

    @field(description="The first of the unread messages. Null for other people.")
    def first_unread_number(self: models.Participation, info: Info) -> int | None:
        return self.first_unread_number if info.context.is_viewer(self.user_id) else None

    @field(description="Who asks the viewer to take part, while it is INVITED.")
    def invited_by(self: models.Participation, info: Info) -> User | None:
        own = self.is_invited and info.context.is_viewer(self.user_id)
        return self.invited_by if own else None

    @field(description="When the viewer marked it as unread by hand. Null for other people.")
    def marked_unread_at(self: models.Participation, info: Info) -> datetime | None:
        return self.marked_unread_at if info.context.is_viewer(self.user_id) else None
