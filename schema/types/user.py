"""The GraphQL type `User`, and pages of users."""

from typing import TYPE_CHECKING, Any, Self, cast

import strawberry
import strawberry_django
from django.contrib.auth import get_user_model
from strawberry import relay

from talk.naming import avatar_of, name_of, username_of

from ..authentication.context import Info
from ..loading.views import show
from ..pagination import Connection
from . import costs
from .fields import field

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: The most users that `totalCount` counts.
MOST_COUNTED = 1_000


@strawberry_django.type(get_user_model(), name="User", description="A user of the application.")
class User(relay.Node):
    pk: relay.NodeID[str]

    @field(
        description="The name that the user signs in with. Null if other people may not see it, "
        "for example because it is an e-mail address."
    )
    def username(self: Any) -> str | None:
        return username_of(self)

    @field(
        description="The name to show. It is the full name, unless the application chooses another."
    )
    def name(self: Any) -> str:
        return name_of(self)

    @field(description="The URL of a picture of the user; null if there is none.")
    def avatar(self: Any) -> str | None:
        return avatar_of(self)

    @field(
        description="Whether the viewer blocked this user. Then the user can't write to the viewer "
        "in private, nor add the viewer to groups, and the viewer doesn't see what they write in "
        "groups."
    )
    def blocked(self: Any, info: Info) -> bool:
        return info.context.has_blocked(self.pk)


@strawberry.type(name="UserConnection", description="A page of users.")
class UserConnection(Connection[User]):
    @classmethod
    def resolve_connection(  # type: ignore[override]  # synchronous
        cls, nodes: "QuerySet[Any]", **kwargs: Any
    ) -> Self:
        page: Self = super().resolve_connection(nodes, **kwargs)
        show([edge.node for edge in page.edges])
        return page

    @field(description="How many users the whole list has, counted up to 1,000.", cost=costs.COUNT)
    def total_count(self) -> int:
        people = cast("QuerySet[Any]", self.total_count_qs)
        return people.order_by()[:MOST_COUNTED].count()
