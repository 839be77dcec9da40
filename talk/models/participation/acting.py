"""How a participation acts: under the conversation's lock, after the checks of a verb."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, cast

from ...exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ...policy import policy
from ...prepared import Question, refer, renew
from ...reachability import must_reach
from ..conversation.recipients import checked_users
from . import questions
from .standing import Standing

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..conversation import Conversation
    from ..conversation.change import Change
    from ..message import Message
    from ..read_under_lock import ReadUnderLock
    from . import Participation


class Acting(Standing):
    """Opens changes, and has a `must_…` method for each condition of a verb.

    A verb checks its conditions inside the change, since they can become false until the lock of
    the conversation is held.
    """

    #: Whether they reach the other person of a private conversation, if that was read before. Verbs
    #: never know it: they look under the lock.
    reaches_partner: bool | None = None

    class Meta:
        abstract = True

    def changing(
        self, *messages: "ReadUnderLock", holding: "Iterable[User]" = ()
    ) -> "AbstractContextManager[Change]":
        """A change of the conversation that this member makes; see `Conversation.changing`.

        `messages` of the conversation are read again under the lock.
        """
        return self.conversation.changing(self.user, self, *messages, holding=holding)

    def changed_by(self, other: "Acting | None") -> "AbstractContextManager[Change]":
        """A change that another member, or the project for None, makes to this member."""
        if other is None:
            return self.conversation.changing(None, self)
        return self.conversation.changing(other.user, self, other)

    @property
    def current_row(self) -> "Question[Participation]":
        """The question for this row as it is now. `take_over` takes the answer."""
        return questions.by_key(key=self.pk)

    def take_over(self, rows: "Sequence[Participation]") -> None:
        """Take the values of the row that was read again.

        Raises `NOT_A_PARTICIPANT` if there is none: the account was erased.
        """
        if not rows:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
        # The same object, so that callers of a verb see what it changed.
        renew(self, rows[0])
        # What was read with a list is out of date.
        self.__dict__.pop("_unread_count", None)
        self.__dict__.pop("_draft", None)

    def must_be_active(self) -> None:
        if not self.is_active:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)

    def must_be_able_to_act(self, *, as_admin: bool = False) -> None:
        """Be active, and not suspended by a moderator; `as_admin`, also an admin of a group.

        Callers check it before they look up anybody else, so that a refused member doesn't learn
        who takes part or has an account. The verb checks it again under the lock.
        """
        if as_admin:
            self.must_be_in_group()
        self.must_be_active()
        if self.suspended_at is not None:
            raise MessagingPermissionDenied(RefusalCode.SUSPENDED)
        if as_admin:
            self.must_be_admin()

    def must_be_able_to_write(self) -> None:
        """Be able to act and, in a private conversation, to reach the other person.

        Raises `UNKNOWN_USER` if the account of the other person was erased.
        """
        self.must_be_able_to_act()
        if self.conversation.is_private:
            self._must_reach_partner()

    def must_see(self, message: "Message") -> None:
        """Raise `NOT_FOUND` unless it is a message of this conversation that this person sees."""
        if not self.sees(message):
            raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("message",))
        # `Message.removal` asks for it, and would read it again.
        refer(message, "conversation", self.conversation)

    def must_find_text(self, message: "Message") -> None:
        """For verbs on what somebody said: this person sees it, may write, and its words are there.

        `message` was read again under the lock. Raises what `must_see`, `must_be_able_to_write`
        and `Message.must_have_words` raise, in this order.
        """
        self.must_see(message)
        self.must_be_able_to_write()
        message.must_have_words()

    def must_have_written(self, message: "Message") -> None:
        if not self.wrote(message):
            raise MessagingPermissionDenied(RefusalCode.NOT_YOURS, path=("message",))

    def must_be_able_to_report(self, message: "Message") -> None:
        """Raise `NOT_FOUND` unless they see the message, and `CANNOT_REPORT_YOURSELF` if it is
        their own.
        """
        if not self.sees(message):
            raise MessagingPermissionDenied(RefusalCode.NOT_FOUND)
        if self.wrote(message):
            raise MessagingValidationError(RefusalCode.CANNOT_REPORT_YOURSELF)

    def must_be_able_to_mention_all(self, people: int) -> None:
        """Raise `NOT_ALLOWED` unless the policy allows it among so many people who take part."""
        if not policy().may_mention_all(cast("Participation", self), people):
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, path=("mention_all",))

    def must_be_able_to_act_in(self, conversation: "Conversation") -> None:
        """Take part in this conversation, and be able to act. The change has read this row."""
        self.must_be_of(conversation)
        self.must_be_able_to_act()

    def must_be_of(self, conversation: "Conversation") -> None:
        if self.conversation_id != conversation.pk:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)

    def must_be_in_group(self) -> None:
        if self.conversation.is_private:
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION)

    def must_be_admin(self) -> None:
        if self.role == self.Role.MEMBER:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)

    def must_outrank(self, role: str) -> None:
        """Owners act on people of any role, admins on members, members on nobody."""
        self.must_be_admin()
        if self.role != self.Role.OWNER and role != self.Role.MEMBER:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)

    def may_bring_back(self, other: Standing) -> bool:
        """Whether this member may bring `other` back.

        Any member brings back people who left. Only owners and admins bring back people who were
        removed, or who declined an invitation.
        """
        harder = {self.Status.REMOVED, self.Status.DECLINED}
        return other.status not in harder or self.role != self.Role.MEMBER

    def _must_reach_partner(self) -> None:
        if self.reaches_partner is None:
            partners = questions.partners(conversation=self.conversation, user=self.user_id).ask()
            if not checked_users(partners):
                raise MessagingValidationError(RefusalCode.UNKNOWN_USER)
            must_reach(self.user, partners)
        elif not self.reaches_partner:
            raise MessagingPermissionDenied(RefusalCode.NOT_REACHABLE)

    def _must_be_present(self) -> None:
        """For members who are acted on by others: raise `NOT_A_MEMBER` unless they are active."""
        if not self.is_active:
            raise MessagingValidationError(RefusalCode.NOT_A_MEMBER)

    def _must_be_another_than(self, by: "Acting", otherwise: RefusalCode) -> None:
        if by.pk == self.pk:
            raise MessagingPermissionDenied(otherwise)
        by.must_be_able_to_act_in(self.conversation)
