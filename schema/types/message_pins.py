"""Pinned messages: the pins of conversations, and when messages were pinned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

from talk import models
from talk.models import pin as questions
from talk.prepared import refer

from ..cursors import number_of
from ..loading.cleared import first_number
from ..loading.views import View, inactive_in, load, load_for_page, show, view_of
from ..pagination import first_or_default, page_info_of
from .fields import CURSOR, PAGE_INFO
from .message_connection import messages_with_keys
from .nodes import Message, User

#: The first part of the cursors, by which those of other lists are refused.
PREFIX = "pin"


@strawberry.type(description="A pinned message of a conversation.")
class Pin:
    message: Message = strawberry.field(description="The message.")
    pinned_by: User | None = strawberry.field(
        description="The user who pinned it. Null if the account was deleted."
    )
    pinned_at: datetime = strawberry.field(description="When it was pinned.")


@strawberry.type(description="One pinned message of a page.")
class PinEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: Pin = strawberry.field(description="The pinned message.")


@strawberry.type(description="A page of pinned messages, the last pinned first.")
class PinConnection:
    edges: list[PinEdge] = strawberry.field(description="The pinned messages of this page.")
    page_info: relay.PageInfo = strawberry.field(description=PAGE_INFO)


def pinned_at(info: Any, message: models.Message) -> datetime | None:
    """When a message was pinned, as far as the viewer may know."""
    if message.removal is not None:
        return None
    at = load_for_page(message, "pinned_at", _pinned_at)
    if at is None:
        return None
    own = inactive_in(info, message)
    return at if own is None or own.was_there_at(at) else None


def pins(
    info: Any, conversation: models.Conversation, first: int | None, after: str | None
) -> PinConnection:
    """A page of the pins that the viewer sees, read for all conversations of the answer at once."""
    size = first_or_default(first)
    before = number_of(after, "after", PREFIX)
    seen_by: dict[str, Any]
    if view_of(info, conversation).participation is None:
        # In live results, members who cleared the conversation get others than the rest do.
        seen_by = {"start": first_number(info, conversation)}
    else:
        seen_by = {"user": info.context.viewer}

    def load_all(views: list[View]) -> Mapping[int, PinConnection]:
        keys = [view.conversation.pk for view in views]
        found = models.Pin.objects.pages_in(keys, size + 1, before, **seen_by)
        pages: dict[int, list[models.Pin]] = {key: [] for key in keys}
        for row in found:
            pages[row.conversation_id].append(row)
        shown = [row for rows in pages.values() for row in rows[:size]]
        _read_messages(views, shown)
        return {
            key: _page(rows, size, has_previous=after is not None) for key, rows in pages.items()
        }

    name = ("pins", size, before, *seen_by.values())
    connection: PinConnection = load(info, name, conversation, load_all)
    return connection


def _pinned_at(messages: list[models.Message]) -> Mapping[int, datetime]:
    return dict(questions.pinned_at(messages=[each.pk for each in messages]).ask())


def _read_messages(views: list[View], pins: list[models.Pin]) -> None:
    """Read the messages of these pins, each of which refers to its message then."""
    conversations = {view.conversation.pk: view.conversation for view in views}
    messages = {each.pk: each for each in messages_with_keys([pin.message_id for pin in pins])}
    for message in messages.values():
        refer(message, "conversation", conversations[message.conversation_id])
    for pin in pins:
        refer(pin, "message", messages[pin.message_id])
    show(pins)


def _page(rows: list[models.Pin], size: int, *, has_previous: bool) -> PinConnection:
    edges = [
        PinEdge(
            cursor=relay.to_base64(PREFIX, row.pk),
            node=Pin(message=row.message, pinned_by=row.by, pinned_at=row.at),
        )
        for row in rows[:size]
    ]
    info = page_info_of(edges, has_previous=has_previous, has_next=len(rows) > size)
    return PinConnection(edges=edges, page_info=info)
