"""Mutations that pin a message for everybody, or save it for the viewer."""

import strawberry

from ..authentication.context import Info
from ..loading.participations import message_of
from ..types import message_inputs, message_results
from .field import mutation


@strawberry.type
class KeepingMutation:
    @mutation(
        description="Pin a message for everybody in the conversation. Owners and admins of a group "
        "may, and both people of a private conversation, unless the application has another rule. "
        "If it is pinned already, nothing changes. It counts against the same rate limit as "
        "reactions.",
        rate="react",
    )
    def pin_message(
        self, info: Info, input: message_inputs.PinMessageInput
    ) -> message_results.PinMessageResult:
        own, message = message_of(info, input.message)
        return message_results.PinMessagePayload(pinned=own.pin_message(message))

    @mutation(
        description="Unpin a message, whoever pinned it. The same people may as may pin. If it is "
        "not pinned, nothing changes.",
        rate="react",
    )
    def unpin_message(
        self, info: Info, input: message_inputs.UnpinMessageInput
    ) -> message_results.UnpinMessageResult:
        own, message = message_of(info, input.message)
        return message_results.UnpinMessagePayload(unpinned=own.unpin_message(message))

    @mutation(
        description="Save a message for the viewer alone, who finds it in `savedMessages`. Nobody "
        "else learns of it. Viewers who left may, too. If it is saved already, nothing changes."
    )
    def save_message(
        self, info: Info, input: message_inputs.SaveMessageInput
    ) -> message_results.SaveMessageResult:
        own, message = message_of(info, input.message)
        return message_results.SaveMessagePayload(saved=own.save_message(message))

    @mutation(
        description="Take a message out of the viewer's `savedMessages`. If it is not saved, "
        "nothing changes."
    )
    def unsave_message(
        self, info: Info, input: message_inputs.UnsaveMessageInput
    ) -> message_results.UnsaveMessageResult:
        own, message = message_of(info, input.message)
        return message_results.UnsaveMessagePayload(unsaved=own.unsave_message(message))
