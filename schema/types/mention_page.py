"""The field `Query.mentions`: the messages that mention the viewer, in pages."""

from typing import TYPE_CHECKING, Any

import strawberry
from strawberry import relay

from talk import models
from talk.prepared import refer

from ..cursors import number_of
from ..loading.blocks import ask_with_blocks
from ..loading.views import current_views, show
from ..operation import count_texts
from ..page_limits import DEFAULT_PAGE
from ..pagination import page_size
from .fields import CURSOR, PAGE_INFO, field

if TYPE_CHECKING:
    from .message import Message
else:
    from .nodes import Message

#: The first part of the cursors, by which those of other lists are refused.
PREFIX = "mention"


@strawberry.type(description="One message that mentions the viewer.")
class MentionEdge(relay.Edge[Message]):
    @field(description=CURSOR)  # type: ignore[misc]  # a method here
    def cursor(self: Any) -> str:  # type: ignore[override]
        return _cursor(self.node)


@strawberry.type(description="A page of messages that mention the viewer, the newest first.")
class MentionConnection(relay.Connection[Message]):
    edges: list[MentionEdge] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The messages of this page."
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


def page(info: Any, first: int | None, after: str | None) -> MentionConnection:
    size = page_size(first, "first")
    size = DEFAULT_PAGE if size is None else size
    before = number_of(after, "after", PREFIX)
    viewer = info.context.viewer
    question = models.Mention.objects.newest_question(viewer, size + 1, before)
    found = [mention.message for mention in ask_with_blocks(info.context, question)]
    messages = found[:size]
    count_texts(messages)
    _show(viewer, messages)
    # mypy takes `cursor` for a field; here it is a method.
    edge: Any = MentionEdge
    return MentionConnection(  # type: ignore[call-arg]  # `page_info` is a method
        edges=[edge(node=each) for each in messages],
        has_previous=before is not None,
        has_next=len(found) > size,
    )


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


def _cursor(message: models.Message) -> str:
    return relay.to_base64(PREFIX, message.pk)
