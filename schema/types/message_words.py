"""What the viewer sees of the words of a message: its earlier texts, or why there are none."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial, reduce
from operator import or_
from typing import Any

import orjson
import strawberry
import strawberry_django
from django.db.models import Max, Q
from strawberry import relay

from talk import models
from talk.conf import conf

from ..ids import type_name
from ..loading.views import conversation_of, inactive_in, load_for_page, removal_for
from ..operation import count_texts
from ..pagination import first_or_default, page_info_of, values_of
from . import last_seen
from .fields import CURSOR, PAGE_INFO


def is_hidden(info: Any, message: models.Message) -> bool:
    """Whether the words are hidden because the viewer blocked the sender."""
    return message.kind == _TEXT and bool(info.context.has_blocked(message.sender_id))


def edited_at(info: Any, message: models.Message) -> datetime | None:
    """When the text that the viewer sees was written, if that was by an edit."""
    return None if message.edited_at is None or removal_for(info, message) else message.edited_at


def revision(info: Any, message: models.Message) -> int:
    """The revision of the last change of a message that the viewer may know of."""
    last = _last_known_revision(info, message)
    if last is None or message.revision <= last:
        return message.revision
    if removal_for(info, message):
        # They see that it changed. This is newer than any copy from before they left; 0 is unknown.
        return last or message.revision
    # They see nothing of a reaction that came later, and so not that there was one.
    return load_for_page(message, "known revisions", partial(_known_revisions, info)) or last


def _last_known_revision(info: Any, message: models.Message) -> int | None:
    """The last revision of the conversation that the viewer may know of; None for all of them."""
    if inactive_in(info, message) is None:
        return None
    return last_seen.revision(info, conversation_of(info, message))


def _known_revisions(info: Any, messages: list[models.Message]) -> Mapping[int, int]:
    """The last revision of each message that the viewer may know of, where there was a later one.

    The others are left out.
    """
    known = [
        Q(message=each.pk, revision__lte=last)
        for each in messages
        if (last := _last_known_revision(info, each)) is not None and each.revision > last
    ]
    told = models.Event.objects.filter(reduce(or_, known, Q(pk__in=[])))
    return dict(told.order_by().values_list("message").annotate(Max("revision")))


@strawberry_django.type(models.Edit, description="What a message said before it was edited.")
class Edit:
    body: str = strawberry.field(description="The earlier text.")
    until: datetime = strawberry.field(description="When another text replaced it.")


@strawberry.type(description="One earlier text of a page.")
class EditEdge:
    cursor: str = strawberry.field(description=CURSOR)
    node: Edit = strawberry.field(description="The earlier text.")


@strawberry.type(description="A page of the earlier texts of a message, the newest first.")
class EditConnection:
    edges: list[EditEdge] = strawberry.field(description="The earlier texts of this page.")
    page_info: relay.PageInfo = strawberry.field(description=PAGE_INFO)


def edits(
    info: Any, message: models.Message, first: int | None, after: str | None
) -> EditConnection:
    """A page of the earlier texts of a message, read for all messages of the answer at once."""
    size = first_or_default(first)
    before = None if after is None else _time_of(after)
    is_shown = message.edited_at and not removal_for(info, message) and not is_hidden(info, message)
    if not is_shown or conf.EDIT_HISTORY != "members":
        return _page([], size, after)

    def load_all(messages: list[models.Message]) -> Mapping[int, EditConnection]:
        edited = [each for each in messages if each.edited_at and not each.removed_as]
        rows: dict[int, list[models.Edit]] = {each.pk: [] for each in edited}
        for part in models.Edit.objects.pages_of(edited, size + 1, before):
            count_texts(part)
            for each in part:
                rows[each.message_id].append(each)
        return {key: _page(each, size, after) for key, each in rows.items()}

    found = load_for_page(message, ("edits", size, before), load_all)
    return found or _page([], size, after)


def _page(rows: list[models.Edit], size: int, after: str | None) -> EditConnection:
    # mypy takes the rows that resolvers return for another type.
    edge: Any = EditEdge
    edges = [edge(cursor=_cursor(row), node=row) for row in rows[:size]]
    info = page_info_of(edges, has_previous=after is not None, has_next=len(rows) > size)
    return EditConnection(edges=edges, page_info=info)


def _cursor(row: models.Edit) -> str:
    position = orjson.dumps([row.until.isoformat()]).decode()
    return relay.to_base64(type_name(models.Edit), position)


def _time_of(cursor: str) -> datetime:
    """The time in a cursor of earlier texts. Raises `INVALID_CURSOR` for other text."""
    until: datetime
    (until,) = values_of(models.Edit, [models.Edit._meta.get_field("until")], cursor, "after")
    return until


_TEXT = models.Message.Kind.TEXT
