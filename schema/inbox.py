from typing import Any, Self

import strawberry
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from strawberry.types.info import Info

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode

from . import places
from .ids import key_of
from .inbox_cursor import InboxCursor
from .pagination import Connection
from .search import part
from .types import Participation

#: Most people that `InboxFilter.with` takes: each is one more look-up per conversation.
MOST_WITH = 10


@strawberry.type(name="ParticipationConnection", description="A page of the inbox.")
class InboxConnection(Connection[Participation]):
    changes_cursor: str = strawberry.field(
        default="",
        description="Give it to `inboxChanges(after:)` to go on from this answer without a gap.",
    )

    @classmethod
    def resolve_connection(  # type: ignore[override]  # of a queryset, at once
        cls, nodes: QuerySet[Any], *, info: Info[Any, Any], **kwargs: Any
    ) -> Self:
        # What changes from here on is news, whether or not this page has it already.
        cursor = InboxCursor.now()
        page: Self = super().resolve_connection(nodes, info=info, **kwargs)
        for participation in _together(page):
            cursor.note(participation)
        page.changes_cursor = cursor.encode()
        return page


@strawberry.type(description="A page of the viewer's invitations.")
class InvitationConnection(Connection[Participation]):
    @classmethod
    def resolve_connection(  # type: ignore[override]  # of a queryset, at once
        cls, nodes: QuerySet[Any], *, info: Info[Any, Any], **kwargs: Any
    ) -> Self:
        page: Self = super().resolve_connection(nodes, info=info, **kwargs)
        _together(page)
        return page


def _together(page: Connection[Participation]) -> list[Any]:
    """The participations of a page, on which what hangs is loaded for all at once."""
    participations: list[Any] = [edge.node for edge in page.edges]
    places.together(participations)
    return participations


@strawberry.input(description="Which part of the inbox. What is given has to hold together.")
class InboxFilter:
    unread: bool | None = strawberry.field(
        default=None, description="Only what is unread, or marked so; false: only what is read."
    )
    kind: models.Conversation.Kind | None = strawberry.field(
        default=None, description="Only private conversations, or only groups."
    )
    with_: list[strawberry.ID] | None = strawberry.field(
        name="with",
        default=None,
        description="Only those that all of these people, at most 10, take part in.",
    )
    title_contains: str | None = strawberry.field(
        default=None, description="Only those with this in their title, in whatever case."
    )

    def apply(
        self, inbox: models.participation.ParticipationQuerySet
    ) -> QuerySet[models.Participation]:
        if self.unread is not None:
            inbox = inbox.unread() if self.unread else inbox.all_read()
        if self.kind is not None:
            inbox = inbox.filter(conversation__kind=self.kind)
        if self.title_contains:
            title = part(self.title_contains, "title_contains")
            inbox = inbox.filter(conversation__title__icontains=title)
        if len(self.with_ or ()) > MOST_WITH:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS, path=("with",))
        for global_id in self.with_ or ():
            theirs = models.Participation.objects.active().filter(
                user=key_of(get_user_model(), global_id, "with")
            )
            inbox = inbox.filter(conversation__in=theirs.values("conversation"))
        return inbox
