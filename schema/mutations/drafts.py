"""The mutation that saves what the viewer has written and not sent."""

import strawberry

from ..authentication.context import Info
from ..loading.participations import participation_of
from ..types import inputs, results
from .field import mutation


@strawberry.type
class DraftMutation:
    @mutation(
        description="Keep what the viewer has written and not sent, for all of their devices. A "
        "draft that another device has changed in the meantime is not replaced: that is refused as "
        "`DRAFT_CHANGED`."
    )
    def save_draft(self, info: Info, input: inputs.SaveDraftInput) -> results.SaveDraftResult:
        own = participation_of(info, input.conversation_id)
        own.save_draft(input.body, input.reply_to, base=input.base)
        return results.SaveDraftPayload(participation=own)
