"""The nodes, for annotations.

To GraphQL they are its types. To a type checker they are the models, whose rows resolvers return.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from talk.models import AccessToken, Conversation, Message, Participation
else:
    from .conversation import Conversation
    from .message import Message
    from .participation import Participation
    from .tokens import AccessToken
    from .user import User

__all__ = ["AccessToken", "Conversation", "Message", "Participation", "User"]
