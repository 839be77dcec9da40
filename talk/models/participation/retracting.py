"""How members take back what they said, and owners and admins remove what others said."""

from django.db import models

from ...conf import conf
from ...exceptions import MessagingPermissionDenied, RefusalCode
from ..message import Message
from .editing import Editing, must_be_within


class Retracting(Editing):
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
            message.must_have_words()
            self.must_have_written(message)
            must_be_within(conf.RETRACT_SECONDS, message, change.at)
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
            message.must_have_words()
            self._must_outrank_sender(message)
            change.remove([message], Message.Removal.REMOVED)
        return message

    def _must_outrank_sender(self, message: Message) -> None:
        """By the role that the sender has now. People without an account have none."""
        if message.announced_as is not None:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, path=("message",))
        places: models.QuerySet[Retracting] = self.conversation.participations.all()
        for sender in places.filter(user=message.sender_id) if message.sender_id else ():
            self.must_outrank(sender)
