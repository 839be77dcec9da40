"""The result types of the mutations: each is a payload, or a `Refusal`."""

from typing import Annotated

import strawberry

from .nodes import AccessToken, Conversation, Message, Participation, User
from .refusals import Refusal


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


@strawberry.type(description="The messages are marked as read.")
class MarkReadPayload:
    participation: Participation = strawberry.field(description="The viewer's participation.")


@strawberry.type(description="The conversation is marked as unread.")
class MarkUnreadPayload:
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


SendMessageResult = Annotated[
    SendMessagePayload | Refusal,
    strawberry.union(
        "SendMessageResult", description="The payload, or why the mutation was refused."
    ),
]
StartConversationResult = Annotated[
    StartConversationPayload | Refusal,
    strawberry.union(
        "StartConversationResult", description="The payload, or why the mutation was refused."
    ),
]
InviteParticipantsResult = Annotated[
    InviteParticipantsPayload | Refusal,
    strawberry.union(
        "InviteParticipantsResult", description="The payload, or why the mutation was refused."
    ),
]
AcceptInvitationResult = Annotated[
    AcceptInvitationPayload | Refusal,
    strawberry.union(
        "AcceptInvitationResult", description="The payload, or why the mutation was refused."
    ),
]
DeclineInvitationResult = Annotated[
    DeclineInvitationPayload | Refusal,
    strawberry.union(
        "DeclineInvitationResult", description="The payload, or why the mutation was refused."
    ),
]
LeaveConversationResult = Annotated[
    LeaveConversationPayload | Refusal,
    strawberry.union(
        "LeaveConversationResult", description="The payload, or why the mutation was refused."
    ),
]
RemoveParticipantResult = Annotated[
    RemoveParticipantPayload | Refusal,
    strawberry.union(
        "RemoveParticipantResult", description="The payload, or why the mutation was refused."
    ),
]
ReinstateParticipantResult = Annotated[
    ReinstateParticipantPayload | Refusal,
    strawberry.union(
        "ReinstateParticipantResult", description="The payload, or why the mutation was refused."
    ),
]
ChangeRoleResult = Annotated[
    ChangeRolePayload | Refusal,
    strawberry.union(
        "ChangeRoleResult", description="The payload, or why the mutation was refused."
    ),
]
RenameConversationResult = Annotated[
    RenameConversationPayload | Refusal,
    strawberry.union(
        "RenameConversationResult", description="The payload, or why the mutation was refused."
    ),
]
MarkReadResult = Annotated[
    MarkReadPayload | Refusal,
    strawberry.union("MarkReadResult", description="The payload, or why the mutation was refused."),
]
MarkUnreadResult = Annotated[
    MarkUnreadPayload | Refusal,
    strawberry.union(
        "MarkUnreadResult", description="The payload, or why the mutation was refused."
    ),
]
SetTypingResult = Annotated[
    SetTypingPayload | Refusal,
    strawberry.union(
        "SetTypingResult", description="The payload, or why the mutation was refused."
    ),
]
BlockUserResult = Annotated[
    BlockUserPayload | Refusal,
    strawberry.union(
        "BlockUserResult", description="The payload, or why the mutation was refused."
    ),
]
UnblockUserResult = Annotated[
    UnblockUserPayload | Refusal,
    strawberry.union(
        "UnblockUserResult", description="The payload, or why the mutation was refused."
    ),
]
ReportMessageResult = Annotated[
    ReportMessagePayload | Refusal,
    strawberry.union(
        "ReportMessageResult", description="The payload, or why the mutation was refused."
    ),
]
ReportTitleResult = Annotated[
    ReportTitlePayload | Refusal,
    strawberry.union(
        "ReportTitleResult", description="The payload, or why the mutation was refused."
    ),
]
ReportUserResult = Annotated[
    ReportUserPayload | Refusal,
    strawberry.union(
        "ReportUserResult", description="The payload, or why the mutation was refused."
    ),
]
CreateTokenResult = Annotated[
    CreateTokenPayload | Refusal,
    strawberry.union(
        "CreateTokenResult", description="The payload, or why the mutation was refused."
    ),
]
RevokeTokenResult = Annotated[
    RevokeTokenPayload | Refusal,
    strawberry.union(
        "RevokeTokenResult", description="The payload, or why the mutation was refused."
    ),
]
