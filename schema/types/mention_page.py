"""The field `Query.mentions`: the messages that mention the viewer, in pages."""

from typing import Any

import strawberry
from strawberry import relay

from talk import models

from ..cursors import number_of
from ..loading.blocks import ask_with_blocks
from ..loading.messages import show_messages
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
    show_messages(viewer, messages)
    edges = [MentionEdge(cursor=relay.to_base64(PREFIX, each.pk), node=each) for each in messages]
    page_info = page_info_of(edges, has_previous=before is not None, has_next=len(found) > size)
    return MentionConnection(edges=edges, page_info=page_info)
