"""The GraphQL types of pages of messages."""

from typing import TYPE_CHECKING, Any

import strawberry
from strawberry import relay

from talk import models
from talk.models import replies

from ..cursors import number_cursor
from ..loading.views import show
from ..operation import count_texts
from ..pagination import Listed, Window
from .fields import CURSOR, NODE, PAGE_INFO, field

if TYPE_CHECKING:
    from .message import Message
else:
    from .nodes import Message

#: The most messages of one query. While its rows are made, their texts are in memory twice: as the
#: database returned them, and in the rows.
AT_ONCE = 150


@strawberry.type(description="One message of a page.")
class MessageEdge(relay.Edge[Message]):
    # Without it, Python 3.11 does not resolve the lazy reference that the base has.
    node: Message = strawberry.field(description=NODE)

    # A function, since few clients select it.
    @field(description=CURSOR)  # type: ignore[misc]  # a method here
    def cursor(self: Any) -> str:  # type: ignore[override]
        return number_cursor(self.node.number)


@strawberry.type(description="A page of messages, in the order of their numbers.")
class MessageConnection(relay.Connection[Message]):
    edges: list[MessageEdge] = strawberry.field(  # type: ignore[assignment]  # narrower
        description="The messages of this page."
    )
    window: strawberry.Private[Window | Listed]

    @field(description=PAGE_INFO)  # type: ignore[misc]  # a method here
    def page_info(self: Any) -> relay.PageInfo:  # type: ignore[override]
        window: Window | Listed = self.window
        return window.page_info()


def message_edge(message: models.Message) -> MessageEdge:
    # mypy takes `cursor` for a field; here it is a method.
    edge: Any = MessageEdge
    made: MessageEdge = edge(node=message)
    return made


def messages_with_keys(keys: list[int]) -> list[models.Message]:
    """The messages with these keys. Many are read in parts; long texts end the operation early."""
    found: list[models.Message] = []
    for start in range(0, len(keys), AT_ONCE):
        rows = replies.with_keys(keys[start : start + AT_ONCE])
        count_texts(rows)
        found += rows
    show(found)
    return found
