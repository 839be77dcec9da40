"""The GraphQL enums. Each is described before a type, input or argument uses it."""

from enum import Enum
from typing import Any

import strawberry

from talk import models

from ..strawberry_internals import own_definition


def describe(enum: type[Enum], name: str, description: str, **values: str) -> None:
    """Add `enum` to the schema. `values` are the descriptions of its members."""
    found: Any = strawberry.enum(enum, name=name, description=description)
    for value in own_definition(found).values:
        value.description = values[value.name]


def deprecate(enum: type[Enum], **reasons: str) -> None:
    """Deprecate members of an enum of the schema."""
    found: Any = enum
    for value in own_definition(found).values:
        value.deprecation_reason = reasons.get(value.name)


describe(
    models.Conversation.Kind,
    "ConversationKind",
    "Whether a conversation is private or a group.",
    PRIVATE="Exactly two people. Each pair has one private conversation, for ever.",
    GROUP="Any number of people, who may join and leave.",
)
describe(
    models.Message.Kind,
    "MessageKind",
    "TEXT is a text that somebody wrote. The other kinds record what happened.",
    TEXT="`sender` wrote `body`; if the message is `announced`, the application did.",
    JOINED="`subject` joined: `sender` added them, or they accepted an invitation.",
    LEFT="`subject` left.",
    REMOVED="`sender` removed `subject`.",
    REINSTATED="`subject`, who had left or was removed, takes part again.",
    RENAMED="`sender` changed the title of the group to `body`.",
    UPGRADED="The group was started because somebody invited more people in a private "
    "conversation.",
)
describe(
    models.Message.Removal,
    "MessageRemoval",
    "Why the text of a message was removed.",
    MODERATED="A moderator removed it, or the application did.",
    ERASED="The account of the sender was erased.",
    EXPIRED="It was older than the application keeps texts.",
    RETRACTED="The sender took it back.",
    REMOVED="An owner or admin of the group removed it.",
    CHANGED_SINCE="The sender edited it after the viewer left, who sees neither text.",
)
describe(
    models.Participation.Role,
    "ParticipationRole",
    "What a member may do with other members of a group.",
    OWNER="May remove everybody, give any role, and rename and describe the group.",
    ADMIN="May remove members, make them admins, and rename and describe the group.",
    MEMBER="May do none of this.",
)
describe(
    models.Participation.Status,
    "ParticipationStatus",
    "Whether a user takes part in a conversation.",
    ACTIVE="The user takes part.",
    LEFT="The user left, and sees the conversation as it was then.",
    REMOVED="The user was removed, and sees the conversation as it was then.",
    INVITED="The user is invited, and has neither accepted nor declined.",
    DECLINED="The user declined an invitation, or it was withdrawn.",
)
describe(
    models.Participation.NotificationLevel,
    "NotificationLevel",
    "Of which messages apps should notify the viewer.",
    EVERYTHING="All messages.",
    MENTIONS="Messages that mention the viewer.",
    NOTHING="None: the conversation is muted.",
)
describe(
    models.Attachment.State,
    "AttachmentState",
    "What becomes of a file.",
    UPLOADING="Its bytes are not there yet.",
    CHECKING="All bytes are there, and are being checked. It can be sent.",
    READY="It can be downloaded.",
    REFUSED="The check has found that it may be harmful. Nobody gets it.",
)
describe(
    models.ConversationCapability,
    "ConversationCapability",
    "What the viewer may do in a conversation now: the mutations that would not be refused.",
    SEND="`sendMessage` with `conversationId`.",
    REACT="`react` and `unreact`, with a text that was not removed.",
    PIN="`pinMessage` and `unpinMessage`, with a text that was not removed.",
    MENTION_ALL="`sendMessage` with `mentionAll`.",
    INVITE="`inviteParticipants`, with people whom the viewer may invite.",
    REMOVE_MEMBERS="`removeParticipant`: owners with everybody else, admins with members.",
    CHANGE_ROLES="`changeRole`: owners give any role, admins make members admins.",
    RENAME="`renameConversation`.",
    DESCRIBE="`updateConversation`.",
    LEAVE="`leaveConversation`.",
    ANSWER_INVITATION="`acceptInvitation` and `declineInvitation`.",
)
describe(
    models.MessageCapability,
    "MessageCapability",
    "What the viewer may do with a message now. The other mutations would be refused, or would "
    "change nothing.",
    REPLY="`sendMessage` with `replyTo`. A text that was removed can be answered, too, since that "
    "may happen while somebody writes the reply.",
    REACT="`react` and `unreact`.",
    PIN="`pinMessage` and `unpinMessage`.",
    SAVE="`saveMessage` and `unsaveMessage`.",
    EDIT="`editMessage`, until `Limits.editSeconds` after `sentAt`.",
    RETRACT="`retractMessage`, until `Limits.retractSeconds` after `sentAt`.",
    REMOVE="`removeMessage`.",
    REPORT="`reportMessage`.",
)
describe(
    models.Event.Kind,
    "ConversationChangeKind",
    "What changed in a conversation. Events in Python have the same names.",
    CONVERSATION_STARTED="The conversation was started: the first change of each conversation.",
    CONVERSATION_RENAMED="The title was changed. Without `message`, it was erased with an account.",
    CONVERSATION_CHANGED="The description, the avatar, the data or the key was changed.",
    CONVERSATION_UPGRADED="This group was started from a private conversation, as the message "
    "UPGRADED says.",
    MESSAGE_SENT="`message` was sent. `participation` is that of its sender, if it has one.",
    MESSAGE_EDITED="`message` has another text, mentions other people, or has fewer files.",
    MESSAGE_REMOVED="The text of `message` was removed: by its sender, by an owner or admin of the "
    "group, or by the application. The message keeps its number.",
    MESSAGE_REACTED="The reactions to `message` have changed. `participation` is that of the "
    "person whose reaction it is; null if their data were erased.",
    MESSAGE_PINNED="`message` was pinned. `participation` is that of the person who did it.",
    MESSAGE_UNPINNED="`message` was unpinned. `participation` is that of the person who did it.",
    MESSAGE_COMPLETED="The server found out more about `message`: a file was checked, or the first "
    "link got a preview.",
    PARTICIPANT_INVITED="Somebody was invited.",
    PARTICIPANT_DECLINED="Somebody declined an invitation, or it was withdrawn.",
    PARTICIPANT_JOINED="Somebody joined for the first time.",
    PARTICIPANT_LEFT="Somebody left.",
    PARTICIPANT_REMOVED="Somebody was removed.",
    PARTICIPANT_REINSTATED="Somebody who had left or was removed takes part again.",
    PARTICIPANT_ROLE_CHANGED="Somebody has another role.",
    PARTICIPANT_SUSPENDED="A moderator keeps somebody from writing.",
    PARTICIPANT_RESTORED="Somebody who was suspended may write again.",
    CONVERSATION_READ="Somebody has read up to `participation.lastReadNumber`.",
    CONVERSATION_MARKED_UNREAD="Somebody marked the conversation as unread.",
)
deprecate(
    models.Event.Kind,
    CONVERSATION_MARKED_UNREAD="Never sent. It concerns one user only, who receives it in "
    "`inboxChanges`.",
)
