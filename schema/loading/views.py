"""The conversations that an operation shows, each as the viewer sees it.

People who left a conversation see its title and its last message as they were then.

Rows do not refer back to what is loaded for them. So there are no reference cycles, and all rows
leave memory when their operation ends.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode

from ..operation import NoRoom, reading_into
from .batch import Batch
from .shown import Shown, ShownTogether

Value = TypeVar("Value")
PageRow = TypeVar("PageRow", models.Message, models.Participation)


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """A conversation as one viewer sees it, or as all its active members do."""

    conversation: models.Conversation
    #: The viewer's participation. None if the view is the same for all active members.
    participation: models.Participation | None

    @property
    def inactive(self) -> models.Participation | None:
        """The viewer's participation if it is not active.

        People who left see the conversation as it was when they left. People who are invited see
        it as it was when they were invited.
        """
        own = self.participation
        return None if own is None or own.is_active else own

    @property
    def title(self) -> str:
        own = self.inactive
        return self.conversation.title if own is None else own.left_at_title

    @property
    def last_number(self) -> int:
        """The number of the last message that the viewer can read."""
        own = self.inactive
        return self.conversation.last_number if own is None else own.last_visible_number


class Views:
    """The views of one operation, by the key of the conversation. All are of the same viewer."""

    def __init__(self, *batches: Batch, shown: Shown | None = None) -> None:
        self._batches = {key: batch for batch in batches for key in batch.views}
        self._shown = shown
        self.is_over = False

    def clear(self) -> None:
        """Drop all views. Tasks of the operation may outlive it, and must not keep its rows."""
        self._batches = {}
        self._shown = None
        self.is_over = True

    @property
    def shown(self) -> Shown:
        """The rows that the operation shows. Most mutations show none."""
        if self._shown is None:
            self._shown = Shown()
        return self._shown

    def forget_loaded(self) -> None:
        """Drop users and messages and what was loaded for them: a mutation may change both."""
        if self._shown is not None:
            self._shown.forget_loaded()

    def get(self, key: int) -> View | None:
        batch = self._batches.get(key)
        return None if batch is None else batch.views[key]

    def add(self, participations: Iterable[models.Participation]) -> None:
        """Show the conversations of these participations of the viewer, as one batch.

        Conversations that are shown already are left as they are, so that each is in one batch.
        """
        batch = Batch(
            View(each.conversation, each)
            for each in participations
            if each.conversation_id not in self._batches
        )
        self._batches |= dict.fromkeys(batch.views, batch)

    def replace(self, participation: models.Participation) -> View:
        """Show the conversation of this participation of the viewer, which was just read."""
        view = View(participation.conversation, participation)
        self._batches[participation.conversation_id] = Batch([view])
        return view

    def load(
        self, name: Hashable, key: int, load_all: Callable[[list[View]], Mapping[int, Any]]
    ) -> Any:
        """See `Batch.load`."""
        return self._batches[key].load(name, key, load_all, self.shown)


class ReadTogether:
    """What the executions of the changes of one page share, so that they load it once for many."""

    def __init__(self, views: Iterable[View], rows: Iterable[Any] | None) -> None:
        """`rows` are those that one viewer is shown.

        For None, results are shared by several viewers, and each execution loads for itself.
        """
        self._batch = Batch(views)
        self._together = None if rows is None else ShownTogether(rows)

    def views(self) -> Views:
        """The views of the next execution."""
        return Views(self._batch, shown=None if self._together is None else self._together.next())


_current: ContextVar[Views | None] = ContextVar("views", default=None)


@contextmanager
def showing(views: Views | None) -> Iterator[Views | None]:
    """Let `views` be those of the operation that is executed inside; with None, it has none."""
    token = _current.set(views)
    try:
        yield views
    finally:
        _current.reset(token)
        if views is not None:
            views.clear()


def current_views() -> Views:
    """The views of the operation that is executed; empty outside of one."""
    views = _current.get()
    return Views() if views is None or views.is_over else views


def show(rows: Iterable[Any]) -> None:
    """Register a page that the operation shows; see `load_for_all` and `load_for_page`."""
    current_views().shown.show(rows)


def load_for_all(user: Any, load_all: Callable[[list[Any]], Mapping[Any, Value]]) -> Value | None:
    """What `load_all` returns for a user, by primary key; None if it returns nothing for them.

    It is called for all users whom the operation shows so far, so once for a page of people or less
    often. It has to be a function of a module: each other function is called anew.
    """
    return current_views().shown.load(user, load_all, load_all)


def load_for_page(
    row: PageRow, name: Hashable, load_all: Callable[[list[PageRow]], Mapping[int, Value]]
) -> Value | None:
    """What `load_all` returns for a message or participation, by primary key; None for nothing.

    It is called for all such rows of the page that shows this one; see `shown`. `name` says what
    is loaded, and all that the result depends on, except the rows.
    """
    shown = current_views().shown
    if shown.room is not None and not shown.is_full:
        with suppress(NoRoom), reading_into(shown):
            return shown.load(row, name, load_all)
    return shown.load(row, name, load_all)


def view_of(info: Any, conversation: models.Conversation) -> View:
    """The viewer's view of `conversation`; raises `NOT_FOUND` if they have no participation."""
    return _viewed(info, current_views(), conversation)


def load(
    info: Any,
    name: Hashable,
    conversation: models.Conversation,
    load_all: Callable[[list[View]], Mapping[int, Any]],
) -> Any:
    """What `load_all` returns for `conversation`, loaded for all conversations of its page."""
    views = current_views()
    _viewed(info, views, conversation)
    return views.load(name, conversation.pk, load_all)


def conversation_of(info: Any, row: models.Message | models.Participation) -> models.Conversation:
    """The conversation of `row`; raises `NOT_FOUND` if the viewer has no participation in it."""
    return view_around(info, row).conversation


def view_around(info: Any, row: models.Message | models.Participation) -> View:
    """The viewer's view of the conversation of `row`; raises what `conversation_of` raises."""
    views = current_views()
    view = views.get(row.conversation_id)
    if view is not None:
        return view
    if isinstance(row, models.Participation) and info.context.is_viewer(row.user_id):
        return views.replace(row)
    return _viewed(info, views, row.conversation)


def inactive_in(info: Any, message: models.Message) -> models.Participation | None:
    """The viewer's participation in the conversation of a message if it is not active.

    Only such viewers see less of a message than others. Raises `NOT_FOUND` if there is none.
    """
    view = current_views().get(message.conversation_id)
    return (view or view_of(info, message.conversation)).inactive


def removal_for(info: Any, message: models.Message) -> models.Message.Removal | None:
    """Why the viewer sees no words of a message, whether or not they blocked its sender.

    None if they see them. Viewers who left see no words that were edited after that.
    """
    # Most messages were never edited, and are the same for all viewers.
    own = None if message.edited_at is None else inactive_in(info, message)
    return message.removal if own is None else own.removal_of(message)


def own_participation(info: Any, conversation: models.Conversation) -> models.Participation:
    """The viewer's participation; raises `NOT_FOUND` if there is none."""
    return view_of(info, conversation).participation or _read(info, conversation)


def _viewed(info: Any, views: Views, conversation: models.Conversation) -> View:
    view = views.get(conversation.pk)
    # A mutation may return a conversation that was read again since.
    if view is None or view.conversation is not conversation:
        view = views.replace(_read(info, conversation))
    return view


def _read(info: Any, conversation: models.Conversation) -> models.Participation:
    own = models.Participation.objects.filter(user=info.context.viewer, conversation=conversation)
    found = own.select_related("user").first()
    if found is None:
        raise MessagingValidationError(RefusalCode.NOT_FOUND)
    found.conversation = conversation
    return found
