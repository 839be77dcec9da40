"""What the mutations take."""

import uuid
from datetime import datetime

import strawberry

from talk.models import Conversation, Participation

from . import enums  # noqa: F401

CONVERSATION = "The conversation, which the viewer takes part in."
INVITED = "The conversation, which the viewer is invited to."
WHY = "What is wrong with it, for a moderator to read."
CLIENT_ID = "Made by the client, one for each message: a retry with it sends nothing twice."


@strawberry.input(description="Exactly one of `to` and `conversationId` says where.")
class SendMessageInput:
    body: str = strawberry.field(description="The words.")
    to: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Exactly these people and the viewer: where they talk already, or anew.",
    )
    conversation_id: strawberry.ID | None = strawberry.field(default=None, description=CONVERSATION)
    invite: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="With `conversationId`: people to take in first. A private conversation stays "
        "as it is, and the message lands in the group of all.",
    )
    client_id: uuid.UUID | None = strawberry.field(default=None, description=CLIENT_ID)


@strawberry.input(description="The person to block.")
class BlockUserInput:
    user: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="The person to unblock.")
class UnblockUserInput:
    user: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="The message that moderators are to look at.")
class ReportMessageInput:
    message: strawberry.ID = strawberry.field(description="The message.")
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The group whose title moderators are to look at.")
class ReportTitleInput:
    conversation_id: strawberry.ID = strawberry.field(
        description="The group, which the viewer takes part in, is invited to, or is gone from."
    )
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The person that moderators are to look at.")
class ReportUserInput:
    user: strawberry.ID = strawberry.field(description="The person.")
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The conversation whose invitation the viewer accepts.")
class AcceptInvitationInput:
    conversation_id: strawberry.ID = strawberry.field(description=INVITED)


@strawberry.input(description="The conversation whose invitation the viewer declines.")
class DeclineInvitationInput:
    conversation_id: strawberry.ID = strawberry.field(description=INVITED)


@strawberry.input(description="The people of the conversation, its kind and its title.")
class StartConversationInput:
    participants: list[strawberry.ID] = strawberry.field(description="The people, but the viewer.")
    kind: Conversation.Kind = strawberry.field(
        default=Conversation.Kind.GROUP,
        description="A group is always a new one; two people have one private conversation.",
    )
    title: str = strawberry.field(default="", description="The title of a group.")


@strawberry.input(description="The conversation, and the people to take in.")
class InviteParticipantsInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participants: list[strawberry.ID] = strawberry.field(
        description="The people. Those who left are reinstated, members stay in."
    )


@strawberry.input(description="The group to leave.")
class LeaveConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)


@strawberry.input(description="The group, and the person to remove.")
class RemoveParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The person: the id of a user.")


@strawberry.input(description="The group, and the person to take back.")
class ReinstateParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The person: the id of a user.")


@strawberry.input(description="The group, the person, and their new role.")
class ChangeRoleInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The person: the id of a user.")
    role: Participation.Role = strawberry.field(description="Their role from now on.")


@strawberry.input(description="The group, and its new title.")
class RenameConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    title: str = strawberry.field(description="The title from now on.")


@strawberry.input(description="The conversation, and the last message that the viewer has read.")
class MarkReadInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    number: int | None = strawberry.field(
        default=None, description="The last message that was read; all of them if not said."
    )


@strawberry.input(description="The conversation to show as unread until it is read again.")
class MarkUnreadInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)


@strawberry.input(description="The conversation in which the viewer is typing.")
class SetTypingInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    typing: bool = strawberry.field(
        default=True, description="False when what was typed is put aside."
    )


@strawberry.input(description="The name of the new bearer token, and when it stops working.")
class CreateTokenInput:
    name: str = strawberry.field(description="What it is for, at most 100 characters.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it is to stop working; never if not said."
    )


@strawberry.input(description="The bearer token to revoke.")
class RevokeTokenInput:
    id: strawberry.ID = strawberry.field(description="The token.")
