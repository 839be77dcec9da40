"""The fields `participants` and `participantCount`, read for many conversations at once."""

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry import relay

from talk import models
from talk.models.participation.history import STATUS, counts_since, pages_then

from ..cursors import number_of
from ..loading.batch import rows_by_conversation
from ..loading.participations import without_activity
from ..loading.views import View, load, show
from ..page_limits import DEFAULT_PAGE
from ..pagination import page_size
from .fields import CURSOR, PAGE_INFO, field
from .participation import Participation

_ACTIVE = models.Participation.Status.ACTIVE
#: The statuses that a viewer who left can list: those that follow from messages of that time.
_LISTED = frozenset(STATUS.values())


@strawberry.type(description="One participation of a page.")
class ParticipantEdge(relay.Edge[Participation]):
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
) -> ParticipantConnection:
    size = page_size(first, "first")
    size = DEFAULT_PAGE if size is None else size
    start = number_of(after, "after", "Participation")

    def load_all(views: list[View]) -> Mapping[int, ParticipantConnection]:
        left = _left(views, status)
        found = models.Participation.objects.pages_in(
            *_visible(views, left, status), status, size + 1, start or 0
        )
        if left:
            found += pages_then(left, status, size + 1, start or 0)
        show(found)
        rows = rows_by_conversation(views, found)
        return {
            key: _page(_as_seen(view, rows[key]), size, start is not None)
            for view in views
            for key in [view.conversation.pk]
        }

    name = ("participants", size, start, status)
    connection: ParticipantConnection = load(info, name, conversation, load_all)
    return connection


def count(info: Any, conversation: models.Conversation) -> int:
    def load_all(views: list[View]) -> Mapping[int, int]:
        left = _left(views, _ACTIVE)
        present, own = _visible(views, left, _ACTIVE)
        # All who take part now are counted here. Those who came since are subtracted below.
        present += [each.conversation_id for each in left]
        counts = models.Participation.objects.counts_in(present, own)
        since = counts_since(left) if left else {}
        keys = [view.conversation.pk for view in views]
        return {key: counts.get(key, 0) - since.get(key, 0) for key in keys}

    return load(info, "participant_count", conversation, load_all) or 0


def _left(views: list[View], status: str) -> list[models.Participation]:
    """The viewer's participations in conversations that they left, if they see this status there.

    Of these conversations they see who had the status when they left.
    """
    if status not in _LISTED:
        return []
    return [each for view in views if (each := view.inactive) is not None and each.is_gone]


def _visible(
    views: list[View], left: list[models.Participation], status: str
) -> tuple[list[int], list[int]]:
    """The conversations in which the viewer sees all participations of a status, and the viewer's
    own participations in the others. Conversations in `left` are in neither.
    """
    elsewhere = {each.conversation_id for each in left}
    present, own = [], []
    for view in views:
        inactive = view.inactive
        # People who are invited see the active members.
        if inactive is None or (inactive.is_invited and status == _ACTIVE):
            present.append(view.conversation.pk)
        elif inactive.conversation_id not in elsewhere:
            own.append(inactive.pk)
    return present, own


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
