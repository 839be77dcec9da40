"""The GraphQL types of a page of participations."""

from typing import TYPE_CHECKING, Any

import strawberry
from strawberry import relay

from talk import models

from .fields import CURSOR, NODE, PAGE_INFO, field

if TYPE_CHECKING:
    from .participation import Participation
else:
    from .nodes import Participation


@strawberry.type(description="One participation of a page.")
class ParticipantEdge(relay.Edge[Participation]):
    # Without it, Python 3.11 does not resolve the lazy reference that the base has.
    node: Participation = strawberry.field(description=NODE)

    @field(description=CURSOR)  # type: ignore[misc]  # a method here
    def cursor(self: Any) -> str:  # type: ignore[override]
        return _cursor(self.node)


@strawberry.type(description="A page of the participations in a conversation.")
class ParticipantConnection(relay.Connection[Participation]):
    edges: list[ParticipantEdge] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The participations of this page."
    )
    has_previous: strawberry.Private[bool]
    has_next: strawberry.Private[bool]

    @field(description=PAGE_INFO)  # type: ignore[misc]  # a method here
    def page_info(self: Any) -> relay.PageInfo:  # type: ignore[override]
        edges = self.edges
        return relay.PageInfo(
            has_previous_page=self.has_previous,
            has_next_page=self.has_next,
            start_cursor=_cursor(edges[0].node) if edges else None,
            end_cursor=_cursor(edges[-1].node) if edges else None,
        )


def page_of(
    rows: list[models.Participation], size: int, has_previous: bool
) -> ParticipantConnection:
    """The first `size` of these rows as a page. If there are more, it has a next page."""
    # mypy takes `cursor` for a field; here it is a method.
    edge: Any = ParticipantEdge
    return ParticipantConnection(  # type: ignore[call-arg]  # `page_info` is a method
        edges=[edge(node=row) for row in rows[:size]],
        has_previous=has_previous,
        has_next=len(rows) > size,
    )


def _cursor(participation: models.Participation) -> str:
    return relay.to_base64("Participation", participation.pk)
