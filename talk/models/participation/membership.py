"""How members come and go: leave, remove, accept, decline, reinstate."""

from datetime import datetime
from typing import TYPE_CHECKING, Self, cast

from ...exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from .. import scheduled_mention, scheduled_message
from ..conversation import members
from ..conversation.recipients import checked_users
from ..draft import emptied
from ..event import Event
from ..message import Message
from .acting import Acting
from .arranging import Arranging
from .reading import Reading

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..conversation.change import Change
    from . import Participation


class Membership(Arranging, Reading):
    """Leaves, removes, accepts, declines and reinstates.

    `by` is the participation of the member who acts. Without it, the project itself acts.
    """

    class Meta:
        abstract = True

    def other(self, user: "User", *, as_admin: bool = False) -> "Participation | Self":
        """`user`'s participation in the same conversation, for a verb that this member uses on it.

        Raises what `must_be_able_to_act` raises, and `NEVER_JOINED` only after that.
        """
        if user.pk == self.user_id:
            return self
        self.must_be_able_to_act(as_admin=as_admin)
        return self.conversation.participations.all().of_other(user, self.conversation)

    def leave(self) -> None:
        """Leave a group. What they could read stays readable; nothing new does."""
        with self.changing() as change:
            self.must_be_able_to_leave()
            self._depart(change, Message.Kind.LEFT)

    def revoke(self) -> None:
        """`leave`, by the name that it has in the app that Talk replaces."""
        self.leave()

    def remove(self, by: Acting | None = None) -> None:
        """Remove this member from a group, or withdraw their invitation.

        Owners remove everybody, admins remove members.
        """
        with self.changed_by(by) as change:
            self.must_be_in_group()
            if by is not None:
                self._must_be_another_than(by, RefusalCode.CANNOT_REMOVE_YOURSELF)
                by.must_outrank(self.role)
            if self.is_invited:
                self._decline(change)
                return
            self._must_be_present()
            self._depart(change, Message.Kind.REMOVED)

    def accept(self) -> None:
        """Accept an invitation. Raises `NOT_INVITED`."""
        with self.changing() as change:
            self.must_be_invited()
            change.activate(self)

    def decline(self) -> None:
        """Decline an invitation. Former members can still read what they could read before.

        Raises `NOT_INVITED`.
        """
        with self.changing() as change:
            self.must_be_invited()
            self._decline(change)

    def reinstate(self, by: "Participation | None" = None) -> None:
        """Bring this person back. They can read the whole history, also of their absence."""
        if by is not None and by.pk != self.pk:
            by.must_be_able_to_act()
        actor = by.user if by else None
        returning = checked_users([self.user])
        read_again = (self,) if by is None else (self, by)
        with self.conversation.changing(actor, *read_again, holding=returning) as change:
            if by is not None:
                self._must_be_another_than(by, RefusalCode.CANNOT_REINSTATE_YOURSELF)
            if self.is_active:
                raise MessagingValidationError(RefusalCode.ALREADY_ACTIVE)
            change.readmit(cast("Participation", self), by=by)

    def vanish(self) -> None:
        """Leave any conversation, also a private one, before the account is deleted or erased.

        A private conversation loses its pair then.
        """
        with self.changing() as change:
            if self.is_invited:
                self._decline(change)
                return
            self._must_not_have_left()
            if self.conversation.is_private:
                self.conversation.pair = f"gone {self.conversation.pk}"
                self.conversation.save(update_fields=["pair"])
            self._depart(change, Message.Kind.LEFT)

    def must_be_able_to_leave(self) -> None:
        self.must_be_in_group()
        self._must_not_have_left()

    def must_be_invited(self) -> None:
        if not self.is_invited:
            raise MessagingPermissionDenied(RefusalCode.NOT_INVITED)

    # Parts of a change.

    def come_back(self, at: datetime) -> None:
        """Become an active member, again or after an invitation."""
        if self.left_at is None:
            # They were never in it before, so nothing of the history counts as unread.
            self.joined_at_number = self.conversation.last_number
        self.status, self.left_at = self.Status.ACTIVE, None
        self.left_at_number, self.left_at_title = None, ""
        self.joined_at = self.last_activity_at = at
        self.archived_at = None
        left = ("left_at", "left_at_number", "left_at_title")
        moved = ("last_activity_at", "archived_at")
        written = ("status", "joined_at", "joined_at_number", *moved, *left)
        columns = {field: getattr(self, field) for field in written}
        back = members.updated(key=self.pk, **columns)
        self.return_to(at, back)

    def be_invited(self, change: "Change") -> None:
        """Be invited again, after having left or declined."""
        self.invited_by, self.archived_at = change.actor, None
        if self.left_at is None:
            self.left_at_title, self.joined_at = change.conversation.title, change.at
        self._set_status(self.Status.INVITED, change)
        change.record(Event.Kind.PARTICIPANT_INVITED, self)

    def _depart(self, change: "Change", kind: Message.Kind) -> None:
        change.announce_member(kind, self)
        self.status = self.Status(kind)
        self.role = self.Role.MEMBER
        self.left_at = self.changed_at = change.at
        # The last message that they can read is the one that says that they are gone.
        self.left_at_number = change.conversation.last_number
        self.left_at_title = change.conversation.title
        left = ("left_at", "left_at_number", "left_at_title")
        change.update(self, "status", "role", "changed_at", *left)
        change.read_again(
            None,
            emptied(participation=self.pk, at=change.at),
            scheduled_mention.all_deleted(participation=self.pk),
            scheduled_message.all_deleted(participation=self.pk),
        )

    def _decline(self, change: "Change") -> None:
        self._set_status(self.Status.DECLINED, change)
        change.record(Event.Kind.PARTICIPANT_DECLINED, self)

    def _set_status(self, status: Reading.Status, change: "Change") -> None:
        self.status, self.changed_at = status, change.at
        invitation = ("invited_by", "joined_at", "left_at_title", "archived_at")
        change.update(self, "status", "changed_at", *invitation)

    def _must_not_have_left(self) -> None:
        if self.status == self.Status.LEFT:
            raise MessagingPermissionDenied(RefusalCode.ALREADY_LEFT)
        if not self.is_active:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
