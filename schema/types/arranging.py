"""The inputs and results of the mutations by which the viewer arranges their own inbox."""

from datetime import datetime
from typing import Annotated

import strawberry

from talk.models import Participation as Place

from . import enums  # noqa: F401
from .nodes import Participation
from .refusals import RESULT, Refusal


@strawberry.input(
    description="The conversation, of which messages to notify the viewer, and until when to mute "
    "it. Both are set: what is left out becomes its default."
)
class SetNotificationsInput:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")
    level: Place.NotificationLevel = strawberry.field(
        default=Place.NotificationLevel.EVERYTHING,
        description="Of which messages to notify the viewer.",
    )
    muted_until: datetime | None = strawberry.field(
        default=None,
        description="Until when the conversation is muted, whatever the level is. A time without a "
        "zone is taken as UTC. Null: it is muted only if the level is NOTHING.",
    )


@strawberry.input(description="The conversation to archive.")
class ArchiveConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")


@strawberry.input(description="The conversation to bring back into the inbox.")
class UnarchiveConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")


@strawberry.input(description="The conversation to pin.")
class PinConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")


@strawberry.input(description="The conversation to unpin.")
class UnpinConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")


@strawberry.type(description="The notifications are set.")
class SetNotificationsPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The conversation is in the archive of the viewer.")
class ArchiveConversationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The conversation is in the inbox of the viewer.")
class UnarchiveConversationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The viewer has pinned the conversation.")
class PinConversationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The viewer has not pinned the conversation any more.")
class UnpinConversationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


SetNotificationsResult = Annotated[
    SetNotificationsPayload | Refusal,
    strawberry.union("SetNotificationsResult", description=RESULT),
]
ArchiveConversationResult = Annotated[
    ArchiveConversationPayload | Refusal,
    strawberry.union("ArchiveConversationResult", description=RESULT),
]
UnarchiveConversationResult = Annotated[
    UnarchiveConversationPayload | Refusal,
    strawberry.union("UnarchiveConversationResult", description=RESULT),
]
PinConversationResult = Annotated[
    PinConversationPayload | Refusal,
    strawberry.union("PinConversationResult", description=RESULT),
]
UnpinConversationResult = Annotated[
    UnpinConversationPayload | Refusal,
    strawberry.union("UnpinConversationResult", description=RESULT),
]
