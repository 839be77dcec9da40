"""Mutations about what the viewer has read, and whether they are typing."""

import strawberry

from talk import models

from ..authentication.context import Info
from ..ids import key_of
from ..live.typing_indicator import REPEAT_SECONDS, SHOWN_SECONDS, send_indicator
from ..loading.participations import participation_of
from ..types import inputs, results
from .field import mutation


@strawberry.type
class ReadingMutation:
    @mutation(
        description="Mark messages as read, up to a number. A lower number than before changes "
        "nothing."
    )
    def mark_read(self, info: Info, input: inputs.MarkReadInput) -> results.MarkReadResult:
        own = participation_of(info, input.conversation_id)
        own.read(input.number, privately=input.privately)
        return results.MarkReadPayload(participation=own)

    @mutation(description="Mark a conversation as unread, until the viewer reads it again.")
    def mark_unread(self, info: Info, input: inputs.MarkUnreadInput) -> results.MarkUnreadResult:
        own = participation_of(info, input.conversation_id)
        own.mark_unread(input.from_)
        return results.MarkUnreadPayload(participation=own)

    @mutation(
        description="Hide all messages that a conversation has now from the viewer alone. Nobody "
        "else is told, and it can't be undone."
    )
    def clear_conversation(
        self, info: Info, input: inputs.ClearConversationInput
    ) -> results.ClearConversationResult:
        own = participation_of(info, input.conversation_id)
        own.clear()
        return results.ClearConversationPayload(participation=own)

    @mutation(
        description="Show the other people in a conversation that the viewer is typing. They are "
        f"shown it for {SHOWN_SECONDS} seconds, or until the viewer's message arrives. Repeat it "
        f"every {REPEAT_SECONDS} seconds while the viewer is typing."
    )
    def set_typing(self, info: Info, input: inputs.SetTypingInput) -> results.SetTypingResult:
        key = key_of(models.Conversation, input.conversation_id, "conversation_id")
        send_indicator(info, key, input.typing)
        return results.SetTypingPayload(typing=input.typing)
