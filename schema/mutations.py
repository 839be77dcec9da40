"""One verb each: find the viewer's place, call the verb, answer. Refusals become data alone."""

from typing import Any

import strawberry
from django.utils.translation import gettext as _

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode

from .authentication import rates
from .authentication.context import Info
from .ids import key_of
from .live import typing as typists
from .loading.participations import participation_of, visible_message
from .loading.users import count_start, named_by, others, people
from .loading.views import own_participation
from .times import utc
from .types import inputs, results
from .types.fields import mutation

CONVERSATION = "conversation_id"


@strawberry.type(description="What can be done. Everything answers a payload, or a `Refusal`.")
class Mutation:
    @mutation(description="Say something, to people or in a conversation.", rate="send")
    def send_message(self, info: Info, input: inputs.SendMessageInput) -> results.SendMessageResult:
        if input.to is not None and input.conversation_id is None:
            if input.invite:
                raise _unfit(_("`invite` goes with `conversationId` alone."), "invite")
            recipients = people(info, input.to, "to")
            count_start(info, recipients)
            with named_by("to"):
                message = models.Message.send_to_users(
                    input.body, info.context.viewer, recipients, input.client_id
                )
            named = message.conversation
        elif input.conversation_id is not None and input.to is None:
            if input.invite:
                rates.spend(info.context, "invite", rates.times_for(input.invite))
            place = participation_of(info, input.conversation_id, CONVERSATION)
            named = place.conversation
            invited = others(info, place, input.invite, "invite") if input.invite else []
            message = place.send(input.body, input.client_id, invited)
        else:
            raise _unfit(_("Give exactly one of `to` and `conversationId`."), "to")
        return results.SendMessagePayload(
            sent=message,
            conversation=message.conversation,
            upgraded=message.conversation != named,
        )

    @mutation(
        description="Start a conversation without saying anything yet.",
        rate="start",
        people="participants",
    )
    def start_conversation(
        self, info: Info, input: inputs.StartConversationInput
    ) -> results.StartConversationResult:
        start = (
            models.Conversation.objects.start_group
            if input.kind == models.Conversation.Kind.GROUP
            else models.Conversation.objects.start_private
        )
        participants = people(info, input.participants, "participants")
        with named_by("participants"):
            conversation = start(info.context.viewer, participants, input.title)
        return results.StartConversationPayload(conversation=conversation)

    @mutation(
        description="Take people in, with all the history, or, where the server asks first, invite "
        "them. Every member of a group may.",
        rate="invite",
        people="participants",
    )
    def invite_participants(
        self, info: Info, input: inputs.InviteParticipantsInput
    ) -> results.InviteParticipantsResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        conversation = place.invite(others(info, place, input.participants, "participants"))
        return results.InviteParticipantsPayload(
            conversation=conversation, upgraded=conversation != place.conversation
        )

    @mutation(description="Take part in a group that asks its members first, with all the history.")
    def accept_invitation(
        self, info: Info, input: inputs.AcceptInvitationInput
    ) -> results.AcceptInvitationResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        place.accept()
        return results.AcceptInvitationPayload(participation=place)

    @mutation(description="Don't take part in it.")
    def decline_invitation(
        self, info: Info, input: inputs.DeclineInvitationInput
    ) -> results.DeclineInvitationResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        place.decline()
        return results.DeclineInvitationPayload(participation=place)

    @mutation(description="Leave a group. Only who stays can bring the viewer back.")
    def leave_conversation(
        self, info: Info, input: inputs.LeaveConversationInput
    ) -> results.LeaveConversationResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        place.leave()
        return results.LeaveConversationPayload(conversation=place.conversation)

    @mutation(description="Put somebody out of a group. Owners and admins may.")
    def remove_participant(
        self, info: Info, input: inputs.RemoveParticipantInput
    ) -> results.RemoveParticipantResult:
        place, other = _place_and_other(info, input, as_admin=True)
        other.remove(by=place)
        return results.RemoveParticipantPayload(participation=other)

    @mutation(
        description="Bring somebody back into a group. Every member may, if the person left; "
        "owners and admins, if the person was removed.",
        rate="invite",
    )
    def reinstate_participant(
        self, info: Info, input: inputs.ReinstateParticipantInput
    ) -> results.ReinstateParticipantResult:
        place, other = _place_and_other(info, input)
        other.reinstate(by=place)
        return results.ReinstateParticipantPayload(participation=other)

    @mutation(description="Give a member of a group another role. Owners and admins may.")
    def change_role(self, info: Info, input: inputs.ChangeRoleInput) -> results.ChangeRoleResult:
        place, other = _place_and_other(info, input, as_admin=True)
        other.change_role(input.role, by=place)
        return results.ChangeRolePayload(participation=other)

    @mutation(description="Give a group another title. Owners and admins may.")
    def rename_conversation(
        self, info: Info, input: inputs.RenameConversationInput
    ) -> results.RenameConversationResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        place.rename(input.title)
        return results.RenameConversationPayload(conversation=place.conversation)

    @mutation(description="Say how far the viewer has read. Less than before changes nothing.")
    def mark_read(self, info: Info, input: inputs.MarkReadInput) -> results.MarkReadResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        place.read(input.number)
        return results.MarkReadPayload(participation=place)

    @mutation(description="Show a conversation as unread until it's read again.")
    def mark_unread(self, info: Info, input: inputs.MarkUnreadInput) -> results.MarkUnreadResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        place.mark_unread()
        return results.MarkUnreadPayload(participation=place)

    @mutation(
        description="Show the others that the viewer is typing. Say it again every 3 seconds while "
        "it's so; it is shown for 6, or until the message is there."
    )
    def set_typing(self, info: Info, input: inputs.SetTypingInput) -> results.SetTypingResult:
        typists.say(info, input.conversation_id, input.typing, CONVERSATION)
        return results.SetTypingPayload(typing=input.typing)

    @mutation(
        description="Hear no more of somebody: they can't start to talk with the viewer, nor go on "
        "in private, nor take the viewer into groups. In groups what they say is hidden."
    )
    def block_user(self, info: Info, input: inputs.BlockUserInput) -> results.BlockUserResult:
        (user,) = people(info, [input.user], "user")
        with named_by("user"):
            models.Block.objects.block(info.context.viewer, user)
        info.context.look_up_blocks()
        return results.BlockUserPayload(user=user)

    @mutation(description="Hear of somebody again, also of what they said meanwhile.")
    def unblock_user(self, info: Info, input: inputs.UnblockUserInput) -> results.UnblockUserResult:
        (user,) = people(info, [input.user], "user")
        models.Block.objects.unblock(info.context.viewer, user)
        info.context.look_up_blocks()
        return results.UnblockUserPayload(user=user)

    @mutation(
        description="Tell moderators of a message that the viewer can read. Others are not told.",
        rate="report",
    )
    def report_message(
        self, info: Info, input: inputs.ReportMessageInput
    ) -> results.ReportMessageResult:
        message = visible_message(info, key_of(models.Message, input.message, "message"))
        if message is None:
            raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("message",))
        place = own_participation(info, message.conversation)
        with named_by("message"):
            models.Report.objects.report_message(place, message, input.why)
        return results.ReportMessagePayload(reported=message)

    @mutation(description="Tell moderators of a group's title. Others aren't told.", rate="report")
    def report_title(self, info: Info, input: inputs.ReportTitleInput) -> results.ReportTitleResult:
        place = participation_of(info, input.conversation_id, CONVERSATION)
        with named_by(CONVERSATION):
            models.Report.objects.report_title(place, input.why)
        return results.ReportTitlePayload(conversation=place.conversation)

    @mutation(description="Tell moderators of a person. Others are not told.", rate="report")
    def report_user(self, info: Info, input: inputs.ReportUserInput) -> results.ReportUserResult:
        (user,) = people(info, [input.user], "user")
        with named_by("user"):
            models.Report.objects.report_user(info.context.viewer, user, input.why)
        return results.ReportUserPayload(user=user)

    @mutation(
        description="Make a bearer token for the viewer. Only who is signed in by session can, so "
        "that a token can't make its successor."
    )
    def create_token(self, info: Info, input: inputs.CreateTokenInput) -> results.CreateTokenResult:
        if info.context.identity is None or not info.context.identity.session:
            raise MessagingPermissionDenied(RefusalCode.SESSION_REQUIRED)
        expires_at = input.expires_at and utc(input.expires_at)
        token, secret = models.AccessToken.objects.issue(
            info.context.viewer, input.name, expires_at
        )
        return results.CreateTokenPayload(token=token, secret=secret)

    @mutation(
        description="Make a bearer token of the viewer's work no longer, and close its sockets."
    )
    def revoke_token(self, info: Info, input: inputs.RevokeTokenInput) -> results.RevokeTokenResult:
        key = key_of(models.AccessToken, input.id)
        token = info.context.viewer.talk_access_tokens.filter(pk=key).first()
        if token is None:
            raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("id",))
        token.revoke()
        return results.RevokeTokenPayload(token=token)


def _unfit(message: str, path: str) -> MessagingValidationError:
    return MessagingValidationError(RefusalCode.INVALID_INPUT, message, path=(path,))


def _place_and_other(
    info: Any,
    input: inputs.RemoveParticipantInput
    | inputs.ReinstateParticipantInput
    | inputs.ChangeRoleInput,
    *,
    as_admin: bool = False,
) -> tuple[models.Participation, models.Participation]:
    """The viewer's place, and that of the person whom they act on."""
    place = participation_of(info, input.conversation_id, CONVERSATION)
    (other,) = others(info, place, [input.participant], "participant", as_admin=as_admin)
    return place, place.other(other, as_admin=as_admin)
