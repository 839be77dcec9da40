"""The input types of the mutations, except those of messages."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from talk.models import Conversation, Participation

from . import enums  # noqa: F401

CONVERSATION = "The id of the conversation, in which the viewer takes part."
INVITED = "The id of the conversation to which the viewer is invited."
WHY = "The reason, for moderators to read."


@strawberry.input(description="The user to block.")
class BlockUserInput:
    user: strawberry.ID = strawberry.field(description="The id of the user.")


@strawberry.input(description="The user to unblock.")
class UnblockUserInput:
    user: strawberry.ID = strawberry.field(description="The id of the user.")


@strawberry.input(description="The message to report, and the reason.")
class ReportMessageInput:
    message: strawberry.ID = strawberry.field(description="The id of the message.")
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The group whose title to report, and the reason.")
class ReportTitleInput:
    conversation_id: strawberry.ID = strawberry.field(
        description="The id of a group in which the viewer takes or took part, or to which they "
        "are invited."
    )
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The user to report, and the reason.")
class ReportUserInput:
    user: strawberry.ID = strawberry.field(description="The id of the user.")
    why: str = strawberry.field(description=WHY)


@strawberry.input(description="The conversation whose invitation to accept.")
class AcceptInvitationInput:
    conversation_id: strawberry.ID = strawberry.field(description=INVITED)


@strawberry.input(description="The conversation whose invitation to decline.")
class DeclineInvitationInput:
    conversation_id: strawberry.ID = strawberry.field(description=INVITED)


@strawberry.input(description="The people of the conversation, its kind, and its title.")
class StartConversationInput:
    participants: list[strawberry.ID] = strawberry.field(description="The ids of the other people.")
    kind: Conversation.Kind = strawberry.field(
        default=Conversation.Kind.GROUP,
        description="GROUP always starts a new group. PRIVATE returns the private conversation of "
        "the two people if there is one.",
    )
    title: str = strawberry.field(
        default="", description="The title of a group. A private conversation has none."
    )


@strawberry.input(description="The conversation, and the people to add or invite.")
class InviteParticipantsInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participants: list[strawberry.ID] = strawberry.field(
        description="The ids of the users. People who left take part again. Nothing changes for "
        "people who take part already."
    )


@strawberry.input(description="The group to leave.")
class LeaveConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)


@strawberry.input(description="The group, and the person to remove.")
class RemoveParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The id of the user.")


@strawberry.input(description="The group, and the person to bring back.")
class ReinstateParticipantInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The id of the user.")


@strawberry.input(description="The group, the person, and their new role.")
class ChangeRoleInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    participant: strawberry.ID = strawberry.field(description="The id of the user.")
    role: Participation.Role = strawberry.field(description="The new role.")


@strawberry.input(description="The group, and its new title.")
class RenameConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    title: str = strawberry.field(description="The new title.")


@strawberry.input(description="The group, and what to change. Null leaves a value as it is.")
class UpdateConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    description: str | None = strawberry.field(
        default=None,
        description="What the group is about, on several lines if need be. An empty text removes "
        "it.",
    )
    avatar: str | None = strawberry.field(
        default=None,
        description="The URL of a picture, which begins with `https://` or `http://`. An empty "
        "text removes the picture, also one that was uploaded.",
    )
    avatar_file: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of a picture that the viewer has uploaded (`startUpload`) and not "
        "sent, instead of `avatar`. Until the file is checked, the refusal is FILE_NOT_CHECKED "
        "with `retryAfter`.",
    )
    data: JSON | None = strawberry.field(
        default=None,
        description="An object with whatever the application wants to keep. It takes the place of "
        "the present one. Its numbers are at most 2^53 - 1 and, except for 0, at least 1e-9, "
        "whatever their sign. An empty object removes it.",
    )


@strawberry.input(description="The conversation, and how far the viewer has read.")
class MarkReadInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    number: int | None = strawberry.field(
        default=None,
        description="The number of the last message that the viewer has read; by "
        "default, the last message of all.",
    )
    privately: bool = strawberry.field(
        default=False,
        description="Tell nobody what the viewer reads now. The viewer is not told what others "
        "read then, until they have read something new that is not private.",
    )


@strawberry.input(description="The conversation to mark as unread.")
class MarkUnreadInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    from_: int | None = strawberry.field(
        default=None,
        name="from",
        description="The number of a message: it and all later ones by others become unread. By "
        "default, unread counts don't change.",
    )


@strawberry.input(description="A file that the viewer wants to upload.")
class StartUploadInput:
    filename: str = strawberry.field(
        description="What it is called. Folders, controls and marks that change the direction of "
        "text are left out, and it is cut to 255 characters."
    )
    size: int = strawberry.field(
        description="How many bytes it has: at least 1, at most `Limits.uploadSize`."
    )
    content_type: str = strawberry.field(
        default="application/octet-stream",
        description="What is in it, as far as the client knows. The server finds out by itself.",
    )


@strawberry.input(description="A draft of the viewer, and which version of it is replaced.")
class SaveDraftInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    body: str = strawberry.field(
        description="The text, which is kept exactly as it is. If nothing of it is visible, the "
        "draft is discarded."
    )
    reply_to: int | None = strawberry.field(
        default=None, description="The number of the message to which it is a reply."
    )
    base: int = strawberry.field(
        description="The `draftVersion` that the client knows. If another device has changed the "
        "draft since, nothing is saved."
    )


@strawberry.input(description="The conversation to clear for the viewer.")
class ClearConversationInput:
    conversation_id: strawberry.ID = strawberry.field(description="The id of the conversation.")


@strawberry.input(description="The conversation in which the viewer is typing.")
class SetTypingInput:
    conversation_id: strawberry.ID = strawberry.field(description=CONVERSATION)
    typing: bool = strawberry.field(
        default=True, description="False if the viewer stopped typing without sending."
    )


@strawberry.input(description="The name of the token, and when it stops working.")
class CreateTokenInput:
    name: str = strawberry.field(description="What the token is for, in at most 100 characters.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When the token stops working; by default, never."
    )


@strawberry.input(description="The bearer token to revoke.")
class RevokeTokenInput:
    id: strawberry.ID = strawberry.field(description="The id of the token.")
