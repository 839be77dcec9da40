"""How a member takes other people into a conversation."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from ..conversation import Conversation
from ..conversation.recipients import checked_users, recipients_of
from .acting import Acting

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Inviting(Acting):
    """Invites people to a group, or starts a group from a private conversation."""

    class Meta:
        abstract = True

    def invite(self, users: Iterable["User"]) -> Conversation:
        """Take `users` in, with all the history. Returns the conversation that they are in then.

        That is this one if it is a group. A private conversation stays as it is: the group of all
        these people is found or started, and refers to it by `upgraded_from`. People who left are
        reinstated; for active members nothing changes.
        """
        self.must_be_able_to_act()
        invited = checked_users(users)
        if self.conversation.is_private:
            return self._upgrade(invited)
        with self.changing(holding=invited) as change:
            self.must_be_able_to_act()
            change.admit(invited, by=self)
        return self.conversation

    @transaction.atomic
    def _upgrade(self, invited: list["User"]) -> Conversation:
        self.must_be_able_to_write()
        private = self.conversation
        members = [each.user for each in private.participations.select_related("user")]
        others = recipients_of(self.user, [*members, *invited])
        group = Conversation.objects.among(self.user, others)
        if group != private and group.upgraded_from_id is None:
            with group.changing(self.user) as change:
                group.participation_of(self.user).must_be_able_to_act()
                # Somebody else may have upgraded it first.
                if group.upgraded_from_id is None:
                    change.upgrade(private)
        return group
