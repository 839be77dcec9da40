"""The GraphQL face of Talk. It translates; what may be done is decided in `talk`."""

from . import checks  # noqa: F401
from .execution import Schema
from .mutations import Mutation
from .queries import Query
from .subscriptions import Subscription
from .types.conversation import Conversation
from .types.message import Message
from .types.participation import Participation
from .types.user import User

__all__ = ["Mutation", "Query", "Subscription", "schema"]

schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Conversation, Message, Participation, User],
)
