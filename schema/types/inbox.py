"""The field `Query.inbox`: its filter, its pages, and the cursor for changes after them."""

from datetime import datetime
from functools import cache, cached_property
from typing import Any, Self, cast

import orjson
import strawberry
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils.functional import SimpleLazyObject
from strawberry import relay
from strawberry.types.info import Info

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.models.participation.history import OWN, participations_then
from talk.models.shown_users import with_users
from talk.words import folded, parts_in

from ..authentication.context import Context
from ..ids import key_of, type_name
from ..loading.blocks import ask_with_blocks
from ..loading.views import current_views, show
from ..operation import count_texts
from ..pagination import Connection, first_or_default, page_info_of, values_of
from ..strawberry_internals import resolve_edge_class
from . import costs
from .fields import field
from .inbox_cursor import InboxCursor
from .participation import Participation
from .search import search_text

#: The most users in `InboxFilter.with`. Each is one more look-up per conversation.
MOST_WITH = 10

_ACTIVE = models.Participation.Status.ACTIVE


@strawberry.type(name="ParticipationConnection", description="A page of the inbox.")
class InboxConnection(Connection[Participation]):
    changes_cursor: str = strawberry.field(
        default="",
        description="The position of this answer in the changes of the inbox. Pass it to "
        "`inboxChanges(after:)` to receive all changes after this answer, without a gap.",
    )

    @field(
        description="Stands for the people whom the viewer blocked. Compare it with "
        "`InboxChange.blocksVersion`."
    )
    def blocks_version(self, info: Info[Context, Any]) -> str:
        return info.context.blocks_version

    @field(description="How many participations the whole list has.", cost=costs.COUNT)
    def total_count(self) -> int:
        return cast("QuerySet[Any]", self.total_count_qs).count()

    @classmethod
    def resolve_connection(  # type: ignore[override]  # synchronous
        cls, nodes: QuerySet[Any], *, info: Info[Any, Any], **kwargs: Any
    ) -> Self:
        # Taken before the page is read. Changes during the read come twice rather than never.
        cursor = InboxCursor.now()
        page: Self = super().resolve_connection(nodes, info=info, **kwargs)
        page._set_changes_cursor(cursor)
        return page

    @classmethod
    def newest(cls, context: Context, first: int | None, after: str | None) -> Self:
        """A page of the whole inbox, newest first, by a prepared question."""
        size = first_or_default(first)
        before = None if after is None else _position_of(after)
        cursor = InboxCursor.now()

        def whole_inbox() -> QuerySet[Any]:
            return models.Participation.objects.inbox_for(context.viewer)

        inbox = models.Participation.objects
        question = inbox.inbox_page_question(context.viewer, size + 1, before)
        found = ask_with_blocks(context, question)
        edge = _edge_class(cast("Any", cls))
        edges = [edge(each) for each in found[:size]]
        page = cls(
            edges=edges,
            # Lazy, since few clients select the count.
            total_count_qs=cast("QuerySet[Any]", SimpleLazyObject(whole_inbox)),
            page_info=page_info_of(edges, has_previous=False, has_next=len(found) > size),
        )
        page._set_changes_cursor(cursor)
        return page

    def _set_changes_cursor(self, cursor: InboxCursor) -> None:
        for participation in _shown(self):
            cursor.add(participation)
        self.changes_cursor = cursor.encode()


@cache
def _edge_class(connection: Any) -> Any:
    edge: Any = resolve_edge_class(connection)

    class InboxEdge(edge):  # type: ignore[misc]  # made by Strawberry
        def __init__(self, node: models.Participation) -> None:
            self.node = node

        # Few clients select it.
        @cached_property
        def cursor(self) -> str:
            position = [self.node.last_activity_at.isoformat(), str(self.node.pk)]
            name = type_name(models.Participation)
            return relay.to_base64(name, orjson.dumps(position).decode())

    return InboxEdge


def _position_of(cursor: str) -> tuple[datetime, int]:
    """The time and the key in a cursor of the inbox; raises `INVALID_CURSOR` for other text."""
    meta = models.Participation._meta
    fields = [meta.get_field("last_activity_at"), meta.get_field("id")]
    at, key = values_of(models.Participation, fields, cursor, "after")
    return at, key


@strawberry.type(description="A page of the viewer's invitations.")
class InvitationConnection(Connection[Participation]):
    @classmethod
    def resolve_connection(  # type: ignore[override]  # synchronous
        cls, nodes: QuerySet[Any], *, info: Info[Any, Any], **kwargs: Any
    ) -> Self:
        page: Self = super().resolve_connection(nodes, info=info, **kwargs)
        _shown(page)
        return page


def _shown(page: Connection[Participation]) -> list[Any]:
    """The participations of a page, whose conversations are now one batch."""
    participations: list[Any] = [edge.node for edge in page.edges]
    latest = [participation.conversation.latest_message for participation in participations]
    count_texts(filter(None, latest))
    current_views().add(participations)
    show(participations)
    return participations


@strawberry.input(
    description="Conditions for participations. Those that meet all given conditions are listed."
)
class InboxFilter:
    unread: bool | None = strawberry.field(
        default=None,
        description="True: only conversations that have unread messages or are "
        "marked as unread. False: only the others.",
    )
    kind: models.Conversation.Kind | None = strawberry.field(
        default=None, description="Only private conversations, or only groups."
    )
    with_: list[strawberry.ID] | None = strawberry.field(
        name="with",
        default=None,
        description="Only conversations in which all of these users take part: at most 10 users.",
    )
    title_contains: str | None = strawberry.field(
        default=None,
        description="Only conversations with all of these words in their title, in any order and "
        "case.",
    )
    status: models.Participation.Status | None = strawberry.field(
        default=None,
        description="Only participations with this status; ACTIVE by default. LEFT lists "
        "conversations that the viewer left, with the titles and participants of that time.",
    )

    archived: bool | None = strawberry.field(
        default=False,
        description="False: only conversations that the viewer has not archived. True: only those "
        "in the archive. Null: both.",
    )
    pinned: bool | None = strawberry.field(
        default=None,
        description="True: only conversations that the viewer has pinned. False: only the others.",
    )

    def searches(self) -> int:
        """How many searches the filter counts as: one for the title, one for each user."""
        return bool(self.title_contains) + len(self.with_ or ())

    def inbox_of(self, viewer: Any) -> QuerySet[models.Participation]:
        """The participations of `viewer` that meet the conditions, in the order of `inbox_for`."""
        status = self.status or _ACTIVE
        inbox = models.Participation.objects.inbox_for(viewer, status, archived=self.archived)
        inbox = inbox.with_unread_count()
        if status != _ACTIVE:
            inbox = with_users(inbox, "invited_by")
        if self.unread is not None:
            inbox = inbox.unread() if self.unread else inbox.all_read()
        if self.pinned is not None:
            inbox = inbox.filter(pinned_at__isnull=not self.pinned)
        if self.kind is not None:
            inbox = inbox.filter(conversation__kind=self.kind)
        if self.title_contains:
            parts = parts_in(search_text(self.title_contains, "title_contains"))
            inbox = _titled(inbox, parts, is_now=status == _ACTIVE)
        if len(self.with_ or ()) > MOST_WITH:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS, path=("with",))
        for global_id in self.with_ or ():
            person = key_of(get_user_model(), global_id, "with")
            theirs = _taking_part(viewer, status).filter(user=person)
            inbox = inbox.filter(conversation__in=theirs.values("conversation"))
        return inbox


def _titled(
    inbox: models.participation.ParticipationQuerySet, parts: list[str], *, is_now: bool
) -> models.participation.ParticipationQuerySet:
    """The participations whose title has all of these parts.

    For `is_now` it is the present title. Otherwise it is that of when the viewer left.
    """
    if is_now:
        for each in parts:
            inbox = inbox.filter(conversation__folded_title__contains=each)
        return inbox
    # The titles of left conversations are few, and the database does not have them folded.
    titles = inbox.order_by().values_list("pk", "left_at_title")
    folded_titles = ((key, folded(title)) for key, title in titles)
    fitting = [key for key, title in folded_titles if all(each in title for each in parts)]
    return inbox.filter(pk__in=fitting)


def _taking_part(viewer: Any, status: str) -> models.participation.ParticipationQuerySet:
    """Active participations in conversations in which `viewer` has this status.

    In conversations that `viewer` left, those that were active at that time.
    """
    if status in (_ACTIVE, models.Participation.Status.INVITED):
        return models.Participation.objects.active()
    own = {"user": viewer, "status": status, "left_at__isnull": False}
    return participations_then(
        Q(**{f"{OWN}__{name}": value for name, value in own.items()}), _ACTIVE
    )
