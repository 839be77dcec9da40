"""How members take back what they said, and owners and admins remove what others said."""

from datetime import datetime

from ...conf import conf
from ...exceptions import MessagingPermissionDenied, RefusalCode
from ..message import Message
from .acting import Acting
from .editing import must_be_within


class Retracting(Acting):
    """Retracts messages, and removes those of other members."""

    class Meta:
        abstract = True

    def retract(self, message: Message) -> Message:
        """Delete the words of a message that this member wrote. Returns the message.

        Members who are suspended or blocked may do it, too. To retract it again is no change.
        Raises what `must_see` and `Message.must_have_words` raise, `NOT_A_PARTICIPANT`,
        `NOT_YOURS`, and `TOO_LATE` after `RETRACT_SECONDS`.
        """
        with self.changing(message) as change:
            self.must_see(message)
            self.must_be_active()
            is_theirs = message.sender_id == self.user_id
            if is_theirs and message.removed_as == Message.Removal.RETRACTED:
                return message
            self.must_be_able_to_retract(message, change.at)
            change.remove([message], Message.Removal.RETRACTED)
        return message

    def remove_message(self, message: Message) -> Message:
        """Delete the words of a message of somebody on whom this member may act.

        Owners act on everybody, admins on members and on people who are gone. To remove it again
        is no change. Returns the message. Raises what `must_see` and `Message.must_have_words`
        raise, `PRIVATE_CONVERSATION`, `NOT_A_PARTICIPANT`, `SUSPENDED` and `NOT_ALLOWED`.
        """
        with self.changing(message) as change:
            self.must_see(message)
            self.must_be_able_to_act(as_admin=True)
            if message.removed_as == Message.Removal.REMOVED:
                return message
            self.must_be_able_to_remove(message, self._role_of_sender(message))
            change.remove([message], Message.Removal.REMOVED)
        return message

    def must_be_able_to_retract(self, message: Message, at: datetime) -> None:
        """Raise what `retract` raises. It is refused for a message without words, too."""
        self.must_see(message)
        self.must_be_active()
        message.must_have_words()
        self.must_have_written(message)
        must_be_within(conf.RETRACT_SECONDS, message, at)

    def must_be_able_to_remove(self, message: Message, role_of_sender: str | None) -> None:
        """Raise what `remove_message` raises. It is refused for a message without words, too.

        The role is the one that the sender has now. Senders without an account have none.
        """
        self.must_see(message)
        self.must_be_able_to_act(as_admin=True)
        message.must_have_words()
        if message.announced_as is not None:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, path=("message",))
        if role_of_sender is not None:
            self.must_outrank(role_of_sender)

    def _role_of_sender(self, message: Message) -> str | None:
        if message.sender_id is None:
            return None
        senders = self.conversation.participations.filter(user=message.sender_id)
        return senders.values_list("role", flat=True).first()
