"""Mutations that change a message that was sent."""

import strawberry

from ..authentication.context import Info
from ..loading.participations import message_of
from ..types import message_inputs, message_results
from .field import mutation


@strawberry.type
class MessageChangeMutation:
    @mutation(
        description="Give a message that the viewer wrote another text. It keeps its number and "
        "time, and becomes unread for nobody. It counts against the same rate limit as sending.",
        rate="send",
    )
    def edit_message(
        self, info: Info, input: message_inputs.EditMessageInput
    ) -> message_results.EditMessageResult:
        own, message = message_of(info, input.message)
        return message_results.EditMessagePayload(edited=own.edit(message, input.body))
