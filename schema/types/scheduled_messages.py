"""The GraphQL type `ScheduledMessage`, and the viewer's, read for many rows at once."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from talk import models
from talk.exceptions import RefusalCode
from talk.models.scheduled_message import MOST_SCHEDULED

from ..loading.views import load_for_page, show
from ..operation import count_texts
from ..pagination import page_size
from .fields import field
from .nodes import User

#: The rows of a page of participations, by the key of the participation.
Rows = Mapping[int, list[models.ScheduledMessage]]


@strawberry.type(
    description="A message that the viewer has written, and that is sent later. Nobody else sees "
    "it until then."
)
class ScheduledMessage:
    row: strawberry.Private[models.ScheduledMessage]
    own: strawberry.Private[models.Participation]
    size: strawberry.Private[int]

    client_id: uuid.UUID = strawberry.field(
        description="The id that the client gave it, which is that of the message, too."
    )
    body: str = strawberry.field(description="The text.")
    at: datetime = strawberry.field(description="When it is to be sent, or was refused.")
    reply_to: int | None = strawberry.field(
        description="The number of the message to which it is a reply; null if it is none, or if "
        "the viewer cleared the conversation since."
    )
    mentions_all: bool = strawberry.field(
        description="Whether it is to mention everybody who takes part then."
    )
    refusal: RefusalCode | None = strawberry.field(
        description="Why it was not sent at its time; null if that has not come. A message that "
        "was refused stays here until the viewer cancels it."
    )

    @field(
        description="The users whom it is to mention, if they take part then. Null if the viewer "
        "did not say whom: then a reply mentions the author of the message to which it is one."
    )
    def mentions(self) -> list[User] | None:
        if not self.row.names_mentions:
            return None
        size = self.size

        def load_all(places: list[models.Participation]) -> Mapping[int, Any]:
            found = [_rows(each, size) for each in places if each.user_id == self.own.user_id]
            rows = [row for each in found for row in each]
            users = models.ScheduledMention.objects.users_of(rows)
            show([user for mentioned in users.values() for user in mentioned])
            return dict.fromkeys({row.participation_id for row in rows}, users)

        mentioned = load_for_page(self.own, ("scheduled mentions", size), load_all) or {}
        users: list[User] = mentioned.get(self.row.pk, [])
        return users


def scheduled(own: models.Participation, first: int) -> list[ScheduledMessage]:
    """What the viewer, whose participation `own` is, has scheduled, the earliest first."""
    size = page_size(first, "first", MOST_SCHEDULED) or 0
    return [
        ScheduledMessage(
            row=row,
            own=own,
            size=size,
            client_id=row.client_id,
            body=row.body,
            at=row.at,
            reply_to=row.reply_to,
            mentions_all=row.mentions_all,
            refusal=RefusalCode(row.refusal) if row.refusal else None,
        )
        for row in _rows(own, size)
    ]


def _rows(own: models.Participation, size: int) -> list[models.ScheduledMessage]:
    def load_all(places: list[models.Participation]) -> Rows:
        # Those of others on the same page are not the viewer's to see.
        theirs = [each for each in places if each.user_id == own.user_id]
        found = models.ScheduledMessage.objects.by_participation(theirs, size)
        count_texts(row for rows in found.values() for row in rows)
        return found

    return load_for_page(own, ("scheduled", size), load_all) or []
