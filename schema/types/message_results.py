"""The result types of the mutations that send and change messages."""

from typing import Annotated

import strawberry

from .nodes import Conversation, Message, Participation
from .refusals import RESULT, Refusal


@strawberry.type(description="The message was sent.")
class SendMessagePayload:
    # Not `message`: `Refusal` has a field of that name and another type.
    sent: Message = strawberry.field(description="The message.")
    conversation: Conversation = strawberry.field(
        description="The conversation that the message is in."
    )
    upgraded: bool = strawberry.field(
        description="Whether that is a group instead of the private conversation in the input, "
        "because more people were invited."
    )


SendMessageResult = Annotated[
    SendMessagePayload | Refusal, strawberry.union("SendMessageResult", description=RESULT)
]


@strawberry.type(description="The message is scheduled.")
class ScheduleMessagePayload:
    participation: Participation = strawberry.field(
        description="The viewer's participation, with the message among its `scheduledMessages`."
    )


ScheduleMessageResult = Annotated[
    ScheduleMessagePayload | Refusal, strawberry.union("ScheduleMessageResult", description=RESULT)
]


@strawberry.type(description="The message is not scheduled, or no longer.")
class CancelScheduledMessagePayload:
    participation: Participation = strawberry.field(
        description="The viewer's participation, without the message among `scheduledMessages`."
    )


CancelScheduledMessageResult = Annotated[
    CancelScheduledMessagePayload | Refusal,
    strawberry.union("CancelScheduledMessageResult", description=RESULT),
]


@strawberry.type(description="The message, which has the new text now.")
class EditMessagePayload:
    edited: Message = strawberry.field(description="The message.")


EditMessageResult = Annotated[
    EditMessagePayload | Refusal, strawberry.union("EditMessageResult", description=RESULT)
]


@strawberry.type(description="The message was taken back.")
class RetractMessagePayload:
    retracted: Message = strawberry.field(description="The message.")


RetractMessageResult = Annotated[
    RetractMessagePayload | Refusal, strawberry.union("RetractMessageResult", description=RESULT)
]


@strawberry.type(description="The text of the message was removed.")
class RemoveMessagePayload:
    removed: Message = strawberry.field(description="The message.")


RemoveMessageResult = Annotated[
    RemoveMessagePayload | Refusal, strawberry.union("RemoveMessageResult", description=RESULT)
]


@strawberry.type(description="The viewer has reacted to the message.")
class ReactPayload:
    reacted: Message = strawberry.field(description="The message.")


ReactResult = Annotated[ReactPayload | Refusal, strawberry.union("ReactResult", description=RESULT)]


@strawberry.type(description="The viewer has not, or no longer, reacted so to the message.")
class UnreactPayload:
    unreacted: Message = strawberry.field(description="The message.")


UnreactResult = Annotated[
    UnreactPayload | Refusal, strawberry.union("UnreactResult", description=RESULT)
]


@strawberry.type(description="The message is pinned.")
class PinMessagePayload:
    pinned: Message = strawberry.field(description="The message.")


PinMessageResult = Annotated[
    PinMessagePayload | Refusal, strawberry.union("PinMessageResult", description=RESULT)
]


@strawberry.type(description="The message is not, or no longer, pinned.")
class UnpinMessagePayload:
    unpinned: Message = strawberry.field(description="The message.")


UnpinMessageResult = Annotated[
    UnpinMessagePayload | Refusal, strawberry.union("UnpinMessageResult", description=RESULT)
]


@strawberry.type(description="The viewer has saved the message.")
class SaveMessagePayload:
    saved: Message = strawberry.field(description="The message.")


SaveMessageResult = Annotated[
    SaveMessagePayload | Refusal, strawberry.union("SaveMessageResult", description=RESULT)
]


@strawberry.type(description="The message is not, or no longer, saved by the viewer.")
class UnsaveMessagePayload:
    unsaved: Message = strawberry.field(description="The message.")


UnsaveMessageResult = Annotated[
    UnsaveMessagePayload | Refusal, strawberry.union("UnsaveMessageResult", description=RESULT)
]
