"""Mutations by which the viewer arranges their own inbox: mute, archive and pin conversations."""

import strawberry

from ..authentication.context import Info
from ..loading.participations import participation_of
from ..times import utc
from ..types import arranging
from .field import mutation


@strawberry.type
class ArrangingMutation:
    @mutation(
        description="Set of which messages apps should notify the viewer in a conversation, and "
        "until when it is muted. Nobody else is told. Messages in muted conversations are unread "
        "as in others, but `unreadTotal` leaves them out."
    )
    def set_notifications(
        self, info: Info, input: arranging.SetNotificationsInput
    ) -> arranging.SetNotificationsResult:
        own = participation_of(info, input.conversation_id)
        own.set_notifications(input.level, input.muted_until and utc(input.muted_until))
        return arranging.SetNotificationsPayload(participation=own)

    @mutation(
        description="Take a conversation out of the viewer's inbox into the archive, and unpin it. "
        "Nobody else is told. It comes back with the next text of another user, unless it is "
        "muted or the viewer blocked that user. A text of the viewer's own brings it back, too, "
        "and so does taking part again after having left."
    )
    def archive_conversation(
        self, info: Info, input: arranging.ArchiveConversationInput
    ) -> arranging.ArchiveConversationResult:
        own = participation_of(info, input.conversation_id)
        own.archive()
        return arranging.ArchiveConversationPayload(participation=own)

    @mutation(description="Bring a conversation back from the archive into the viewer's inbox.")
    def unarchive_conversation(
        self, info: Info, input: arranging.UnarchiveConversationInput
    ) -> arranging.UnarchiveConversationResult:
        own = participation_of(info, input.conversation_id)
        own.unarchive()
        return arranging.UnarchiveConversationPayload(participation=own)

    @mutation(
        description="Pin a conversation for the viewer alone, and bring it back from the archive. "
        "The order of the inbox stays as it is: clients show `inbox(filter: {pinned: true})` above "
        "it. At most `Limits.pinnedConversations` can be pinned, with those that the viewer left."
    )
    def pin_conversation(
        self, info: Info, input: arranging.PinConversationInput
    ) -> arranging.PinConversationResult:
        own = participation_of(info, input.conversation_id)
        own.pin()
        return arranging.PinConversationPayload(participation=own)

    @mutation(description="Unpin a conversation that the viewer has pinned.")
    def unpin_conversation(
        self, info: Info, input: arranging.UnpinConversationInput
    ) -> arranging.UnpinConversationResult:
        own = participation_of(info, input.conversation_id)
        own.unpin()
        return arranging.UnpinConversationPayload(participation=own)
