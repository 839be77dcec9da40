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


@strawberry.input(description="Of whom the viewer does not want to hear.")
class BlockUserInput:
    user: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="Of whom the viewer wants to hear again.")
class UnblockUserInput:
    user: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="What moderators are to look at.")
class ReportMessageInput:
    message: strawberry.ID = strawberry.field(description="The message.")
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The group whose title moderators are to look at.")
class ReportTitleInput:
    conversation_id: strawberry.ID = strawberry.field(
        description="The group, which the viewer takes part in, is invited to, or is gone from."
    )
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="Whom moderators are to look at.")
class ReportUserInput:
    user: strawberry.ID = strawberry.field(description="The person.")
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="What to take part in.")
class AcceptInvitationInput:
    conversation_id: strawberry.ID = strawberry.field(description=INVITED)


@strawberry.input(description="What not to take part in.")
class DeclineInvitationInput:
    conversation_id: strawberry.ID = strawberry.field(description=INVITED)


@strawberry.input(description="Who is to talk, and as what.")
class StartConversationInput:
    participants: list[strawberry.ID] = strawberry.field(description="The people, but the viewer.")
    kind: Conversation.Kind = strawberry.field(
        default=Conversation.Kind.GROUP,
        description="A group is always a new one; two people have one private conversation.",
    )
    title: str = strawberry.field(default="", description="The title of a group.")


@strawberry.input(description="Who is to be taken in, and where.")
class InviteParticipantsInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participants: list[strawberry.ID] = strawberry.field(
        description="The people. Who left is reinstated, who is in already stays in."
    )


@strawberry.input(description="What to leave.")
class LeaveConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)


@strawberry.input(description="Who is to go, and from where.")
class RemoveParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The person: the id of a user.")


@strawberry.input(description="Who is to come back, and where.")
class ReinstateParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The person: the id of a user.")


@strawberry.input(description="Who gets which role, and where.")
class ChangeRoleInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The person: the id of a user.")
    role: Participation.Role = strawberry.field(description="Their role from now on.")


@strawberry.input(description="Which group gets which title.")
class RenameConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    title: str = strawberry.field(description="The title from now on.")


@strawberry.input(description="How far the viewer has read.")
class MarkReadInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    number: int | None = strawberry.field(
        default=None, description="The last message that was read; all of them if not said."
    )


@strawberry.input(description="What to show as unread until it is read again.")
class MarkUnreadInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)


@strawberry.input(description="Where the viewer is typing.")
class SetTypingInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    typing: bool = strawberry.field(
        default=True, description="False when what was typed is put aside."
    )


@strawberry.input(description="What a new bearer token is for.")
class CreateTokenInput:
    name: str = strawberry.field(description="What it is for, at most 100 characters.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it is to stop working; never if not said."
    )


@strawberry.input(description="Which bearer token is to work no longer.")
class RevokeTokenInput:
    id: strawberry.ID = strawberry.field(description="The token.")
