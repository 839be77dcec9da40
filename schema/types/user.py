"""People as the graph shows them."""

from typing import TYPE_CHECKING, Any, cast

import strawberry
import strawberry_django
from django.contrib.auth import get_user_model
from strawberry import relay

from talk.naming import avatar_of, name_of, username_of

from ..authentication.context import Info
from ..pagination import Connection
from . import costs
from .fields import field

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Most people that are counted.
MOST_COUNTED = 1_000


@strawberry_django.type(get_user_model(), name="User", description="A person.")
class User(relay.Node):
    pk: relay.NodeID[str]

    @field(
        description="The name that the person signs in with; null where others are not to see it, "
        "as when it is an e-mail address."
    )
    def username(self: Any) -> str | None:
        return username_of(self)

    @field(description="The full name, unless the project names people otherwise.")
    def name(self: Any) -> str:
        return name_of(self)

    @field(description="The URL of a picture of the person, if there is one.")
    def avatar(self: Any) -> str | None:
        return avatar_of(self)

    @field(
        description="Whether the viewer blocked them: then they can't start to talk with the "
        "viewer, nor go on in private, and what they say in groups is hidden from the viewer."
    )
    def blocked(self: Any, info: Info) -> bool:
        return info.context.has_blocked(self.pk)


@strawberry.type(name="UserConnection", description="A page of people.")
class UserConnection(Connection[User]):
    @field(description="How many there are, counted up to 1,000.", cost=costs.COUNT)
    def total_count(self) -> int:
        people = cast("QuerySet[Any]", self.total_count_qs)
        return people.order_by()[:MOST_COUNTED].count()
