"""The people of a conversation, a page of each in one query for all conversations of a page."""

from collections.abc import Iterable, Mapping
from typing import Any

import strawberry
from strawberry import relay

from talk import models
from talk.models.participation.history import STATUS, counts_since, pages_then

from ..loading.batch import Siblings, rows_of_each
from ..loading.participations import past_place_of, veil
from ..pagination import DEFAULT_PAGE, number_of, page_size
from .fields import CURSOR, PAGE_INFO, field
from .participation import Participation

_ACTIVE = models.Participation.Status.ACTIVE
#: Statuses of others that a viewer who left is told of.
_TOLD = frozenset(STATUS.values())


@strawberry.type(description="One participation of a page.")
class ParticipantEdge(relay.Edge[Participation]):
    @field(description=CURSOR)  # type: ignore[misc]  # a function of it
    def cursor(self: Any) -> str:  # type: ignore[override]
        return _cursor(self.node)


@strawberry.type(description="A page of the people in a conversation.")
class ParticipantConnection(relay.Connection[Participation]):
    edges: list[ParticipantEdge] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The people of this page."
    )
    has_previous: strawberry.Private[bool]
    has_next: strawberry.Private[bool]

    @field(description=PAGE_INFO)  # type: ignore[misc]  # a function of it
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

    def load(conversations: list[models.Conversation]) -> Mapping[int, ParticipantConnection]:
        known = {one.pk: one for one in conversations}
        past = _past_places(info, known)
        left = _left(past, status)
        found = models.Participation.objects.pages_in(
            *_seen(past, known.keys() - left.keys(), status), status, size + 1, start or 0
        )
        if left:
            found += pages_then(list(left.values()), status, size + 1, start or 0)
        rows = rows_of_each(known, found)
        return {
            key: _page(_veiled(past.get(key), rows[key]), size, start is not None) for key in known
        }

    key = ("participants", size, start, status)
    connection: ParticipantConnection = Siblings.of(conversation).load(key, conversation, load)
    return connection


def count(info: Any, conversation: models.Conversation) -> int:
    def load(conversations: list[models.Conversation]) -> Mapping[int, int]:
        known = {one.pk: one for one in conversations}
        past = _past_places(info, known)
        left = _left(past, _ACTIVE)
        present, own = _seen(past, known.keys() - left.keys(), _ACTIVE)
        counts = models.Participation.objects.counts_in([*present, *left], own)
        since = counts_since(left.values()) if left else {}
        return {key: counts.get(key, 0) - since.get(key, 0) for key in known}

    return Siblings.of(conversation).load("participant_count", conversation, load) or 0


def _past_places(
    info: Any, conversations: Mapping[int, models.Conversation]
) -> dict[int, models.Participation]:
    """The viewer's own places, by the conversation's key, where they don't take part."""
    places = {key: past_place_of(info, one) for key, one in conversations.items()}
    return {key: place for key, place in places.items() if place is not None}


def _left(past: Mapping[int, models.Participation], status: str) -> dict[int, models.Participation]:
    """Those of the places from which somebody sees who had a status when they left."""
    if status not in _TOLD:
        return {}
    return {key: place for key, place in past.items() if place.is_gone}


def _seen(
    past: Mapping[int, models.Participation], conversations: Iterable[int], status: str
) -> tuple[list[int], list[int]]:
    """The conversations whose participations of a status the viewer sees, and their own places in
    the others.
    """
    is_active = status == _ACTIVE
    # Who is invited sees who takes part.
    own = {key: place for key, place in past.items() if not (is_active and place.is_invited)}
    present = [key for key in conversations if key not in own]
    return present, [own[key].pk for key in conversations if key in own]


def _veiled(
    place: models.Participation | None, rows: list[models.Participation]
) -> list[models.Participation]:
    """Participations of a conversation as who has this place sees them; None: who takes part."""
    if place is not None and place.is_invited:
        return [row if row.pk == place.pk else veil(row) for row in rows]
    return rows


def _page(rows: list[models.Participation], size: int, has_previous: bool) -> ParticipantConnection:
    # Whose `cursor` is a function.
    edge: Any = ParticipantEdge
    return ParticipantConnection(  # type: ignore[call-arg]  # `page_info` is a function
        edges=[edge(node=row) for row in rows[:size]],
        has_previous=has_previous,
        has_next=len(rows) > size,
    )


def _cursor(participation: models.Participation) -> str:
    return relay.to_base64("Participation", participation.pk)
