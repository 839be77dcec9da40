"""The GraphQL type `Conversation`, whose fields depend on the viewer's participation in it."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import relay

from talk import models

from ..authentication.context import Info
from ..loading.views import own_participation, view_of
from . import last_seen, message_page, participant_page, upgrades
from .fields import FIRST, After, Before, First, Last, field
from .message_page import MessageConnection, MessagesAround
from .nodes import Message, Participation
from .participant_page import ParticipantConnection


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
        return view_of(info, self).title

    @field(description="The number of the last message.")
    def last_number(self: models.Conversation, info: Info) -> int:
        return view_of(info, self).last_number

    @field(
        description="The number of the last change. Give it to `conversationChanges(after:)` to "
        "go on from this answer without a gap."
    )
    def revision(self: models.Conversation, info: Info) -> int:
        return last_seen.revision(info, self)

    @field(description="The last message, or null before the first.")
    def latest_message(self: models.Conversation, info: Info) -> Message | None:
        return last_seen.latest_message(info, self)

    @field(description="The viewer's own place in it.")
    def viewer_participation(self: models.Conversation, info: Info) -> Participation:
        return own_participation(info, self)

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
        return participant_page.count(info, self)

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
    ) -> ParticipantConnection:
        return participant_page.page(info, self, first=first, after=after, status=status)

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
            MessagesAround | None,
            strawberry.argument(description="Where the page is, instead of at a cursor."),
        ] = None,
    ) -> MessageConnection:
        return message_page.page(
            info, self, first=first, after=after, last=last, before=before, around=around
        )
