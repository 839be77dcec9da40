"""The field `Conversation.participants`, read for many conversations at once."""

from collections.abc import Mapping
from typing import Any

from talk import models
from talk.models.name_word import searched_words

from ..authentication import rates
from ..cursors import number_of
from ..loading.participants import first_participants
from ..loading.participations import without_activity
from ..loading.views import View, load
from ..pagination import first_or_default
from .participant_connection import ParticipantConnection, page_of
from .search import search_text


def page(
    info: Any,
    conversation: models.Conversation,
    first: int | None,
    after: str | None,
    status: models.Participation.Status,
    search: str | None,
) -> ParticipantConnection:
    size = first_or_default(first)
    start = number_of(after, "after", "Participation")
    named = None if search is None else _searched(info, search)

    def load_all(views: list[View]) -> Mapping[int, ParticipantConnection]:
        rows = first_participants(views, status, size + 1, start or 0, named)
        return {
            key: page_of(_as_seen(view, rows[key]), size, start is not None)
            for view in views
            for key in [view.conversation.pk]
        }

    name = ("participants", size, start, status, named)
    connection: ParticipantConnection = load(info, name, conversation, load_all)
    return connection


def _searched(info: Any, search: str) -> str:
    """The text that names are searched for. The search counts, as one of all users does."""
    text = search_text(search, "search")
    rates.count_for_viewer(info.context, "search", max(1, len(searched_words(text))))
    return text


def _as_seen(view: View, rows: list[models.Participation]) -> list[models.Participation]:
    """Participations of a conversation as this view shows them."""
    own = view.inactive
    if own is not None and own.is_invited:
        return [row if row.pk == own.pk else without_activity(row) for row in rows]
    return rows
