"""How a member names the message to which something that they write is a reply."""

from ...exceptions import MessagingValidationError, RefusalCode
from ..message import Message
from ..message.queryset import at_number
from ..message.references import References
from ..read_under_lock import Asked
from .acting import Acting


class Quoting(Acting):
    """Finds the message to which they reply, and checks that they may."""

    class Meta:
        abstract = True

    def asked_for_quoted(self, references: References) -> list[Asked]:
        """What to ask, under the lock, for the message to which they reply; empty without one."""
        if references.reply_to is None:
            return []
        number = references.reply_number
        return [Asked(at_number(conversation=self.conversation_id, number=number))]

    def quoted_in(self, asked: Asked) -> Message:
        """The message to which they reply, which was asked for. Raises what
        `must_be_able_to_quote` raises.
        """
        if not asked.found:
            raise MessagingValidationError(RefusalCode.NUMBER_OUT_OF_RANGE, path=("reply_to",))
        message: Message = asked.found[0]
        self.must_be_able_to_quote(message)
        return message

    def must_be_able_to_quote(self, message: Message) -> None:
        """Raise `NUMBER_OUT_OF_RANGE` unless they see the message, and `NOT_A_TEXT`.

        A text that was removed can be replied to: that may happen while the reply is written.
        """
        if not self.sees(message):
            raise MessagingValidationError(RefusalCode.NUMBER_OUT_OF_RANGE, path=("reply_to",))
        if message.kind != Message.Kind.TEXT:
            raise MessagingValidationError(RefusalCode.NOT_A_TEXT, path=("reply_to",))
