"""What verbs do to a conversation: members come and go, messages are written, titles change."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.db import models

from ...conf import conf
from ...deactivation import is_active
from ...exceptions import (
    MessagingPermissionDenied,
    MessagingValidationError,
    RefusalCode,
)
from ...reachability import must_be_invitable
from ..event import Event
from ..message import Message
from .ledger import Ledger

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..participation import Participation
    from ..participation.acting import Acting
    from ..participation.membership import Membership
    from . import Conversation


class Change(Ledger):
    """What one verb does to one conversation. Made by `Conversation.changing`."""

    def start(self, members: Iterable["User"]) -> None:
        """The first change of a conversation: `members` take part, or are invited."""
        role = self._participations.model.Role
        group = not self.conversation.is_private
        participations = []
        for user in members:
            own = group and user == self.actor
            ask = group and conf.INVITATIONS_ASK and not own
            own_role = role.OWNER if own else role.MEMBER
            participations.append(self._participation(user, ask=ask, role=own_role))
        self.record(Event.Kind.CONVERSATION_STARTED)
        for participation in self._participations.bulk_create(participations):
            if participation.is_invited:
                self.record(Event.Kind.PARTICIPANT_INVITED, participation)

    def admit(self, users: Iterable["User"], by: "Acting | None") -> None:
        """Take `users` in: newcomers join, and former members are reinstated.

        They are only invited if a member takes them in and the option `INVITATIONS_ASK` is on.
        `by` is None if the project itself takes them in.
        """
        users = list(users)
        known = {
            participation.user_id: participation
            for participation in self._participations.filter(user__in=users).select_related("user")
        }
        newcomers = [user for user in users if user.pk not in known]
        ask = by is not None and conf.INVITATIONS_ASK
        returning = [
            participation
            for user in users
            if (participation := known.get(user.pk))
            and not participation.is_active
            and not (ask and participation.is_invited)
        ]
        if by is not None:
            invited = newcomers + [each.user for each in returning]
            must_be_invitable(cast("Participation", by), invited)
        self._make_room(len(newcomers) + sum(not each.is_invited for each in returning))
        for participation in returning:
            if by is not None and not by.may_bring_back(participation):
                raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)
            if ask:
                participation.be_invited(self)
            else:
                self.take_in(participation)
        self._join(newcomers, ask=ask)

    def take_in(self, participation: "Membership") -> None:
        """An invited person or a former member takes part from now on."""
        was_here = participation.left_at is not None
        participation.come_back(self.at)
        kind = Message.Kind.REINSTATED if was_here else Message.Kind.JOINED
        self.announce_member(kind, participation)

    def announce_member(self, kind: Message.Kind, participation: "Acting") -> None:
        """A message that says what happened to a member, and its event."""
        message = self._message(kind=kind, subject=participation.user)
        self.record(Event.Kind(f"participant_{kind}"), participation, message)

    def rename(self, title: str) -> None:
        self.conversation.entitle(title)
        message = self._message(kind=Message.Kind.RENAMED, body=title)
        self.record(Event.Kind.CONVERSATION_RENAMED, message=message)

    def upgrade(self, private: "Conversation") -> None:
        self.conversation.upgraded_from = private
        message = self._message(kind=Message.Kind.UPGRADED)
        self.record(Event.Kind.CONVERSATION_UPGRADED, message=message)

    def say(self, sender: "Acting | None", body: str, **identity: Any) -> Message:
        """A message of `sender` or, for None, of the project. `identity` makes a retry find it."""
        self._sender = sender
        self._sent = self._message(kind=Message.Kind.TEXT, body=body, **identity)
        self.record(Event.Kind.MESSAGE_SENT, participation=sender, message=self._sent)
        return self._sent

    def remove(self, messages: Iterable[Message], why: Message.Removal) -> None:
        """Delete the words of these messages, and record an event for each."""
        for message in messages:
            message.body, message.removed_as = "", why
            self._removed[why].append(message.pk)
            self.record(Event.Kind.MESSAGE_REMOVED, message=message)

    def forget_titles(
        self, renames: Sequence[Message], why: Message.Removal, *, first: bool
    ) -> bool:
        """Delete the titles that the messages `renames` gave the group, and its `first` title.

        The group has no title afterwards if its title was one of them. Returns whether there was
        anything to delete.
        """
        given = self.conversation.messages.filter(kind=Message.Kind.RENAMED)
        others = set(
            given.exclude(pk__in=[each.pk for each in renames]).values_list("body", flat=True)
        )
        last = given.order_by("number").last()
        kept = self._participations.exclude(left_at_title="")
        if first:
            # After a rename, the first title stands only in the rows of people who left before.
            kept = kept.exclude(left_at_title__in=others)
        else:
            kept = kept.filter(left_at_title__in={each.body for each in renames} - others)
        was_kept = kept.update(left_at_title="", changed_at=self.at)
        self.remove(renames, why)
        if not self.conversation.title or not (last in renames if last else first):
            return bool(renames or was_kept)
        self.conversation.entitle("")
        self.conversation.save(update_fields=["title", "folded_title"])
        self._participations.expected().update(changed_at=self.at)
        self.record(Event.Kind.CONVERSATION_RENAMED)
        return True

    def write(self) -> None:
        if self.members_change:
            self.keep_an_owner()
        super().write()

    def keep_an_owner(self) -> None:
        """If no owner of a group can act, make the longest-standing member an owner; admins first.

        Owners who are suspended or deactivated can't act. They stay owners, since they may come
        back.
        """
        if self.conversation.is_private:
            return
        role = self._participations.model.Role
        unsuspended = models.Q(suspended_at=None)
        can_act = unsuspended & is_active("user__")
        rank = models.Case(
            models.When(can_act, role=role.OWNER, then=0),
            models.When(can_act, role=role.ADMIN, then=1),
            models.When(can_act, then=2),
            models.When(role=role.OWNER, then=3),
            models.When(~unsuspended & is_active("user__"), then=4),
            default=5,
        )
        active = self._participations.active().select_related("user")
        heir = active.order_by(rank, "joined_at", "pk").first()
        if heir is not None and heir.role != role.OWNER:
            heir.take_role(role.OWNER, self)

    def _make_room(self, newcomers: int) -> None:
        if newcomers:
            expected = self._participations.expected().count()
            if expected + newcomers > conf.MAX_PARTICIPANTS:
                raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)

    def _join(self, users: Iterable["User"], *, ask: bool) -> None:
        # They can read the whole history, and none of it is unread.
        last = 0 if ask else self.conversation.last_number
        joining = [self._participation(user, ask=ask, joined_at_number=last) for user in users]
        for participation in self._participations.bulk_create(joining):
            if ask:
                self.record(Event.Kind.PARTICIPANT_INVITED, participation)
            else:
                self.announce_member(Message.Kind.JOINED, participation)

    def _participation(self, user: "User", *, ask: bool, **fields: Any) -> "Participation":
        model = self._participations.model
        if ask:
            fields |= {
                "status": model.Status.INVITED,
                "invited_by": self.actor,
                "left_at_number": 0,
                "left_at_title": self.conversation.title,
            }
        return model(
            conversation=self.conversation,
            user=user,
            joined_at=self.at,
            last_activity_at=self.at,
            changed_at=self.at,
            **fields,
        )
