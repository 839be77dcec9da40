"""The messages that the viewer saved: the field `Query.savedMessages`, and which messages they are.

Only the viewer learns of it. Live results of members are shared by those who saved alike.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from strawberry import relay

from talk import models
from talk.models import saved_message as questions

from ..cursors import number_of
from ..loading.blocks import ask_with_blocks
from ..loading.messages import show_messages
from ..loading.views import load_for_page, view_around
from ..pagination import first_or_default, page_info_of
from .fields import CURSOR, PAGE_INFO
from .nodes import Message

#: The first part of the cursors, by which those of other lists are refused.
PREFIX = "saved"


@strawberry.type(description="One message that the viewer saved.")
class SavedMessageEdge:
    cursor: str = strawberry.field(description=CURSOR)
    saved_at: datetime = strawberry.field(description="When the viewer saved it.")
    node: Message = strawberry.field(description="The message.")


@strawberry.type(description="A page of messages that the viewer saved, the last saved first.")
class SavedMessageConnection:
    edges: list[SavedMessageEdge] = strawberry.field(description="The messages of this page.")
    page_info: relay.PageInfo = strawberry.field(description=PAGE_INFO)


def viewer_saved(info: Any, message: models.Message) -> bool:
    """Whether the viewer saved a message whose words are there."""
    if message.removal is not None:
        return False
    if view_around(info, message).participation is not None:
        saved_by = partial(_saved_by, info.context.viewer.pk)
        return bool(load_for_page(message, "saved", saved_by))
    savers = load_for_page(message, "savers", _savers)
    return bool(savers) and bool(info.context.is_among(savers))


def page(info: Any, first: int | None, after: str | None) -> SavedMessageConnection:
    size = first_or_default(first)
    before = number_of(after, "after", PREFIX)
    viewer = info.context.viewer
    question = models.SavedMessage.objects.newest_question(viewer, size + 1, before)
    found = ask_with_blocks(info.context, question)
    rows = found[:size]
    messages = [row.message for row in rows]
    show_messages(viewer, messages)
    edges = [
        SavedMessageEdge(cursor=relay.to_base64(PREFIX, row.pk), saved_at=row.at, node=row.message)
        for row in rows
    ]
    page_info = page_info_of(edges, has_previous=before is not None, has_next=len(found) > size)
    return SavedMessageConnection(edges=edges, page_info=page_info)


def _saved_by(viewer: Any, messages: list[models.Message]) -> Mapping[int, bool]:
    keys = questions.saved_by(user=viewer, messages=[each.pk for each in messages]).ask()
    return dict.fromkeys(keys, True)


def _savers(messages: list[models.Message]) -> Mapping[int, frozenset[Any]]:
    """The keys of the users who saved each message. Most messages nobody saved."""
    found: defaultdict[int, set[Any]] = defaultdict(set)
    for message, user in questions.savers_of(messages=[each.pk for each in messages]).ask():
        found[message].add(user)
    return {message: frozenset(users) for message, users in found.items()}
