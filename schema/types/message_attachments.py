"""The field `Message.attachments`, read for all messages of a page at once."""

from collections.abc import Mapping
from typing import Any

from talk import models

from ..loading.views import load_for_page, removal_for
from ..operation import count_names


def attachments(info: Any, message: models.Message) -> list[Any]:
    """The files of a message, unless the viewer sees no words of it."""
    # Most messages have none, and nothing is read for these.
    if not message.attachment_count or removal_for(info, message) is not None:
        return []
    return load_for_page(message, "attachments", _of_messages) or []


def _of_messages(messages: list[models.Message]) -> Mapping[int, list[models.Attachment]]:
    found: dict[int, list[models.Attachment]] = {}
    rows = models.Attachment.objects.of_messages(messages)
    count_names(rows)
    for row in rows:
        if row.message_id is not None:
            found.setdefault(row.message_id, []).append(row)
    return found
