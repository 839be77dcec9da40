"""The field `Query.mentions`: the messages that mention the viewer, in pages."""

from typing import Any

import strawberry
from strawberry import relay

from talk import models
from talk.prepared import refer

from ..cursors import number_of
from ..loading.blocks import ask_with_blocks
from ..loading.views import current_views, show
from ..operation import count_texts
from ..pagination import first_or_default, page_info_of
from .fields import CURSOR, PAGE_INFO
from .nodes import Message

#: The first part of the cursors, by which those of other lists are refused.
PREFIX = "mention"


@strawberry.type(description="One message that mentions the viewer.")
class MentionEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: Message = strawberry.field(description="The message.")


@strawberry.type(description="A page of messages that mention the viewer, the newest first.")
class MentionConnection:
    edges: list[MentionEdge] = strawberry.field(description="The messages of this page.")
    page_info: relay.PageInfo = strawberry.field(description=PAGE_INFO)


def page(info: Any, first: int | None, after: str | None) -> MentionConnection:
    size = first_or_default(first)
    before = number_of(after, "after", PREFIX)
    viewer = info.context.viewer
    question = models.Mention.objects.newest_question(viewer, size + 1, before)
    found = [mention.message for mention in ask_with_blocks(info.context, question)]
    messages = found[:size]
    count_texts(messages)
    _show(viewer, messages)
    edges = [MentionEdge(cursor=relay.to_base64(PREFIX, each.pk), node=each) for each in messages]
    page_info = page_info_of(edges, has_previous=before is not None, has_next=len(found) > size)
    return MentionConnection(edges=edges, page_info=page_info)


def _show(viewer: Any, messages: list[models.Message]) -> None:
    """Show these messages in their conversations, which become one batch."""
    views = current_views()
    unknown = {each.conversation_id for each in messages if views.get(each.conversation_id) is None}
    if unknown:
        own = models.Participation.objects.filter(user=viewer, conversation__in=unknown)
        views.add(own.with_conversation())
    for message in messages:
        view = views.get(message.conversation_id)
        if view is not None:
            refer(message, "conversation", view.conversation)
    show(messages)
