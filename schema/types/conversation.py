"""The nodes of the graph. What a conversation shows depends on the viewer's place in it."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from strawberry import relay

from talk import models

from ..authentication.context import Info
from ..loading.participations import past_place_of, place_of, see
from . import (
    enums,  # noqa: F401
    upgrades,
)
from . import last_seen as ends
from .fields import FIRST, After, Before, First, Last, field
from .user import User

if TYPE_CHECKING:
    from .messages import MessageConnection, MessagesAround
    from .participants import ParticipantConnection


@strawberry_django.type(
    models.Message, description="One thing said, or one thing that happened, in a conversation."
)
class Message(relay.Node):
    id: relay.NodeID[int]
    number: int = strawberry.field(
        description="Its place in the conversation: 1, 2, 3 … without gaps."
    )
    kind: models.Message.Kind = strawberry.field(
        description="Whether it was said, or what happened."
    )
    sent_at: datetime = strawberry.field(description="When; later numbers have later times.")
    sender: User | None = strawberry.field(
        description="The person who said or did it; null when the project itself did, or when the "
        "account is gone."
    )
    subject: User | None = strawberry.field(
        description="Whom it happened to: who joined, left, was removed or reinstated."
    )

    @field(
        description="The words; for RENAMED the new title. Empty if it was removed; also if it is "
        "hidden, unless one asks to `unhide` it."
    )
    def body(
        self: models.Message,
        info: Info,
        unhide: Annotated[
            bool, strawberry.argument(description="Also the words of whom the viewer blocked.")
        ] = False,
    ) -> str:
        if self.removal or (not unhide and _is_hidden(self, info)):
            return ""
        return self.body

    @field(description="Why the words are gone, if they are. The number stays.")
    def removal(self: models.Message) -> models.Message.Removal | None:
        return self.removal

    @field(description="Whether the viewer blocked who said it.")
    def hidden(self: models.Message, info: Info) -> bool:
        return _is_hidden(self, info)

    @field(description="Whether the project itself said it, to everybody here.")
    def announced(self: models.Message) -> bool:
        return self.announced_as is not None

    @field(description="The id that the viewer's client gave it; null for others' messages.")
    def client_id(self: models.Message, info: Info) -> uuid.UUID | None:
        return self.client_id if info.context.is_viewer(self.sender_id) else None

    @field(description="Where it was said.")
    def conversation(self: models.Message, info: Info) -> "Conversation":
        return see(info, self.conversation)


def _is_hidden(message: models.Message, info: Info) -> bool:
    return message.kind == _TEXT and info.context.has_blocked(message.sender_id)


_TEXT = models.Message.Kind.TEXT


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
    def conversation(self: models.Participation, info: Info) -> "Conversation":
        return see(info, self.conversation)

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


@strawberry_django.type(
    models.Conversation,
    description="What people say to each other. Who left it sees it as it was when they left; who "
    "is invited, its title then and who takes part.",
)
class Conversation(relay.Node):
    id: relay.NodeID[int]
    kind: models.Conversation.Kind = strawberry.field(description="Private, or a group.")
    started_at: datetime = strawberry.field(description="When it was started.")

    @field(description="The title of a group; empty for a private one.")
    def title(self: models.Conversation, info: Info) -> str:
        past = past_place_of(info, self)
        return self.title if past is None else past.left_at_title

    @field(description="The number of the last message.")
    def last_number(self: models.Conversation, info: Info) -> int:
        past = past_place_of(info, self)
        return self.last_number if past is None else past.last_visible_number

    @field(
        description="The number of the last change. Give it to `conversationChanges(after:)` to "
        "go on from this answer without a gap."
    )
    def revision(self: models.Conversation, info: Info) -> int:
        return ends.revision(info, self)

    @field(description="The last message, or null before the first.")
    def latest_message(self: models.Conversation, info: Info) -> Message | None:
        return ends.latest_message(info, self)

    @field(description="The viewer's own place in it.")
    def viewer_participation(self: models.Conversation, info: Info) -> Participation:
        return place_of(info, self)

    @field(
        description="The private conversation that was upgraded to this group, if the viewer is "
        "in both."
    )
    def upgraded_from(self: models.Conversation, info: Info) -> "Conversation | None":
        return upgrades.upgraded_from(info, self)

    @field(description="The newest 10 groups that this was upgraded to, the newest first.")
    def upgraded_to(self: models.Conversation, info: Info) -> "list[Conversation]":
        return upgrades.upgraded_to(info, self)

    @field(description="How many people take part; to a viewer who left, how many did then.")
    def participant_count(self: models.Conversation, info: Info) -> int:
        return participants.count(info, self)

    @field(
        description="The people who take part, the longest first: at most 100 a page, 50 if not "
        "said. A viewer who left sees the people of then, each as a MEMBER who has read nothing."
    )
    def participants(
        self: models.Conversation,
        info: Info,
        first: First = None,
        after: After = None,
        status: Annotated[
            models.Participation.Status,
            strawberry.argument(description="Those with this status; who takes part, if not said."),
        ] = models.Participation.Status.ACTIVE,
    ) -> Annotated["ParticipantConnection", strawberry.lazy(".participants")]:
        return participants.page(info, self, first=first, after=after, status=status)

    @field(
        description="What was said, in order: the newest 50 if nothing is asked for, at most 100 "
        "a page."
    )
    def messages(
        self: models.Conversation,
        info: Info,
        first: Annotated[
            int | None,
            strawberry.argument(description=f"{FIRST} With `around`: so many in all."),
        ] = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        around: Annotated[
            Annotated["MessagesAround", strawberry.lazy(".messages")] | None,
            strawberry.argument(description="Where the page is, instead of at a cursor."),
        ] = None,
    ) -> Annotated["MessageConnection", strawberry.lazy(".messages")]:
        return messages.page(
            info, self, first=first, after=after, last=last, before=before, around=around
        )


# At the end: the pages are made of these types.
from . import messages, participants  # noqa: E402
