"""Bearer tokens as their owner sees them."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry import relay

from talk import models


@strawberry_django.type(
    models.AccessToken,
    name="AccessToken",
    description="Lets a program in as the viewer, who sees everything of it but its secret.",
)
class AccessToken(relay.Node):
    id: relay.NodeID[int]
    name: str = strawberry.field(description="What it is for, in its owner's words.")
    prefix: str = strawberry.field(description="How its secret starts.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it stops working, if ever.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute."
    )
