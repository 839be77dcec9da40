"""The lists in a conversation, each loaded in one query for all conversations of a page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from django.db.models import OuterRef, Subquery
from strawberry import relay

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode

from .fields import field
from .pagination import DEFAULT_PAGE, Window, number_cursor, number_of, page_size
from .places import past_place_of, place_of, veil
from .siblings import Siblings
from .times import utc
from .types import Message, Participation

CURSOR = "A cursor for use in pagination"


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
        raise MessagingValidationError(RefusalCode.INVALID_PAGE, path=("around",))

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
        return _message_pages(windows)

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
    windows: Mapping[models.Conversation, Window],
) -> dict[int, MessageConnection]:
    known = {one.pk: one for one in windows}
    rows: dict[int, list[models.Message]] = {key: [] for key in known}
    ranges = [(one.pk, window.low, window.high) for one, window in windows.items()]
    for message in models.Message.objects.in_ranges(ranges):
        message.conversation = known[message.conversation_id]
        rows[message.conversation_id].append(message)
    return {
        one.pk: MessageConnection(
            edges=_edges(MessageEdge, rows[one.pk]),
            page_info=window.page_info(),
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
        present, gone = _seen(info, conversations, status)
        known = {one.pk: one for one in conversations}
        rows: dict[int, list[models.Participation]] = {key: [] for key in known}
        found = models.Participation.objects.pages_in(
            present, gone, status, size + 1, 0 if start is None else start
        )
        for participation in found:
            participation.conversation = known[participation.conversation_id]
            rows[participation.conversation_id].append(participation)
        return {
            one.pk: _participant_page(_veiled(info, one, rows[one.pk]), size, start is not None)
            for one in conversations
        }

    key = ("participants", size, start, status)
    connection: ParticipantConnection = Siblings.of(conversation).load(key, conversation, load)
    return connection


def _seen(
    info: Any, conversations: list[models.Conversation], status: str
) -> tuple[list[int], list[int]]:
    """The conversations whose participations of a status the viewer sees, and their own places in
    the others.
    """
    past = [place for one in conversations if (place := past_place_of(info, one))]
    if status == models.Participation.Status.ACTIVE:
        # Who is invited sees who takes part.
        past = [place for place in past if not place.is_invited]
    elsewhere = {place.conversation_id for place in past}
    present = [one.pk for one in conversations if one.pk not in elsewhere]
    return present, [place.pk for place in past]


def _veiled(
    info: Any, conversation: models.Conversation, rows: list[models.Participation]
) -> list[models.Participation]:
    """Participations of a conversation as the viewer sees them."""
    place = past_place_of(info, conversation)
    if place is not None and place.is_invited:
        return [row if row.pk == place.pk else veil(row) for row in rows]
    return rows


def _participant_page(
    rows: list[models.Participation], size: int, has_previous: bool
) -> ParticipantConnection:
    page = rows[:size]
    return ParticipantConnection(
        edges=_edges(ParticipantEdge, page),
        page_info=relay.PageInfo(
            has_previous_page=has_previous,
            has_next_page=len(rows) > size,
            start_cursor=participant_cursor(page[0]) if page else None,
            end_cursor=participant_cursor(page[-1]) if page else None,
        ),
    )


def participant_cursor(participation: models.Participation) -> str:
    return relay.to_base64("Participation", participation.pk)


def participant_count(info: Any, conversation: models.Conversation) -> int:
    def load(conversations: list[models.Conversation]) -> Mapping[int, int]:
        present, gone = _seen(info, conversations, models.Participation.Status.ACTIVE)
        return models.Participation.objects.counts_in(present, gone)

    return Siblings.of(conversation).load("participant_count", conversation, load) or 0


def _edges(edge: Any, nodes: list[Any]) -> list[Any]:
    return [edge(node=node) for node in nodes]
