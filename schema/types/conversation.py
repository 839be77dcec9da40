"""The GraphQL type `Conversation`, whose fields depend on the viewer's participation in it."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import relay
from strawberry.scalars import JSON

from talk import models

from ..authentication.context import Info
from ..loading.cleared import unless_cleared
from ..loading.descriptions import avatar_file, described
from ..loading.participants import participant_count
from ..loading.views import own_participation, view_of
from . import (
    capabilities,
    costs,
    files_page,
    last_seen,
    message_page,
    message_pins,
    participant_page,
    upgrades,
)
from .attachments import smallest_url_of
from .fields import FIRST, After, Before, First, Last, field
from .message_connection import MessageConnection
from .message_page import MessagesAround
from .message_pins import PinConnection
from .nodes import Message, Participation, User
from .others import USUAL, first_others, name_of_conversation
from .participant_connection import ParticipantConnection


@strawberry_django.type(
    models.Conversation,
    description="A private conversation of two people, or a group. A viewer who left sees it as it "
    "was when they left. A viewer who is invited sees who takes part, and the title of that time.",
)
class Conversation(relay.Node):
    id: relay.NodeID[int]
    kind: models.Conversation.Kind = strawberry.field(
        description="A private conversation of two people, or a group."
    )
    key: str | None = strawberry.field(
        description="What the conversation is about, as the application calls it, such as "
        "`order 42`. Only the application gives keys; see `conversationByKey`."
    )
    started_at: datetime = strawberry.field(description="When the conversation was started.")

    @field(description="The title of a group; empty for a private conversation.")
    def title(self: models.Conversation, info: Info) -> str:
        return view_of(info, self).title

    @field(
        description="What a group is about; empty if nobody has described it. A viewer who left, "
        "or is invited, sees it unless the description, `avatar` or `data` was changed after that."
    )
    def description(self: models.Conversation, info: Info) -> str:
        return described(info, self).description

    @field(
        description="The URL of a group's picture. Null if there is none, and for viewers who "
        "don't see the `description`. If the picture was uploaded, it is the `thumbnailUrl` of the "
        "file or, if there is none, its `url`: resolve it against the address of the API. It is "
        "valid for at least 12 hours, unless the group gets another picture before."
    )
    def avatar(self: models.Conversation, info: Info) -> str | None:
        return described(info, self).avatar or smallest_url_of(avatar_file(info, self))

    @field(
        description="An object with whatever the application keeps here for its clients. Empty if "
        "there is nothing, and for viewers who don't see the `description`."
    )
    def data(self: models.Conversation, info: Info) -> JSON:
        return JSON(described(info, self).data)

    @field(
        description="What to call the conversation: the title of a group; in a private "
        "conversation, the name of the other person; in a group without a title, the names of the "
        "first three other people, separated by commas. `participantCount` tells how many take "
        "part. Empty if there is nobody else."
    )
    def name(self: models.Conversation, info: Info) -> str:
        return name_of_conversation(info, self)

    @field(
        description="The first people besides the viewer who take part, in the order in which they "
        "first joined: 3 by default, at most 10. A viewer who left sees those who took part then."
    )
    def others(
        self: models.Conversation,
        info: Info,
        first: Annotated[int, strawberry.argument(description=FIRST)] = USUAL,
    ) -> list[User]:
        return first_others(info, self, first)

    @field(
        description="The number of the last message that the viewer can read; 0 if there is none."
    )
    def last_number(self: models.Conversation, info: Info) -> int:
        return view_of(info, self).last_number

    @field(
        description="The number of the last change that the viewer can see. Pass it to "
        "`conversationChanges(after:)` to receive all changes after this answer, without a gap."
    )
    def revision(self: models.Conversation, info: Info) -> int:
        return last_seen.revision(info, self)

    @field(description="The last message that the viewer can read; null if there is none.")
    def latest_message(self: models.Conversation, info: Info) -> Message | None:
        return unless_cleared(info, self, last_seen.latest_message(info, self))

    @field(
        description="What the viewer may do here now. Ask again after changes of the conversation "
        "and of its participations."
    )
    def viewer_can(self: models.Conversation, info: Info) -> list[models.ConversationCapability]:
        return capabilities.in_conversation(info, self)

    @field(description="The viewer's own participation.")
    def viewer_participation(self: models.Conversation, info: Info) -> Participation:
        return own_participation(info, self)

    @field(
        description="The private conversation from which this group was started, by inviting more "
        "people. Null if there is none, or if the viewer was not in it."
    )
    def upgraded_from(self: models.Conversation, info: Info) -> "Conversation | None":
        return upgrades.upgraded_from(info, self)

    @field(
        description="The groups that were started from this private conversation by inviting more "
        "people: the newest 10 of those in which the viewer takes or took part, the newest first."
    )
    def upgraded_to(self: models.Conversation, info: Info) -> "list[Conversation]":
        return upgrades.upgraded_to(info, self)

    @field(description="How many people take part. For a viewer who left, how many took part then.")
    def participant_count(self: models.Conversation, info: Info) -> int:
        return participant_count(info, self)

    @field(
        description="The people who take part, in the order in which they first joined: 50 per "
        "page by default, at most 100. A viewer who left sees those who took part then, each as a "
        "MEMBER who has read nothing.",
        argument_costs={"search": costs.SEARCH},
    )
    def participants(
        self: models.Conversation,
        info: Info,
        first: First = None,
        after: After = None,
        status: Annotated[
            models.Participation.Status,
            strawberry.argument(
                description="The status to list; by default, people who take part."
            ),
        ] = models.Participation.Status.ACTIVE,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only people with these words in their names, in any order and case. "
                "The first letters of a word are enough, so this can complete the name of somebody "
                "who is mentioned. People whose accounts are deactivated are not found."
            ),
        ] = None,
    ) -> ParticipantConnection:
        return participant_page.page(
            info, self, first=first, after=after, status=status, search=search
        )

    @field(
        description="The messages that the viewer can read, in the order of their numbers: the "
        "newest 50 by default, at most 100 per page."
    )
    def messages(
        self: models.Conversation,
        info: Info,
        first: Annotated[
            int | None,
            strawberry.argument(description=f"{FIRST} With `around`, at most this many in all."),
        ] = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        around: Annotated[
            MessagesAround | None,
            strawberry.argument(
                description="The position of the page, instead of `after`, `before` and `last`."
            ),
        ] = None,
        with_attachments: Annotated[
            bool,
            strawberry.argument(
                description="Whether to list only messages that have files. Not with `around`."
            ),
        ] = False,
    ) -> MessageConnection:
        if with_attachments:
            return files_page.page(info, self, first, after, last, before, around)
        return message_page.page(info, self, first, after, last, before, around)

    @field(
        description="The pinned messages that the viewer can read, the last pinned first: 50 per "
        "page by default, at most 100. There are at most `Limits.pins`. Viewers who left see those "
        "that were pinned before, and are still."
    )
    def pins(
        self: models.Conversation, info: Info, first: First = None, after: After = None
    ) -> PinConnection:
        return message_pins.pins(info, self, first, after)
