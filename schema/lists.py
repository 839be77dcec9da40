"""The lists in a conversation, each loaded in one query for all conversations of a page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from django.db.models import OuterRef, Subquery
from strawberry import relay

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.prepared import Ask
from talk.rows import refer

from .fields import field
from .pagination import DEFAULT_PAGE, Window, number_cursor, number_of, page_size
from .places import past_place_of, place_of, veil
from .siblings import Siblings
from .times import utc
from .types import Message, Participation

CURSOR = "A cursor for use in pagination"
PAGE_INFO = "Pagination data for this connection"


@strawberry.type(description="One message of a page.")
class MessageEdge(relay.Edge[Message]):
    # Few ask for it.
    @field(description=CURSOR)  # type: ignore[misc]  # a function of it
    def cursor(self: Any) -> str:  # type: ignore[override]
        return number_cursor(self.node.number)


@strawberry.type(description="A page of messages, always in the order of their numbers.")
class MessageConnection(relay.Connection[Message]):
    edges: list[MessageEdge] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The messages of this page."
    )
    window: strawberry.Private[Window]

    @field(description=PAGE_INFO)  # type: ignore[misc]  # a function of it
    def page_info(self: Any) -> relay.PageInfo:  # type: ignore[override]
        window: Window = self.window
        return window.page_info()


@strawberry.type(description="One participation of a page.")
class ParticipantEdge(relay.Edge[Participation]):
    @field(description=CURSOR)  # type: ignore[misc]  # a function of it
    def cursor(self: Any) -> str:  # type: ignore[override]
        return participant_cursor(self.node)


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
            start_cursor=participant_cursor(edges[0].node) if edges else None,
            end_cursor=participant_cursor(edges[-1].node) if edges else None,
        )


@strawberry.input(
    one_of=True, description="Where a page of messages is to be: give exactly one of these."
)
class MessagesAround:
    number: int | None = strawberry.field(
        default=strawberry.UNSET, description="Around the message with this number."
    )
    first_unread: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Around the first unread message, or at the end."
    )
    time: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Around the first message since this time."
    )


def messages(
    info: Any,
    conversation: models.Conversation,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    around: MessagesAround | None,
) -> MessageConnection:
    page = (
        page_size(first, "first"),
        number_of(after, "after"),
        page_size(last, "last"),
        number_of(before, "before"),
    )
    if around is not None and (last is not None or after is not None or before is not None):
        raise MessagingValidationError(RefusalCode.INVALID_INPUT, path=("around",))

    def load(conversations: list[models.Conversation]) -> Mapping[int, MessageConnection]:
        ends = {one: _end(info, one) for one in conversations}
        if around is None:
            windows = {one: Window.of(end, *page) for one, end in ends.items()}
        else:
            middles = _middles(info, conversations, around)
            windows = {
                one: Window.around(middles.get(one.pk) or end, end, first)
                for one, end in ends.items()
            }
        return _message_pages(windows, info.context.ask_with_blocks)

    # Where the first unread one is depends on who looks.
    viewer = info.context.viewer.pk if around is not None and around.first_unread else None
    key = ("messages", page, repr(around), viewer)
    connection: MessageConnection = Siblings.of(conversation).load(key, conversation, load)
    return connection


def _end(info: Any, conversation: models.Conversation) -> int:
    past = past_place_of(info, conversation)
    return conversation.last_number if past is None else past.last_visible_number


def _middles(
    info: Any, conversations: list[models.Conversation], around: MessagesAround
) -> dict[int, int | None]:
    """The number in the middle of each conversation's page; none stands for its end."""
    if isinstance(around.number, int):
        return {one.pk: max(around.number, 1) for one in conversations}
    if isinstance(around.time, datetime):
        since = models.Message.objects.filter(
            conversation=OuterRef("pk"), sent_at__gte=utc(around.time)
        ).order_by("sent_at")
        rows = models.Conversation.objects.filter(pk__in=[one.pk for one in conversations])
        return dict(rows.values_list("pk", Subquery(since.values("number")[:1])))
    return {one.pk: place_of(info, one).first_unread_number for one in conversations}


def _message_pages(
    windows: Mapping[models.Conversation, Window], ask: Ask
) -> dict[int, MessageConnection]:
    known = {one.pk: one for one in windows}
    ranges = [(one.pk, window.low, window.high) for one, window in windows.items()]
    rows = _rows_of_each(known, models.Message.objects.in_ranges(ranges, ask))
    return {
        one.pk: MessageConnection(  # type: ignore[call-arg]  # `page_info` is a function
            edges=_edges(MessageEdge, rows[one.pk]), window=window
        )
        for one, window in windows.items()
    }


def participants(
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
        found = models.Participation.objects.pages_in(
            *_seen(past, known, status), status, size + 1, start or 0
        )
        rows = _rows_of_each(known, found)
        return {
            key: _participant_page(_veiled(past.get(key), rows[key]), size, start is not None)
            for key in known
        }

    key = ("participants", size, start, status)
    connection: ParticipantConnection = Siblings.of(conversation).load(key, conversation, load)
    return connection


def _past_places(
    info: Any, conversations: Mapping[int, models.Conversation]
) -> dict[int, models.Participation]:
    """The viewer's own places, by the conversation's key, where they don't take part."""
    places = {key: past_place_of(info, one) for key, one in conversations.items()}
    return {key: place for key, place in places.items() if place is not None}


def _seen(
    past: Mapping[int, models.Participation], conversations: Iterable[int], status: str
) -> tuple[list[int], list[int]]:
    """The conversations whose participations of a status the viewer sees, and their own places in
    the others.
    """
    is_active = status == models.Participation.Status.ACTIVE
    # Who is invited sees who takes part.
    own = {key: place for key, place in past.items() if not (is_active and place.is_invited)}
    return [key for key in conversations if key not in own], [each.pk for each in own.values()]


def _veiled(
    place: models.Participation | None, rows: list[models.Participation]
) -> list[models.Participation]:
    """Participations of a conversation as who has this place sees them; None: who takes part."""
    if place is not None and place.is_invited:
        return [row if row.pk == place.pk else veil(row) for row in rows]
    return rows


def _participant_page(
    rows: list[models.Participation], size: int, has_previous: bool
) -> ParticipantConnection:
    return ParticipantConnection(  # type: ignore[call-arg]  # `page_info` is a function
        edges=_edges(ParticipantEdge, rows[:size]),
        has_previous=has_previous,
        has_next=len(rows) > size,
    )


def participant_cursor(participation: models.Participation) -> str:
    return relay.to_base64("Participation", participation.pk)


def participant_count(info: Any, conversation: models.Conversation) -> int:
    def load(conversations: list[models.Conversation]) -> Mapping[int, int]:
        known = {one.pk: one for one in conversations}
        seen = _seen(_past_places(info, known), known, models.Participation.Status.ACTIVE)
        return models.Participation.objects.counts_in(*seen)

    return Siblings.of(conversation).load("participant_count", conversation, load) or 0


def _rows_of_each(
    conversations: Mapping[int, models.Conversation], found: Iterable[Any]
) -> dict[int, list[Any]]:
    """What was found, by the conversation that it is of and now knows."""
    rows: dict[int, list[Any]] = {key: [] for key in conversations}
    for row in found:
        key = row.conversation_id
        refer(row, "conversation", conversations[key])
        rows[key].append(row)
    return rows


def _edges(edge: Any, nodes: list[Any]) -> list[Any]:
    return [edge(node=node) for node in nodes]
