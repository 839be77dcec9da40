"""The field `Query.searchMessages`: the messages that have some words, in pages."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import strawberry
from django.contrib.auth import get_user_model
from strawberry import relay

from talk.models.searching import Search
from talk.sought import Sought

from ..authentication import rates
from ..authentication.context import Context
from ..cursors import number_of
from ..ids import key_of
from ..loading.messages import show_messages
from ..loading.participations import participation_of
from ..pagination import first_or_default, page_info_of
from ..times import utc
from .fields import CURSOR, PAGE_INFO
from .nodes import Message

#: The first part of the cursors, by which those of other lists are refused.
PREFIX = "found"
#: A search counts once more for each multiple of this many seconds that it took.
STEP_SECONDS = 0.2
#: How many searches one person can have at once in a process.
AT_ONCE = 2

#: The arguments of the field.
Words = Annotated[
    str,
    strawberry.argument(
        description="Words and quoted phrases: at most 10 of them, one of which has at least two "
        "letters, in at most `Limits.queryLength` characters."
    ),
]
In = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        name="in", description="Only messages in the conversation with this global id."
    ),
]
From = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        name="from", description="Only messages that the user with this global id wrote."
    ),
]
Since = Annotated[
    datetime | None,
    strawberry.argument(description="Only messages that were sent at this time or later."),
]


class Where(NamedTuple):
    """In which messages to search: ids of a conversation and of a sender, and a time."""

    conversation: strawberry.ID | None
    sender: strawberry.ID | None
    since: datetime | None


@strawberry.type(description="One message that was found.")
class SearchEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: Message = strawberry.field(description="The message.")


@strawberry.type(description="A page of messages that were found, the newest first.")
class SearchConnection:
    edges: list[SearchEdge] = strawberry.field(description="The messages of this page.")
    page_info: relay.PageInfo = strawberry.field(description=PAGE_INFO)


def page(
    info: Any, query: str, where: Where, first: int | None, after: str | None
) -> SearchConnection:
    size = first_or_default(first)
    before = number_of(after, "after", PREFIX)
    sought = Sought.of(query)
    sender = None if where.sender is None else key_of(get_user_model(), where.sender, "from")
    since = None if where.since is None else utc(where.since)
    with _counted(info.context):
        place = None
        if where.conversation is not None:
            place = participation_of(info, where.conversation, "in").conversation_id
        search = Search(info.context.viewer, sought, place, sender, since)
        found = search.newest(size + 1, before)
    messages = found[:size]
    show_messages(info.context.viewer, messages)
    # mypy takes the rows that resolvers return for another type.
    edge: Any = SearchEdge
    edges = [edge(cursor=relay.to_base64(PREFIX, each.pk), node=each) for each in messages]
    page_info = page_info_of(edges, has_previous=before is not None, has_next=len(found) > size)
    return SearchConnection(edges=edges, page_info=page_info)


@contextmanager
def _counted(context: Context) -> Iterator[None]:
    """Count a search, and once more for the time that it takes: only that tells what it costs.

    Raises `RateLimited`, also if the viewer has other searches running. What is counted afterwards
    does not stop many that begin at once.
    """
    rates.count_for_viewer(context, "search_messages")
    person = context.viewer.pk
    with _lock:
        if _running[person] >= AT_ONCE:
            raise rates.too_often(retry_after=1)
        _running[person] += 1
    began = time.monotonic()
    try:
        yield
    finally:
        with _lock:
            _running[person] -= 1
            if not _running[person]:
                del _running[person]
        taken = time.monotonic() - began
        rates.count_done(context, "search_messages", int(taken / STEP_SECONDS))


#: The running searches of this process, by the key of who searches.
_running: Counter[Any] = Counter()
_lock = threading.Lock()
