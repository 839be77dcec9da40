"""The enums, described before any type, input or argument uses them."""

from enum import Enum
from typing import Any

import strawberry

from talk import models


def describe(enum: type[Enum], name: str, description: str, **values: str) -> None:
    """Make `enum` one of the schema. `values` says of each of its members what it means."""
    found: Any = strawberry.enum(enum, name=name, description=description)
    for value in found.__strawberry_definition__.values:
        value.description = values[value.name]


def deprecate(enum: type[Enum], **reasons: str) -> None:
    """Say of members of an enum of the schema why they are not used any more."""
    found: Any = enum
    for value in found.__strawberry_definition__.values:
        value.deprecation_reason = reasons.get(value.name)


describe(
    models.Conversation.Kind,
    "ConversationKind",
    "Between whom a conversation is.",
    PRIVATE="Exactly two people, one per pair, for ever.",
    GROUP="Any number of people, who come and go.",
)
describe(
    models.Message.Kind,
    "MessageKind",
    "TEXT is what somebody said; the others tell what happened.",
    TEXT="`sender` said `body`, or the project did if it is `announced`.",
    JOINED="`subject` takes part, taken in by `sender` or by accepting.",
    LEFT="`subject` left.",
    REMOVED="`sender` removed `subject`.",
    REINSTATED="`subject` takes part again.",
    RENAMED="`sender` gave the group the title that is `body`.",
    UPGRADED="Somebody named more people in a private conversation. This is the group of all.",
)
describe(
    models.Message.Removal,
    "MessageRemoval",
    "Why the words of a message are gone.",
    MODERATED="A moderator removed them, or the project.",
    ERASED="The account of who said them was erased.",
    EXPIRED="Words are kept for so long and no longer.",
)
describe(
    models.Participation.Role,
    "ParticipationRole",
    "What say somebody has in a group.",
    OWNER="Acts on everybody.",
    ADMIN="Acts on members.",
    MEMBER="Acts on nobody.",
)
describe(
    models.Participation.Status,
    "ParticipationStatus",
    "Whether somebody takes part.",
    ACTIVE="They take part.",
    LEFT="They left by themselves, and see what there was until then.",
    REMOVED="Somebody removed them. They see what there was until then.",
    INVITED="It is for them to say whether they take part.",
    DECLINED="They were asked, and don't, or are not asked any more.",
)
describe(
    models.Event.Kind,
    "ConversationChangeKind",
    "What happened. The same words as the events of the Python side.",
    CONVERSATION_STARTED="The first change of each conversation.",
    CONVERSATION_RENAMED="It has another title. Without `message`: one was erased with an account.",
    CONVERSATION_UPGRADED="As the message UPGRADED says.",
    MESSAGE_SENT="`message` was said; `participation` is its sender's, if it has one.",
    MESSAGE_REMOVED="The words of `message` are gone; its number stays.",
    PARTICIPANT_INVITED="Somebody was asked to take part.",
    PARTICIPANT_DECLINED="Somebody who was asked declined, or is not asked any more.",
    PARTICIPANT_JOINED="Somebody takes part for the first time.",
    PARTICIPANT_LEFT="Somebody left by themselves.",
    PARTICIPANT_REMOVED="Somebody was removed.",
    PARTICIPANT_REINSTATED="Somebody takes part again who left or was removed.",
    PARTICIPANT_ROLE_CHANGED="Somebody has another role.",
    PARTICIPANT_SUSPENDED="Somebody is kept from writing.",
    PARTICIPANT_RESTORED="Somebody may write again.",
    CONVERSATION_READ="Somebody read up to the number that their `participation` tells.",
    CONVERSATION_MARKED_UNREAD="Somebody marked the conversation as unread.",
)
deprecate(
    models.Event.Kind,
    CONVERSATION_MARKED_UNREAD="Never sent: it concerns one person alone, whose `inboxChanges` "
    "tell it.",
)
