"""The models, and with them all rules of messaging.

A rule is a verb, a method of the model that owns it. `Participation` has the verbs of a member:
`send`, `invite`, `leave` and others. Querysets find rows, and start conversations.

Doors are this module, `participation.history` (participants as they were when the viewer left),
`participation.receipts` (how far people have read, as far as others are told), `shown_users` (users
read along with other rows), `message.retention`, and constants and functions of `event`,
`following`, `link_preview`, `mention`, `name_word`, `participation.arranging`, `pin`, `reaction`,
`saved_message`, `scheduled_message` and `token`.
"""

from .act import Act
from .attachment import Attachment
from .block import Block
from .conversation import Conversation
from .draft import Draft
from .edit import Edit
from .event import Event
from .following import FollowedConversation, FollowerProgress
from .link_preview import LinkPreview
from .mention import Mention
from .message import Message
from .name_word import NameWord
from .participation import ConversationCapability, MessageCapability, Participation
from .pin import Pin
from .reaction import Reaction
from .report import Report
from .saved_message import SavedMessage
from .scheduled_mention import ScheduledMention
from .scheduled_message import ScheduledMessage
from .timed_job import TimedJob
from .token import AccessToken

__all__ = [
    "AccessToken",
    "Act",
    "Attachment",
    "Block",
    "Conversation",
    "ConversationCapability",
    "Draft",
    "Edit",
    "Event",
    "FollowedConversation",
    "FollowerProgress",
    "LinkPreview",
    "Mention",
    "Message",
    "MessageCapability",
    "NameWord",
    "Participation",
    "Pin",
    "Reaction",
    "Report",
    "SavedMessage",
    "ScheduledMention",
    "ScheduledMessage",
    "TimedJob",
]
