"""Conversations that one query loaded together, so that what hangs on them is loaded together."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import RLock
from typing import Any

from talk.models import Conversation
from talk.prepared import refer

from .annotations import note, noted


class Siblings:
    """The conversations of one page, and what was loaded for all of them at once."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self.conversations = list(conversations)
        self._loaded: dict[Hashable, Mapping[int, Any]] = {}
        # Those of an event are shown in several threads at once.
        self._loading = RLock()
        for conversation in self.conversations:
            note(conversation, "_siblings", self)

    @classmethod
    def of(cls, conversation: Conversation) -> "Siblings":
        found: Siblings | None = noted(conversation, "_siblings")
        return found or cls([conversation])

    def load(
        self,
        key: Hashable,
        conversation: Conversation,
        load_all: Callable[[list[Conversation]], Mapping[int, Any]],
    ) -> Any:
        """`load_all`'s answer for `conversation`, by its key; asked once for all siblings."""
        found = self._loaded.get(key)
        if found is None:
            with self._loading:
                found = self._loaded.get(key)
                if found is None:
                    found = self._loaded[key] = load_all(self.conversations)
        return found.get(conversation.id)


def rows_of_each(
    conversations: Mapping[int, Conversation], found: Iterable[Any]
) -> dict[int, list[Any]]:
    """What was found, by the conversation that it is of and now knows."""
    rows: dict[int, list[Any]] = {key: [] for key in conversations}
    for row in found:
        key = row.conversation_id
        refer(row, "conversation", conversations[key])
        rows[key].append(row)
    return rows
