"""The result types of the mutations, except those of messages: a payload, or a `Refusal`."""

from typing import Annotated

import strawberry

from .nodes import AccessToken, Conversation, Message, Participation, User
from .refusals import RESULT, Refusal


@strawberry.type(description="The conversation was started, or existed already.")
class StartConversationPayload:
    conversation: Conversation = strawberry.field(description="The conversation.")


@strawberry.type(description="The people were added or invited.")
class InviteParticipantsPayload:
    conversation: Conversation = strawberry.field(
        description="The conversation that they are in now."
    )
    upgraded: bool = strawberry.field(
        description="Whether that is a group instead of the private conversation in the input."
    )


@strawberry.type(description="The viewer accepted the invitation.")
class AcceptInvitationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The viewer declined the invitation.")
class DeclineInvitationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The viewer left.")
class LeaveConversationPayload:
    conversation: Conversation = strawberry.field(
        description="The conversation, as it was when the viewer left."
    )


@strawberry.type(description="The person was removed.")
class RemoveParticipantPayload:
    participation: Participation = strawberry.field(description="The participation of that person.")


@strawberry.type(description="The person takes part again.")
class ReinstateParticipantPayload:
    participation: Participation = strawberry.field(description="The participation of that person.")


@strawberry.type(description="The person has the role.")
class ChangeRolePayload:
    participation: Participation = strawberry.field(description="The participation of that person.")


@strawberry.type(description="The group has the title.")
class RenameConversationPayload:
    conversation: Conversation = strawberry.field(description="The conversation.")


@strawberry.type(description="The group has the description, avatar and data.")
class UpdateConversationPayload:
    conversation: Conversation = strawberry.field(description="The conversation.")


@strawberry.type(description="The messages are marked as read.")
class MarkReadPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The conversation is marked as unread.")
class MarkUnreadPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The draft is saved, or discarded.")
class SaveDraftPayload:
    participation: Participation = strawberry.field(
        description="The viewer's participation, with the draft as it was saved."
    )


@strawberry.type(description="The conversation is cleared for the viewer.")
class ClearConversationPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The other people are shown whether the viewer is typing.")
class SetTypingPayload:
    typing: bool = strawberry.field(description="Whether they are shown that the viewer is typing.")


@strawberry.type(description="The person is blocked.")
class BlockUserPayload:
    user: User = strawberry.field(description="The user.")


@strawberry.type(description="The person is not blocked.")
class UnblockUserPayload:
    user: User = strawberry.field(description="The user.")


@strawberry.type(description="The message was reported.")
class ReportMessagePayload:
    reported: Message = strawberry.field(description="The message.")


@strawberry.type(description="The title was reported.")
class ReportTitlePayload:
    conversation: Conversation = strawberry.field(description="The group.")


@strawberry.type(description="The person was reported.")
class ReportUserPayload:
    user: User = strawberry.field(description="The user.")


@strawberry.type(description="The token was created.")
class CreateTokenPayload:
    token: AccessToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(
        description="The secret to send in the header `Authorization: "
        "Bearer …`. It is never shown again."
    )


@strawberry.type(description="The token was revoked and no longer works.")
class RevokeTokenPayload:
    token: AccessToken = strawberry.field(description="The token.")


StartConversationResult = Annotated[
    StartConversationPayload | Refusal,
    strawberry.union("StartConversationResult", description=RESULT),
]
InviteParticipantsResult = Annotated[
    InviteParticipantsPayload | Refusal,
    strawberry.union("InviteParticipantsResult", description=RESULT),
]
AcceptInvitationResult = Annotated[
    AcceptInvitationPayload | Refusal,
    strawberry.union("AcceptInvitationResult", description=RESULT),
]
DeclineInvitationResult = Annotated[
    DeclineInvitationPayload | Refusal,
    strawberry.union("DeclineInvitationResult", description=RESULT),
]
LeaveConversationResult = Annotated[
    LeaveConversationPayload | Refusal,
    strawberry.union("LeaveConversationResult", description=RESULT),
]
RemoveParticipantResult = Annotated[
    RemoveParticipantPayload | Refusal,
    strawberry.union("RemoveParticipantResult", description=RESULT),
]
ReinstateParticipantResult = Annotated[
    ReinstateParticipantPayload | Refusal,
    strawberry.union("ReinstateParticipantResult", description=RESULT),
]
ChangeRoleResult = Annotated[
    ChangeRolePayload | Refusal, strawberry.union("ChangeRoleResult", description=RESULT)
]
RenameConversationResult = Annotated[
    RenameConversationPayload | Refusal,
    strawberry.union("RenameConversationResult", description=RESULT),
]
UpdateConversationResult = Annotated[
    UpdateConversationPayload | Refusal,
    strawberry.union("UpdateConversationResult", description=RESULT),
]
MarkReadResult = Annotated[
    MarkReadPayload | Refusal, strawberry.union("MarkReadResult", description=RESULT)
]
MarkUnreadResult = Annotated[
    MarkUnreadPayload | Refusal, strawberry.union("MarkUnreadResult", description=RESULT)
]
SaveDraftResult = Annotated[
    SaveDraftPayload | Refusal, strawberry.union("SaveDraftResult", description=RESULT)
]
ClearConversationResult = Annotated[
    ClearConversationPayload | Refusal,
    strawberry.union("ClearConversationResult", description=RESULT),
]
SetTypingResult = Annotated[
    SetTypingPayload | Refusal, strawberry.union("SetTypingResult", description=RESULT)
]
BlockUserResult = Annotated[
    BlockUserPayload | Refusal, strawberry.union("BlockUserResult", description=RESULT)
]
UnblockUserResult = Annotated[
    UnblockUserPayload | Refusal, strawberry.union("UnblockUserResult", description=RESULT)
]
ReportMessageResult = Annotated[
    ReportMessagePayload | Refusal, strawberry.union("ReportMessageResult", description=RESULT)
]
ReportTitleResult = Annotated[
    ReportTitlePayload | Refusal, strawberry.union("ReportTitleResult", description=RESULT)
]
ReportUserResult = Annotated[
    ReportUserPayload | Refusal, strawberry.union("ReportUserResult", description=RESULT)
]
CreateTokenResult = Annotated[
    CreateTokenPayload | Refusal, strawberry.union("CreateTokenResult", description=RESULT)
]
RevokeTokenResult = Annotated[
    RevokeTokenPayload | Refusal, strawberry.union("RevokeTokenResult", description=RESULT)
]
