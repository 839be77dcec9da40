"""Mutations that block users, and that report messages, titles and users to moderators."""

import strawberry

from talk import models

from ..authentication.context import Info
from ..loading.participations import message_of, participation_of
from ..loading.users import refused_at, users_of
from ..types import inputs, results
from .field import mutation


@strawberry.type
class SafetyMutation:
    @mutation(
        description="Block a user. Then the user can't start a conversation with the viewer, write "
        "to them in private, or add them to groups. In groups, the viewer doesn't see what the "
        "user writes."
    )
    def block_user(self, info: Info, input: inputs.BlockUserInput) -> results.BlockUserResult:
        (user,) = users_of(info, [input.user], "user")
        with refused_at("user"):
            models.Block.objects.block(info.context.viewer, user)
        info.context.look_up_blocks()
        return results.BlockUserPayload(user=user)

    @mutation(
        description="End the block of a user. The viewer then also sees what the user wrote "
        "meanwhile."
    )
    def unblock_user(self, info: Info, input: inputs.UnblockUserInput) -> results.UnblockUserResult:
        (user,) = users_of(info, [input.user], "user")
        models.Block.objects.unblock(info.context.viewer, user)
        info.context.look_up_blocks()
        return results.UnblockUserPayload(user=user)

    @mutation(
        description="Report a message that the viewer can read to the moderators. Other people are "
        "not told.",
        rate="report",
    )
    def report_message(
        self, info: Info, input: inputs.ReportMessageInput
    ) -> results.ReportMessageResult:
        own, message = message_of(info, input.message)
        with refused_at("message"):
            models.Report.objects.report_message(own, message, input.why)
        return results.ReportMessagePayload(reported=message)

    @mutation(
        description="Report the title of a group to the moderators. Other people are not told.",
        rate="report",
    )
    def report_title(self, info: Info, input: inputs.ReportTitleInput) -> results.ReportTitleResult:
        own = participation_of(info, input.conversation_id)
        with refused_at("conversation_id"):
            models.Report.objects.report_title(own, input.why)
        return results.ReportTitlePayload(conversation=own.conversation)

    @mutation(
        description="Report a user to the moderators. Other people are not told.", rate="report"
    )
    def report_user(self, info: Info, input: inputs.ReportUserInput) -> results.ReportUserResult:
        (user,) = users_of(info, [input.user], "user")
        with refused_at("user"):
            models.Report.objects.report_user(info.context.viewer, user, input.why)
        return results.ReportUserPayload(user=user)
