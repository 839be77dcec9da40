"""Mutations that change a message that was sent."""

import strawberry

from ..authentication.context import Info
from ..loading.files import files_of
from ..loading.participations import message_of
from ..loading.users import user_keys_of
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
        mentions = input.mentions and user_keys_of(input.mentions, "mentions")
        files = None if input.attachments is None else files_of(input.attachments)
        own, message = message_of(info, input.message)
        edited = own.edit(message, input.body, mentions, files)
        return message_results.EditMessagePayload(edited=edited)

    @mutation(
        description="Take back a message that the viewer wrote. Its text is deleted for everybody. "
        "The message keeps its number, and counts as unread no longer. To take it back again "
        "changes nothing."
    )
    def retract_message(
        self, info: Info, input: message_inputs.RetractMessageInput
    ) -> message_results.RetractMessageResult:
        own, message = message_of(info, input.message)
        return message_results.RetractMessagePayload(retracted=own.retract(message))

    @mutation(
        description="Delete the text of a message in a group. Owners can do it "
        "with the messages of everybody, admins with those of members and of people who left. To "
        "remove it again changes nothing."
    )
    def remove_message(
        self, info: Info, input: message_inputs.RemoveMessageInput
    ) -> message_results.RemoveMessageResult:
        own, message = message_of(info, input.message)
        return message_results.RemoveMessagePayload(removed=own.remove_message(message))

    @mutation(
        description="React to a message with an emoji. If the viewer did so already, nothing "
        "changes. A reaction makes nothing unread.",
        rate="react",
    )
    def react(self, info: Info, input: message_inputs.ReactInput) -> message_results.ReactResult:
        own, message = message_of(info, input.message)
        return message_results.ReactPayload(reacted=own.react(message, input.emoji))

    @mutation(
        description="Take back one of the viewer's reactions to a message. If there is none, "
        "nothing changes.",
        rate="react",
    )
    def unreact(
        self, info: Info, input: message_inputs.UnreactInput
    ) -> message_results.UnreactResult:
        own, message = message_of(info, input.message)
        return message_results.UnreactPayload(unreacted=own.unreact(message, input.emoji))
