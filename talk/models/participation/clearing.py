"""How a person clears a conversation for themselves."""

from ... import wakeups
from .reading import Reading


class Clearing(Reading):
    """Clears the conversation: its person sees nothing of it any more that is there now."""

    class Meta:
        abstract = True

    def clear(self) -> None:
        """Hide all messages up to now from this person, for good. Nobody else notices it.

        Nothing is unread for them afterwards. What others see of how far they have read stays as
        it is. People who left can clear what they still see. If they are brought back, it stays
        hidden.
        """
        with self.changing() as change:
            history_from = self.last_visible_number + 1
            if history_from == self.history_from and self.marked_unread_at is None:
                return
            self.history_from, self.changed_at = history_from, change.at
            self.first_unread_number = self.marked_unread_at = None
            read = ("first_unread_number", "marked_unread_at")
            self.save(update_fields=["history_from", "changed_at", *read])
            wakeups.wake_inbox(self.user_id)
