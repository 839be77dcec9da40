"""The GraphQL API of Talk, made with Strawberry. The rules are in `talk`.

An installed Talk has this package under the name `talk.graphql`. So it imports its own modules
relatively, and has no dotted name of its own in a string.

`schema` is served by `urls` and `asgi`. A project merges `Query`, `Mutation` and `Subscription`
with its own types in a `Schema` of its own (`execution.Schema`, `extending`).
"""

from . import checks  # noqa: F401
from .execution import Schema
from .mutations import Mutation
from .queries import Query
from .subscriptions import Subscription
from .types.conversation import Conversation
from .types.message import Message
from .types.participation import Participation
from .types.user import User

__all__ = [
    "Conversation",
    "Message",
    "Mutation",
    "Participation",
    "Query",
    "Schema",
    "Subscription",
    "User",
    "schema",
]

schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Conversation, Message, Participation, User],
)
