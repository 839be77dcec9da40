from datetime import datetime
from typing import TYPE_CHECKING

from ..exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ..policy import is_active
from ..text import clean_title
from .change import Change
from .conversation import people
from .event import Event
from .message import Message
from .place import Place
from .reading import Reading

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .participation import Participation


class Membership(Reading):
    """How members come and go, and who has a say.

    `by` is the participation of who acts; without one, the project itself does.
    """

    class Meta:
        abstract = True

    def other(self, user: "User", *, as_admin: bool = False) -> "Participation":
        """`user`'s participation next to this one, for a verb of which this member is the actor.

        Raises what `must_act` raises, and only then `NEVER_JOINED`.
        """
        if user.pk == self.user_id:
            return self.itself
        self.must_act(as_admin=as_admin)
        return type(self.itself).objects.of_other(user, self.conversation)

    def must_act(self, *, as_admin: bool = False) -> None:
        """Raise what keeps this member from acting on others, whoever they are.

        It is asked before anything is looked up about the others: who is refused must not learn
        who has a place here, or an account. It is settled only by the verb, under the lock.
        """
        if as_admin:
            self.must_be_in_group()
        self.must_have_a_say()
        if as_admin:
            self.must_be_admin()

    def leave(self) -> None:
        """Leave a group: nothing new from now on, what could be read stays readable."""
        with self.conversation.changing(self.user, self.itself) as change:
            self.must_be_in_group()
            self._must_still_be_here()
            self._go(change, Message.Kind.LEFT)

    def remove(self, by: "Participation | None" = None) -> None:
        """Put this member out of a group, or take their invitation back.

        Owners remove everybody, admins members.
        """
        with self.conversation.changing(by.user if by else None, self.itself) as change:
            self.must_be_in_group()
            if by is not None:
                self._must_not_be(by, RefusalCode.CANNOT_REMOVE_YOURSELF)
                by.must_outrank(self)
            if self.is_invited:
                self._turn_down(change)
                return
            self._must_be_a_member()
            self._go(change, Message.Kind.REMOVED)

    def accept(self) -> None:
        """Take part in a group that one is invited to. Raises `NOT_INVITED`."""
        with self.conversation.changing(self.user, self.itself) as change:
            self._must_be_invited()
            change.take_in(self.itself)
        # They may be the owner now.
        self.settle()

    def decline(self) -> None:
        """Don't. Who was in it before keeps what they had. Raises `NOT_INVITED`."""
        with self.conversation.changing(self.user, self.itself) as change:
            self._must_be_invited()
            self._turn_down(change)

    def revoke(self) -> None:
        """Leave, under the name that it had in the app that Talk re-imagines."""
        self.leave()

    def reinstate(self, by: "Participation | None" = None) -> None:
        """Bring this person back, with all the history, what was said meanwhile included."""
        if by is not None and by.pk != self.pk:
            by.must_act()
        actor = by.user if by else None
        with self.conversation.changing(actor, self.itself, holding=people([self.user])) as change:
            if by is not None:
                self._must_not_be(by, RefusalCode.CANNOT_REINSTATE_YOURSELF)
            if self.is_active:
                raise MessagingValidationError(RefusalCode.ALREADY_ACTIVE)
            change.admit([self.user], by=by)
        self.settle()

    def change_role(self, role: Place.Role, by: "Participation | None" = None) -> None:
        """Give this member another role. Owners give any, admins make admins of members."""
        with self.conversation.changing(by.user if by else None, self.itself) as change:
            self.must_be_in_group()
            if by is not None:
                self._must_be_next_to(by)
                by.must_outrank(self)
                if role == self.Role.OWNER and by.role != self.Role.OWNER:
                    raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)
            self._must_be_a_member()
            if role == self.role:
                return
            if self.role == self.Role.OWNER:
                # One whose account is deactivated has no say.
                owners = self.conversation.participations.filter(
                    is_active("user__"), role=self.role, suspended_at=None
                )
                if not owners.exclude(pk=self.pk).exists():
                    raise MessagingValidationError(RefusalCode.LAST_OWNER)
            self.take_role(role, change)

    def rename(self, title: str) -> None:
        """Give the group another title; owners and admins may."""
        title = clean_title(title)
        if not title:
            raise MessagingValidationError(RefusalCode.INVALID_TITLE, path=("title",))
        with self.conversation.changing(self.user, self.itself) as change:
            self.must_have_a_say()
            self.must_be_in_group()
            self.must_be_admin()
            if title != self.conversation.title:
                change.rename(title)

    @property
    def last_visible_revision(self) -> int:
        """The revision of the last event that this member may see."""
        if self.is_active:
            return self.conversation.revision
        gone = Event.objects.filter(
            conversation=self.conversation_id, message__number=self.last_visible_number
        )
        # Pruned with it was all that they could see.
        return gone.values_list("revision", flat=True).first() or 0

    def vanish(self) -> None:
        """Leave whatever it is, a private conversation, too, which is then nobody's pair."""
        with self.conversation.changing(self.user, self.itself) as change:
            if self.is_invited:
                self._turn_down(change)
                return
            self._must_still_be_here()
            if self.conversation.is_private:
                self.conversation.pair = f"gone {self.conversation.pk}"
                self.conversation.save(update_fields=["pair"])
            self._go(change, Message.Kind.LEFT)

    def suspend(self) -> None:
        """Keep this member from writing, and from having a say, until `restore`."""
        self._set_suspended(True)

    def restore(self) -> None:
        self._set_suspended(False)

    # Parts of a change.

    def _set_suspended(self, suspended: bool) -> None:
        kind = Event.Kind.PARTICIPANT_SUSPENDED if suspended else Event.Kind.PARTICIPANT_RESTORED
        with self.conversation.changing(None, self.itself) as change:
            if suspended != (self.suspended_at is not None):
                self.suspended_at = change.at if suspended else None
                self.changed_at = change.at
                self.save(update_fields=["suspended_at", "changed_at"])
                change.note(kind, self.itself)
                change.keep_an_owner()

    def come_back(self, at: datetime) -> None:
        """Be active again, as a member."""
        if self.left_at is None:
            # They were not here before: none of it waits for them.
            self.joined_at_number = self.conversation.last_number
        self.status, self.left_at = self.Status.ACTIVE, None
        self.left_at_number, self.left_at_title = None, ""
        self.joined_at = self.last_activity_at = at
        self.save()
        self._read_up_to(self.last_read_number, at)

    def be_asked(self, change: Change) -> None:
        """Be invited again, after having been here, or declined."""
        self.invited_by = change.actor
        if self.left_at is None:
            self.left_at_title, self.joined_at = change.conversation.title, change.at
        self._set_status(self.Status.INVITED, change)
        change.note(Event.Kind.PARTICIPANT_INVITED, self.itself)

    def take_role(self, role: Place.Role, change: Change) -> None:
        self.role = role
        self.changed_at = change.at
        self.save(update_fields=["role", "changed_at"])
        change.note(Event.Kind.PARTICIPANT_ROLE_CHANGED, self.itself)

    def _go(self, change: Change, kind: Message.Kind) -> None:
        change.tell(kind, self.itself)
        self.status = self.Status(kind)
        self.role = self.Role.MEMBER
        self.left_at = self.changed_at = change.at
        # The message that says so is the last that they can read.
        self.left_at_number = change.conversation.last_number
        self.left_at_title = change.conversation.title
        self.save()

    def _turn_down(self, change: Change) -> None:
        self._set_status(self.Status.DECLINED, change)
        change.note(Event.Kind.PARTICIPANT_DECLINED, self.itself)

    def _set_status(self, status: Place.Status, change: Change) -> None:
        self.status, self.changed_at = status, change.at
        asked = ["invited_by", "joined_at", "left_at_title"]
        self.save(update_fields=["status", "changed_at", *asked])

    def _must_be_invited(self) -> None:
        if not self.is_invited:
            raise MessagingPermissionDenied(RefusalCode.NOT_INVITED)

    def _must_still_be_here(self) -> None:
        if self.status == self.Status.LEFT:
            raise MessagingPermissionDenied(RefusalCode.ALREADY_LEFT)
        if not self.is_active:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)

    def _must_not_be(self, by: "Participation", otherwise: RefusalCode) -> None:
        if by.pk == self.pk:
            raise MessagingPermissionDenied(otherwise)
        self._must_be_next_to(by)

    def _must_be_next_to(self, by: "Participation") -> None:
        by.must_be_of(self.conversation)
        by.settle()
        by.must_have_a_say()

    def _must_be_a_member(self) -> None:
        if not self.is_active:
            raise MessagingValidationError(RefusalCode.NOT_A_MEMBER)
