from .act import Act
from .block import Block
from .conversation import Conversation
from .event import Event
from .message import Message
from .name_word import NameWord
from .participation import Participation
from .report import Report
from .token import AccessToken

__all__ = [
    "AccessToken",
    "Act",
    "Block",
    "Conversation",
    "Event",
    "Message",
    "NameWord",
    "Participation",
    "Report",
]
