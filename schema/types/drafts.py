"""The GraphQL type `Draft`, and the viewer's drafts, read for many rows at once."""

from collections.abc import Mapping
from datetime import datetime

import strawberry
import strawberry_django

from talk import models

from ..loading.views import load_for_page
from ..operation import count_texts


@strawberry_django.type(
    models.Draft,
    description="What the viewer has written in a conversation and not sent. Nobody else sees it.",
)
class Draft:
    body: str = strawberry.field(description="The text, exactly as it was saved.")
    reply_to: int | None = strawberry.field(
        description="The number of the message to which it is a reply; null if it is none, or if "
        "the viewer cleared the conversation since."
    )
    version: int = strawberry.field(description="The version, which rises with each change.")
    saved_at: datetime = strawberry.field(description="When it was saved.")


def with_draft(own: models.Participation) -> models.Participation:
    """The viewer's participation `own`, which knows its draft."""
    if not own.knows_draft:

        def load_all(rows: list[models.Participation]) -> Mapping[int, models.Draft]:
            # Others on the same page have drafts, too, which are not the viewer's to see.
            theirs = [each for each in rows if each.user_id == own.user_id]
            found = models.Draft.objects.by_participation(theirs)
            count_texts(found.values())
            return found

        own.know_draft(load_for_page(own, "drafts", load_all))
    return own
