"""Mutations that send a message or start a conversation."""

import strawberry
from django.utils.translation import gettext as _

from talk import models
from talk.exceptions import MessagingValidationError, RefusalCode

from ..authentication import rates
from ..authentication.context import Info
from ..loading.files import files_of
from ..loading.participations import participation_of
from ..loading.users import count_start, other_users, refused_at, user_keys_of, users_of
from ..types import inputs, message_inputs, message_results, results
from .field import mutation


@strawberry.type
class MessageMutation:
    @mutation(
        description="Send a message, either to people or to a conversation in which the viewer "
        "takes part.",
        rate="send",
    )
    def send_message(
        self, info: Info, input: message_inputs.SendMessageInput
    ) -> message_results.SendMessageResult:
        if input.to is not None and input.conversation_id is None:
            return _send_to_users(info, input, input.to)
        if input.conversation_id is not None and input.to is None:
            return _send_to_conversation(info, input, input.conversation_id)
        raise _invalid(_("Give exactly one of `to` and `conversationId`."), "to")

    @mutation(
        description="Start a conversation without a message.", rate="start", people="participants"
    )
    def start_conversation(
        self, info: Info, input: inputs.StartConversationInput
    ) -> results.StartConversationResult:
        is_group = input.kind == models.Conversation.Kind.GROUP
        conversations = models.Conversation.objects
        start = conversations.start_group if is_group else conversations.start_private
        participants = users_of(info, input.participants, "participants")
        with refused_at("participants"):
            conversation = start(info.context.viewer, participants, input.title)
        return results.StartConversationPayload(conversation=conversation)


def _send_to_users(
    info: Info, input: message_inputs.SendMessageInput, to: list[strawberry.ID]
) -> message_results.SendMessagePayload:
    if input.invite:
        raise _invalid(_("`invite` can only be used with `conversationId`."), "invite")
    if input.reply_to is not None:
        raise _invalid(_("`replyTo` can only be used with `conversationId`."), "reply_to")
    if input.draft is not None:
        raise _invalid(_("`draft` can only be used with `conversationId`."), "draft")
    mentions = input.mentions and user_keys_of(input.mentions, "mentions")
    files = files_of(input.attachments) if input.attachments else ()
    recipients = users_of(info, to, "to")
    count_start(info, recipients)
    with refused_at("to"):
        message = models.Message.send_to_users(
            input.body,
            info.context.viewer,
            recipients,
            input.client_id,
            mentions,
            input.mention_all,
            files,
        )
    return message_results.SendMessagePayload(
        sent=message, conversation=message.conversation, upgraded=False
    )


def _send_to_conversation(
    info: Info, input: message_inputs.SendMessageInput, conversation: strawberry.ID
) -> message_results.SendMessagePayload:
    if input.invite and input.reply_to is not None:
        raise _invalid(_("`replyTo` can't be used with `invite`."), "reply_to")
    if input.invite:
        rates.count_for_viewer(info.context, "invite", rates.times_for_people(input.invite))
    mentions = input.mentions and user_keys_of(input.mentions, "mentions")
    files = files_of(input.attachments) if input.attachments else ()
    own = participation_of(info, conversation)
    invited = other_users(info, own, input.invite, "invite") if input.invite else []
    message = own.send(
        input.body,
        input.client_id,
        invited,
        input.reply_to,
        mentions,
        input.mention_all,
        input.draft,
        files,
    )
    return message_results.SendMessagePayload(
        sent=message,
        conversation=message.conversation,
        upgraded=message.conversation != own.conversation,
    )


def _invalid(message: str, path: str) -> MessagingValidationError:
    return MessagingValidationError(RefusalCode.INVALID_INPUT, message, path=(path,))
