"""What the mutations answer: a payload, or a `Refusal`."""

from typing import Annotated

import strawberry

from .nodes import AccessToken, Conversation, Message, Participation, User
from .refusals import Refusal


@strawberry.type(description="What was sent.")
class SendMessagePayload:
    # Not `message`: that is a sentence in `Refusal`, and one answer can't hold both.
    sent: Message = strawberry.field(description="The message.")
    conversation: Conversation = strawberry.field(description="Where it landed.")
    upgraded: bool = strawberry.field(
        description="Whether that is another conversation than the one named, because new people "
        "were invited to a private one."
    )


@strawberry.type(description="What was started, or found.")
class StartConversationPayload:
    conversation: Conversation = strawberry.field(description="The conversation.")


@strawberry.type(description="Where the invited are.")
class InviteParticipantsPayload:
    conversation: Conversation = strawberry.field(
        description="The conversation that all of them are in."
    )
    upgraded: bool = strawberry.field(
        description="Whether that is another conversation than the one named, because that one is "
        "private."
    )


@strawberry.type(description="What the viewer takes part in now.")
class AcceptInvitationPayload:
    participation: Participation = strawberry.field(description="The viewer's place.")


@strawberry.type(description="What the viewer does not take part in.")
class DeclineInvitationPayload:
    participation: Participation = strawberry.field(description="The viewer's place.")


@strawberry.type(description="What was left.")
class LeaveConversationPayload:
    conversation: Conversation = strawberry.field(description="The conversation, as it was.")


@strawberry.type(description="Who was removed.")
class RemoveParticipantPayload:
    participation: Participation = strawberry.field(description="Their place.")


@strawberry.type(description="Who is back.")
class ReinstateParticipantPayload:
    participation: Participation = strawberry.field(description="Their place.")


@strawberry.type(description="Who got another role.")
class ChangeRolePayload:
    participation: Participation = strawberry.field(description="Their place.")


@strawberry.type(description="What was renamed.")
class RenameConversationPayload:
    conversation: Conversation = strawberry.field(description="The conversation.")


@strawberry.type(description="How far the viewer has read now.")
class MarkReadPayload:
    participation: Participation = strawberry.field(description="The viewer's place.")


@strawberry.type(description="What shows as unread now.")
class MarkUnreadPayload:
    participation: Participation = strawberry.field(description="The viewer's place.")


@strawberry.type(description="What the others are shown.")
class SetTypingPayload:
    typing: bool = strawberry.field(description="Whether the viewer is typing.")


@strawberry.type(description="Who is blocked now.")
class BlockUserPayload:
    user: User = strawberry.field(description="The person.")


@strawberry.type(description="Who is not blocked any more.")
class UnblockUserPayload:
    user: User = strawberry.field(description="The person.")


@strawberry.type(description="What is reported.")
class ReportMessagePayload:
    reported: Message = strawberry.field(description="The message.")


@strawberry.type(description="The group whose title is reported.")
class ReportTitlePayload:
    conversation: Conversation = strawberry.field(description="The group.")


@strawberry.type(description="Who is reported.")
class ReportUserPayload:
    user: User = strawberry.field(description="The person.")


@strawberry.type(description="A new bearer token.")
class CreateTokenPayload:
    token: AccessToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(description="What to send as `Bearer`. Shown only this once.")


@strawberry.type(description="A bearer token that no longer works.")
class RevokeTokenPayload:
    token: AccessToken = strawberry.field(description="The token.")


SendMessageResult = Annotated[
    SendMessagePayload | Refusal,
    strawberry.union("SendMessageResult", description="The payload, or why not."),
]
StartConversationResult = Annotated[
    StartConversationPayload | Refusal,
    strawberry.union("StartConversationResult", description="The payload, or why not."),
]
InviteParticipantsResult = Annotated[
    InviteParticipantsPayload | Refusal,
    strawberry.union("InviteParticipantsResult", description="The payload, or why not."),
]
AcceptInvitationResult = Annotated[
    AcceptInvitationPayload | Refusal,
    strawberry.union("AcceptInvitationResult", description="The payload, or why not."),
]
DeclineInvitationResult = Annotated[
    DeclineInvitationPayload | Refusal,
    strawberry.union("DeclineInvitationResult", description="The payload, or why not."),
]
LeaveConversationResult = Annotated[
    LeaveConversationPayload | Refusal,
    strawberry.union("LeaveConversationResult", description="The payload, or why not."),
]
RemoveParticipantResult = Annotated[
    RemoveParticipantPayload | Refusal,
    strawberry.union("RemoveParticipantResult", description="The payload, or why not."),
]
ReinstateParticipantResult = Annotated[
    ReinstateParticipantPayload | Refusal,
    strawberry.union("ReinstateParticipantResult", description="The payload, or why not."),
]
ChangeRoleResult = Annotated[
    ChangeRolePayload | Refusal,
    strawberry.union("ChangeRoleResult", description="The payload, or why not."),
]
RenameConversationResult = Annotated[
    RenameConversationPayload | Refusal,
    strawberry.union("RenameConversationResult", description="The payload, or why not."),
]
MarkReadResult = Annotated[
    MarkReadPayload | Refusal,
    strawberry.union("MarkReadResult", description="The payload, or why not."),
]
MarkUnreadResult = Annotated[
    MarkUnreadPayload | Refusal,
    strawberry.union("MarkUnreadResult", description="The payload, or why not."),
]
SetTypingResult = Annotated[
    SetTypingPayload | Refusal,
    strawberry.union("SetTypingResult", description="The payload, or why not."),
]
BlockUserResult = Annotated[
    BlockUserPayload | Refusal,
    strawberry.union("BlockUserResult", description="The payload, or why not."),
]
UnblockUserResult = Annotated[
    UnblockUserPayload | Refusal,
    strawberry.union("UnblockUserResult", description="The payload, or why not."),
]
ReportMessageResult = Annotated[
    ReportMessagePayload | Refusal,
    strawberry.union("ReportMessageResult", description="The payload, or why not."),
]
ReportTitleResult = Annotated[
    ReportTitlePayload | Refusal,
    strawberry.union("ReportTitleResult", description="The payload, or why not."),
]
ReportUserResult = Annotated[
    ReportUserPayload | Refusal,
    strawberry.union("ReportUserResult", description="The payload, or why not."),
]
CreateTokenResult = Annotated[
    CreateTokenPayload | Refusal,
    strawberry.union("CreateTokenResult", description="The payload, or why not."),
]
RevokeTokenResult = Annotated[
    RevokeTokenPayload | Refusal,
    strawberry.union("RevokeTokenResult", description="The payload, or why not."),
]
