"""The enums, described before any type, input or argument uses them."""

import strawberry

from talk import models

strawberry.enum(
    models.Conversation.Kind,
    name="ConversationKind",
    description="PRIVATE: exactly two people, one per pair, for ever. GROUP: any number.",
)
strawberry.enum(
    models.Message.Kind,
    name="MessageKind",
    description="TEXT is what somebody said; the others tell what happened.",
)
strawberry.enum(
    models.Message.Removal,
    name="MessageRemoval",
    description="MODERATED: a moderator removed the words. ERASED: their account was erased. "
    "EXPIRED: words are kept for so long and no longer.",
)
strawberry.enum(
    models.Participation.Role,
    name="ParticipationRole",
    description="Owners act on everybody, admins on members, members on nobody.",
)
strawberry.enum(
    models.Participation.Status,
    name="ParticipationStatus",
    description="ACTIVE, or gone: LEFT by themselves, or REMOVED by somebody. INVITED: it is for "
    "them to say whether they take part. DECLINED: they don't.",
)
strawberry.enum(
    models.Event.Kind,
    name="ConversationChangeKind",
    description="What happened. The same words as the events of the Python side.",
)
