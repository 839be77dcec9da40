"""Loads something for all conversations of a page in one query, as a data loader does.

There is no event loop to collect keys, so a page of conversations is made a batch when it is read.
The first conversation that needs something loads it for the whole batch.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import RLock
from typing import TYPE_CHECKING, Any

from talk.prepared import refer

if TYPE_CHECKING:
    from .shown import Shown
    from .views import View


class Batch:
    """The views of conversations that were read together, and what was loaded for all of them."""

    def __init__(self, views: "Iterable[View]") -> None:
        self.views = {view.conversation.pk: view for view in views}
        self._loaded: dict[Hashable, Mapping[int, Any]] = {}
        #: The pages of rows that were shown when each of these was loaded.
        self._pages: dict[Hashable, list[Iterable[Any]]] = {}
        # Several threads show the same live event at once.
        self._lock = RLock()

    def load(
        self,
        name: Hashable,
        key: int,
        load_all: "Callable[[list[View]], Mapping[int, Any]]",
        shown: "Shown",
    ) -> Any:
        """What `load_all` returns for the conversation with this key. It is called once.

        `name` says what is loaded. It includes everything that the result depends on, except the
        views. `shown` is of the operation. The pages that `load_all` shows are shown by each
        operation with this batch.
        """
        loaded = self._loaded.get(name)
        if loaded is None:
            with self._lock:
                loaded = self._loaded.get(name)
                if loaded is None:
                    with shown.noting() as pages:
                        loaded = load_all(list(self.views.values()))
                    self._pages[name], self._loaded[name] = pages, loaded
        shown.show_again(self._pages[name])
        return loaded.get(key)


def rows_by_conversation(views: "Iterable[View]", rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows of these conversations, by the key of the conversation."""
    conversations = {view.conversation.pk: view.conversation for view in views}
    found: dict[int, list[Any]] = {key: [] for key in conversations}
    for row in rows:
        key = row.conversation_id
        refer(row, "conversation", conversations[key])
        found[key].append(row)
    return found
