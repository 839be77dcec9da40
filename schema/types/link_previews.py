"""The GraphQL type `LinkPreview`, read for all messages of a page at once."""

from collections.abc import Mapping
from typing import Any

import strawberry
import strawberry_django

from talk import models

from ..loading.views import load_for_page, removal_for
from ..operation import count_previews


@strawberry_django.type(
    models.LinkPreview,
    description="What the page says about itself to which a message links first. These are words "
    "of strangers: show them as text.",
)
class LinkPreview:
    url: str = strawberry.field(description="The link, as it is written in the message.")
    title: str = strawberry.field(
        description="The title of the page, on one line: at most 200 characters."
    )
    description: str = strawberry.field(
        description="What the page is about, on one line: at most 500 characters. Empty if it does "
        "not say so."
    )
    site_name: str = strawberry.field(
        description="What the site calls itself, on one line: at most 100 characters. Empty if it "
        "does not say so. It may be untrue: the host of `url` is not."
    )


def shown(info: Any, message: models.Message) -> models.LinkPreview | None:
    """The preview of a message whose words are not hidden, if the viewer sees its text."""
    is_there = removal_for(info, message) is None
    return load_for_page(message, "link previews", _load_all) if is_there else None


def _load_all(messages: list[models.Message]) -> Mapping[int, models.LinkPreview]:
    found = models.LinkPreview.objects.of_messages(messages)
    count_previews(found)
    return {each.message_id: each for each in found}
