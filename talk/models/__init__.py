from .block import Block
from .conversation import Conversation
from .event import Event
from .message import Message
from .participation import Participation
from .token import AccessToken

__all__ = ["AccessToken", "Block", "Conversation", "Event", "Message", "Participation"]
