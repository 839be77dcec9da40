"""The input types of the mutations that send and change messages."""

import uuid
from datetime import datetime

import strawberry

from .inputs import CONVERSATION

CLIENT_ID = (
    "A UUID that the client makes for each message. With it, a request that is repeated does not "
    "send the message twice."
)


@strawberry.input(
    description="A message, and where to send it: give either `to` or `conversationId`."
)
class SendMessageInput:
    body: str = strawberry.field(description="The text. With `attachments`, it may be empty.")
    to: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The ids of the other people. The message is sent to the conversation of "
        "exactly these people and the viewer, which is started if there is none.",
    )
    conversation_id: strawberry.ID | None = strawberry.field(default=None, description=CONVERSATION)
    invite: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="With `conversationId`: the ids of users to invite first. If the conversation "
        "is private, it stays as it is, and the message is sent to a group of all these people.",
    )
    mentions: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The ids of users to mention, at most 50: people who take part, or whom "
        "`invite` takes in. The viewer is left out. A reply mentions the author of the message "
        "that it replies to as well, unless the list is empty.",
    )
    mention_all: bool = strawberry.field(
        default=False,
        description="Whether to mention everybody who takes part. Only owners and admins may do so "
        "in groups of more than 100 people, unless the application has another rule.",
    )
    client_id: uuid.UUID | None = strawberry.field(default=None, description=CLIENT_ID)
    reply_to: int | None = strawberry.field(
        default=None,
        description="With `conversationId` and without `invite`: the number of the message "
        "to which this one replies.",
    )
    draft: int | None = strawberry.field(
        default=None,
        description="With `conversationId`: the `draftVersion` of the draft that is sent. The "
        "draft is empty afterwards, unless another device has changed it since.",
    )
    attachments: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The ids of uploads of the viewer, at most `Limits.attachments`, in the order "
        "in which the message has them as files. All their bytes have to be there, and no other "
        "message can have them.",
    )


MESSAGE = "The id of the message."


@strawberry.input(description="A message, when to send it, and in which conversation.")
class ScheduleMessageInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    body: str = strawberry.field(description="The text.")
    at: datetime = strawberry.field(
        description="When to send it, within the next year. That takes a few seconds."
    )
    client_id: uuid.UUID = strawberry.field(
        description="A UUID that the client makes for each message. With it, a request that is "
        "repeated schedules nothing twice, and `cancelScheduledMessage` finds the message."
    )
    reply_to: int | None = strawberry.field(
        default=None, description="The number of the message to which this one replies."
    )
    mentions: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The ids of users to mention, at most 50, who take part. Those who have left "
        "until then are not mentioned. The viewer is left out. A reply mentions the author of the "
        "message that it replies to as well, unless the list is empty.",
    )
    mention_all: bool = strawberry.field(
        default=False,
        description="Whether to mention everybody who takes part then. Only owners and admins may "
        "do so in groups of more than 100 people, unless the application has another rule.",
    )


@strawberry.input(description="A message that the viewer scheduled.")
class CancelScheduledMessageInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    client_id: uuid.UUID = strawberry.field(
        description="The `clientId` with which it was scheduled."
    )


@strawberry.input(description="Another text for a message that the viewer wrote.")
class EditMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)
    body: str = strawberry.field(
        description="The new text. It may be empty if the message keeps a file."
    )
    mentions: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The ids of all users whom the message mentions from now on, at most 50. Those "
        "whom it did not mention before have to take part. Null: the mentions stay as they are.",
    )
    attachments: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The ids of the files that the message keeps. It can't get others. Null: it "
        "keeps all.",
    )


@strawberry.input(description="A message that the viewer wrote.")
class RetractMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)


@strawberry.input(description="A message in a group in which the viewer is an owner or admin.")
class RemoveMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)


@strawberry.input(description="A reaction of the viewer to a message.")
class ReactInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)
    emoji: str = strawberry.field(
        description="One emoji, as a keyboard or a picker of emoji sends it. If the server has a "
        "list of reactions, one of these."
    )


@strawberry.input(description="A reaction of the viewer to take back.")
class UnreactInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)
    emoji: str = strawberry.field(description="The emoji of the reaction.")


@strawberry.input(description="A message to pin.")
class PinMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)


@strawberry.input(description="A message to unpin.")
class UnpinMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)


@strawberry.input(description="A message that the viewer can read.")
class SaveMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)


@strawberry.input(description="A message that the viewer saved.")
class UnsaveMessageInput:
    message: strawberry.ID = strawberry.field(description=MESSAGE)
