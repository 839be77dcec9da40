"""How a person clears a conversation for themselves."""

from ... import wakeups
from ..saved_message import SavedMessage
from .reading import Reading


class Clearing(Reading):
    """Clears the conversation: its person sees nothing of it any more that is there now."""

    class Meta:
        abstract = True

    def clear(self) -> None:
        """Hide all messages up to now from this person, for good. Nobody else notices it.

        Nothing is unread for them afterwards. What others see of how far they have read stays as
        it is. People who left can clear what they still see. If they are brought back, it stays
        hidden. What they saved of it is not saved any more.
        """
        with self.changing() as change:
            history_from = self.last_visible_number + 1
            if history_from == self.history_from and self.marked_unread_at is None:
                return
            self.history_from, self.changed_at = history_from, change.at
            self.first_unread_number = self.unread_again_from = self.marked_unread_at = None
            read = ("first_unread_number", "unread_again_from", "marked_unread_at")
            self.save(update_fields=["history_from", "changed_at", *read])
            # They could never be shown or let go again.
            SavedMessage.objects.filter(
                user=self.user_id,
                message__conversation=self.conversation_id,
                message__number__lt=history_from,
            ).delete()
            wakeups.wake_inbox(self.user_id)
