"""Live updates the plain way, for comparison: each event is executed once for each subscriber.

It reads no database and checks no permission: the channel layer's message has everything.
"""

import os
from collections.abc import AsyncGenerator
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
http = get_asgi_application()

import strawberry  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from strawberry.channels import GraphQLWSConsumer  # noqa: E402

#: The type of the channel layer's messages, and their group.
CHANGE, GROUP = "plain.change", "plain"


@strawberry.type
class User:
    id: strawberry.ID
    name: str


@strawberry.type
class Message:
    number: int
    body: str
    sent_at: str
    sender: User


@strawberry.type
class ConversationChange:
    revision: int
    kind: str
    message: Message


@strawberry.type
class Query:
    version: int = 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def conversation_changes(
        self, info: strawberry.Info, id: strawberry.ID, after: int | None = None
    ) -> AsyncGenerator[ConversationChange, None]:
        consumer: Any = info.context["ws"]
        async with consumer.listen_to_channel(CHANGE, groups=[GROUP]) as changes:
            async for change in changes:
                said = change["message"]
                yield ConversationChange(
                    revision=change["revision"],
                    kind=change["kind"],
                    message=Message(
                        number=said["number"],
                        body=said["body"],
                        sent_at=said["sent_at"],
                        sender=User(id=said["sender"]["id"], name=said["sender"]["name"]),
                    ),
                )


schema = strawberry.Schema(Query, subscription=Subscription)
application = ProtocolTypeRouter(
    {"http": http, "websocket": GraphQLWSConsumer.as_asgi(schema=schema)}
)
