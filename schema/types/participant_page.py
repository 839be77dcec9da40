"""The field `Conversation.participants`, read for many conversations at once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import strawberry
from strawberry import relay

from talk import models
from talk.models.name_word import searched_words

from ..authentication import rates
from ..cursors import number_of
from ..loading.participants import first_participants
from ..loading.participations import without_activity
from ..loading.views import View, load
from ..pagination import first_or_default
from .fields import CURSOR, NODE, PAGE_INFO, field
from .search import search_text

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


def page(
    info: Any,
    conversation: models.Conversation,
    first: int | None,
    after: str | None,
    status: models.Participation.Status,
    search: str | None,
) -> ParticipantConnection:
    size = first_or_default(first)
    start = number_of(after, "after", "Participation")
    named = None if search is None else _searched(info, search)

    def load_all(views: list[View]) -> Mapping[int, ParticipantConnection]:
        rows = first_participants(views, status, size + 1, start or 0, named)
        return {
            key: _page(_as_seen(view, rows[key]), size, start is not None)
            for view in views
            for key in [view.conversation.pk]
        }

    name = ("participants", size, start, status, named)
    connection: ParticipantConnection = load(info, name, conversation, load_all)
    return connection


def _searched(info: Any, search: str) -> str:
    """The text that names are searched for. The search counts, as one of all users does."""
    text = search_text(search, "search")
    rates.count_for_viewer(info.context, "search", max(1, len(searched_words(text))))
    return text


def _as_seen(view: View, rows: list[models.Participation]) -> list[models.Participation]:
    """Participations of a conversation as this view shows them."""
    own = view.inactive
    if own is not None and own.is_invited:
        return [row if row.pk == own.pk else without_activity(row) for row in rows]
    return rows


def _page(rows: list[models.Participation], size: int, has_previous: bool) -> ParticipantConnection:
    # mypy takes `cursor` for a field; here it is a method.
    edge: Any = ParticipantEdge
    return ParticipantConnection(  # type: ignore[call-arg]  # `page_info` is a method
        edges=[edge(node=row) for row in rows[:size]],
        has_previous=has_previous,
        has_next=len(rows) > size,
    )


def _cursor(participation: models.Participation) -> str:
    return relay.to_base64("Participation", participation.pk)
