"""The mutations that schedule a message, and cancel it."""

import strawberry

from ..authentication.context import Info
from ..loading.participations import participation_of
from ..loading.users import user_keys_of
from ..types import message_inputs, message_results
from .field import mutation


@strawberry.type
class SchedulingMutation:
    @mutation(
        description="Have a message sent at a later time. The viewer needs the right to send it "
        "now, and at that time. If it is refused then, `ScheduledMessage.refusal` says why.",
        rate="send",
    )
    def schedule_message(
        self, info: Info, input: message_inputs.ScheduleMessageInput
    ) -> message_results.ScheduleMessageResult:
        mentions = input.mentions and user_keys_of(input.mentions, "mentions")
        own = participation_of(info, input.conversation_id)
        own.schedule(
            input.body, input.at, input.client_id, input.reply_to, mentions, input.mention_all
        )
        return message_results.ScheduleMessagePayload(participation=own)

    @mutation(
        description="Cancel a scheduled message, also one that was refused. Nothing changes if "
        "there is none. `TOO_LATE` says that it was sent."
    )
    def cancel_scheduled_message(
        self, info: Info, input: message_inputs.CancelScheduledMessageInput
    ) -> message_results.CancelScheduledMessageResult:
        own = participation_of(info, input.conversation_id)
        own.cancel_scheduled(input.client_id)
        return message_results.CancelScheduledMessagePayload(participation=own)
