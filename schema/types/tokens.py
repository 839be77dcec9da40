"""The GraphQL type `AccessToken`, which only its owner sees."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry import relay

from talk import models


@strawberry_django.type(
    models.AccessToken,
    name="AccessToken",
    description="A bearer token, with which a program acts as the viewer. Its secret is shown only "
    "once, when it is created.",
)
class AccessToken(relay.Node):
    id: relay.NodeID[int]
    name: str = strawberry.field(description="What the token is for, in the words of its owner.")
    prefix: str = strawberry.field(description="The first characters of its secret.")
    created_at: datetime = strawberry.field(description="When it was created.")
    expires_at: datetime | None = strawberry.field(
        description="When it stops working; null if it does not expire."
    )
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null if it never was."
    )
