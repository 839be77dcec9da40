"""Mutations about the people in a conversation, their roles, and what a group is called."""

from typing import Any

import strawberry

from talk import models

from ..authentication.context import Info
from ..ids import key_of
from ..loading.participations import participation_of
from ..loading.users import other_users
from ..types import inputs, results
from .field import mutation


@strawberry.type
class ParticipantMutation:
    @mutation(
        description="Add people to a conversation. If the server asks people first, they are "
        "invited instead. Every member can do this. New members of a group can read its whole "
        "history. A private conversation stays as it is: a group of all these people is started.",
        rate="invite",
        people="participants",
    )
    def invite_participants(
        self, info: Info, input: inputs.InviteParticipantsInput
    ) -> results.InviteParticipantsResult:
        own = participation_of(info, input.conversation_id)
        conversation = own.invite(other_users(info, own, input.participants, "participants"))
        return results.InviteParticipantsPayload(
            conversation=conversation, upgraded=conversation != own.conversation
        )

    @mutation(
        description="Accept an invitation: the viewer takes part, and can read the whole history."
    )
    def accept_invitation(
        self, info: Info, input: inputs.AcceptInvitationInput
    ) -> results.AcceptInvitationResult:
        own = participation_of(info, input.conversation_id)
        own.accept()
        return results.AcceptInvitationPayload(participation=own)

    @mutation(description="Decline an invitation.")
    def decline_invitation(
        self, info: Info, input: inputs.DeclineInvitationInput
    ) -> results.DeclineInvitationResult:
        own = participation_of(info, input.conversation_id)
        own.decline()
        return results.DeclineInvitationPayload(participation=own)

    @mutation(description="Leave a group. Only its members can bring the viewer back.")
    def leave_conversation(
        self, info: Info, input: inputs.LeaveConversationInput
    ) -> results.LeaveConversationResult:
        own = participation_of(info, input.conversation_id)
        own.leave()
        return results.LeaveConversationPayload(conversation=own.conversation)

    @mutation(
        description="Remove somebody from a group. Owners can remove everybody, admins can remove "
        "members."
    )
    def remove_participant(
        self, info: Info, input: inputs.RemoveParticipantInput
    ) -> results.RemoveParticipantResult:
        own, other = _own_and_other(info, input, as_admin=True)
        other.remove(by=own)
        return results.RemoveParticipantPayload(participation=other)

    @mutation(
        description="Bring somebody back into a group. Every member can bring back people who "
        "left. Only owners and admins can bring back people who were removed.",
        rate="invite",
    )
    def reinstate_participant(
        self, info: Info, input: inputs.ReinstateParticipantInput
    ) -> results.ReinstateParticipantResult:
        own, other = _own_and_other(info, input)
        other.reinstate(by=own)
        return results.ReinstateParticipantPayload(participation=other)

    @mutation(
        description="Give somebody in a group another role. Owners can give any role, admins can "
        "make members admins."
    )
    def change_role(self, info: Info, input: inputs.ChangeRoleInput) -> results.ChangeRoleResult:
        own, other = _own_and_other(info, input, as_admin=True)
        other.change_role(input.role, by=own)
        return results.ChangeRolePayload(participation=other)

    @mutation(description="Change the title of a group. Owners and admins can.")
    def rename_conversation(
        self, info: Info, input: inputs.RenameConversationInput
    ) -> results.RenameConversationResult:
        own = participation_of(info, input.conversation_id)
        own.rename(input.title)
        return results.RenameConversationPayload(conversation=own.conversation)

    @mutation(
        description="Change the description, the picture and the data of a group. Owners and "
        "admins can."
    )
    def update_conversation(
        self, info: Info, input: inputs.UpdateConversationInput
    ) -> results.UpdateConversationResult:
        own = participation_of(info, input.conversation_id)
        # Whatever JSON it is: the verb refuses what is no object.
        data: Any = input.data
        file = None
        if input.avatar_file is not None:
            file = key_of(models.Attachment, input.avatar_file, "avatar_file")
        own.describe(
            description=input.description, avatar=input.avatar, avatar_file=file, data=data
        )
        return results.UpdateConversationPayload(conversation=own.conversation)


def _own_and_other(
    info: Info,
    input: inputs.RemoveParticipantInput
    | inputs.ReinstateParticipantInput
    | inputs.ChangeRoleInput,
    *,
    as_admin: bool = False,
) -> tuple[models.Participation, models.Participation]:
    """The viewer's participation, and that of the person whom the input names."""
    own = participation_of(info, input.conversation_id)
    (user,) = other_users(info, own, [input.participant], "participant", as_admin=as_admin)
    return own, own.other(user, as_admin=as_admin)
