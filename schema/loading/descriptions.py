"""The description, avatar and data of a conversation, as the viewer sees them."""

from collections.abc import Iterable, Mapping
from typing import Any

from talk import models

from .views import View, load, view_of

#: What viewers see who are not shown any of the three.
_EMPTY = models.Conversation()


def described(info: Any, conversation: models.Conversation) -> models.Conversation:
    """The conversation, or an empty one if the viewer is not shown what describes it."""
    view = view_of(info, conversation)
    own = view.inactive
    return view.conversation if own is None or own.sees_description else _EMPTY


def avatar_file(info: Any, conversation: models.Conversation) -> models.Attachment | None:
    """The file that is the avatar of the conversation; None if the viewer is shown no such file.

    The files of a page are read at once. Conversations that nobody described have none.
    """
    shown = described(info, conversation)
    if not shown.may_have_avatar_file:
        return None
    file: models.Attachment | None = load(info, "avatars", conversation, _avatar_files)
    if file is None or view_of(info, conversation).inactive is None:
        return file
    # Somebody may have changed it just now, after the conversation was read.
    return file if getattr(file, "described_at") == shown.described_at else None  # noqa: B009


def _avatar_files(views: Iterable[View]) -> Mapping[Any, models.Attachment]:
    found = (each.conversation for each in views)
    keys = [each.pk for each in found if each.may_have_avatar_file]
    return models.Attachment.objects.avatars_of(keys)
