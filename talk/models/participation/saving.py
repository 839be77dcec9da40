"""How a person saves messages, for themselves alone."""

from typing import Any

from django.db import router

from ...prepared import columns_of, deleting, inserting, prepared
from ..message import Message
from ..read_under_lock import Asked
from ..saved_message import SavedMessage, SavedMessageQuerySet
from .acting import Acting


class Saving(Acting):
    """Saves messages that its person sees, and lets them go. Nobody else is told of it.

    Both take the lock of the conversation, so that nobody saves a message while its words go.
    """

    class Meta:
        abstract = True

    def save_message(self, message: Message) -> Message:
        """Save a message. Returns the message.

        To save it again is no change. Everybody may who sees it, also people who left. Raises what
        `must_see` and `Message.must_have_words` raise.
        """
        saved = Asked(_saved(user=self.user_id, message=message.pk))
        with self.changing(message, saved) as change:
            self.must_be_able_to_save(message)
            if not saved.found:
                row = SavedMessage(user=self.user, message=message, at=change.at)
                _inserted(**columns_of(row)).ask()
        return message

    def unsave_message(self, message: Message) -> Message:
        """Let a saved message go. Returns the message.

        It is no change if it is not saved. Raises what `save_message` raises.
        """
        with self.changing(message):
            self.must_be_able_to_save(message)
            _deleted(user=self.user_id, message=message.pk).ask()
        return message

    def must_be_able_to_save(self, message: Message) -> None:
        """Raise what `save_message` raises."""
        self.must_see(message)
        message.must_have_words()


@prepared
def _saved(user: Any, message: Any) -> SavedMessageQuerySet:
    # In the database that is written to: a replica may not have the latest changes.
    rows = SavedMessage.objects.using(router.db_for_write(SavedMessage))
    return rows.filter(user=user, message=message)


@prepared
def _inserted(**columns: Any) -> Any:
    return inserting(SavedMessage(**columns))


@prepared
def _deleted(user: Any, message: Any) -> Any:
    return deleting(SavedMessage.objects.filter(user=user, message=message))
