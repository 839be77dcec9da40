"""The object types, for annotations in other modules.

At run time they are lazy references, so a module that names a type does not import it. A type
checker sees the models, whose rows resolvers return.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from talk.models import AccessToken, Conversation, Draft, Message, Participation
else:
    AccessToken = Annotated["AccessToken", strawberry.lazy(".tokens")]
    Conversation = Annotated["Conversation", strawberry.lazy(".conversation")]
    Draft = Annotated["Draft", strawberry.lazy(".drafts")]
    Message = Annotated["Message", strawberry.lazy(".message")]
    Participation = Annotated["Participation", strawberry.lazy(".participation")]
    User = Annotated["User", strawberry.lazy(".user")]

__all__ = ["AccessToken", "Conversation", "Draft", "Message", "Participation", "User"]
