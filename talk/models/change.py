from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from ..conf import conf
from ..exceptions import (
    MessagingPermissionDenied,
    MessagingValidationError,
    RefusalCode,
)
from ..policy import is_active, must_be_invitable
from .draft import Draft
from .event import Event
from .message import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .conversation import Conversation
    from .participation import Participation


class Change(Draft):
    """What one verb does to one conversation. Made by `Conversation.changing`."""

    def start(self, members: Iterable["User"]) -> None:
        """The first change of a conversation: these people are in it, or asked whether to be."""
        role = self._participations.model.Role
        group = not self.conversation.is_private
        places = []
        for user in members:
            own = group and user == self.actor
            ask = group and conf.INVITATIONS_ASK and not own
            places.append(self._place(user, ask=ask, role=role.OWNER if own else role.MEMBER))
        self.note(Event.Kind.CONVERSATION_STARTED)
        for place in self._participations.bulk_create(places):
            if place.is_invited:
                self.note(Event.Kind.PARTICIPANT_INVITED, place)

    def admit(self, users: Iterable["User"], by: "Participation | None") -> None:
        """Take in who is not in: strangers join, who left or was removed is reinstated.

        Or they are asked to, if it is a member who takes them in and `INVITATIONS_ASK` says so.
        """
        users = list(users)
        known = {
            participation.user_id: participation
            for participation in self._participations.filter(user__in=users).select_related("user")
        }
        newcomers = [user for user in users if user.pk not in known]
        ask = by is not None and conf.INVITATIONS_ASK
        returning = [
            place
            for user in users
            if (place := known.get(user.pk))
            and not place.is_active
            and not (ask and place.is_invited)
        ]
        if by is not None:
            must_be_invitable(by, newcomers + [place.user for place in returning])
        self._make_room(len(newcomers) + sum(not place.is_invited for place in returning))
        for participation in returning:
            if by is not None and not by.may_bring_back(participation):
                raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)
            if ask:
                participation.be_asked(self)
            else:
                self.take_in(participation)
        self._join(newcomers, ask=ask)

    def take_in(self, participation: "Participation") -> None:
        """Who is asked, or was here before, takes part from now on."""
        was_here = participation.left_at is not None
        participation.come_back(self.at)
        self.tell(Message.Kind.REINSTATED if was_here else Message.Kind.JOINED, participation)

    def tell(self, kind: Message.Kind, participation: "Participation") -> None:
        """Something happened to a member: a message that says so, and its event."""
        message = self._message(kind=kind, subject=participation.user)
        self.note(Event.Kind(f"participant_{kind}"), participation=participation, message=message)

    def rename(self, title: str) -> None:
        self.conversation.entitle(title)
        message = self._message(kind=Message.Kind.RENAMED, body=title)
        self.note(Event.Kind.CONVERSATION_RENAMED, message=message)

    def upgrade(self, private: "Conversation") -> None:
        self.conversation.upgraded_from = private
        message = self._message(kind=Message.Kind.UPGRADED)
        self.note(Event.Kind.CONVERSATION_UPGRADED, message=message)

    def say(self, sender: "Participation | None", body: str, **identity: Any) -> Message:
        self._speaker = sender
        self._sent = self._message(kind=Message.Kind.TEXT, body=body, **identity)
        self.note(Event.Kind.MESSAGE_SENT, participation=sender, message=self._sent)
        return self._sent

    def remove(self, messages: Iterable[Message], why: Message.Removal) -> None:
        """The words of messages that have some are gone. An event for each tells so."""
        for message in messages:
            message.body, message.removed_as = "", why
            self._removed[why].append(message.pk)
            self.note(Event.Kind.MESSAGE_REMOVED, message=message)

    def forget_titles(
        self, renames: Sequence[Message], why: Message.Removal, *, first: bool
    ) -> bool:
        """The titles that these messages gave the group, and its `first` one, are gone.

        The group has no title then, if it was one of them. Answers whether anything was there.
        """
        given = self.conversation.messages.filter(kind=Message.Kind.RENAMED)
        others = set(
            given.exclude(pk__in=[each.pk for each in renames]).values_list("body", flat=True)
        )
        last = given.order_by("number").last()
        kept = self._participations.exclude(left_at_title="")
        if first:
            # What it was called at first stands nowhere else, once it was renamed.
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
        self.note(Event.Kind.CONVERSATION_RENAMED)
        return True

    def write(self) -> None:
        if self.members_change:
            self.keep_an_owner()
        super().write()

    def keep_an_owner(self) -> None:
        """Give a group without an owner who can act the longest-standing member who can, admins
        first.

        Owners who are suspended, or whose account is deactivated, may come back and stay owners.
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
        # They can read all of it, and none of it waits for them.
        last = 0 if ask else self.conversation.last_number
        places = [self._place(user, ask=ask, joined_at_number=last) for user in users]
        for place in self._participations.bulk_create(places):
            if ask:
                self.note(Event.Kind.PARTICIPANT_INVITED, place)
            else:
                self.tell(Message.Kind.JOINED, place)

    def _place(self, user: "User", *, ask: bool, **fields: Any) -> "Participation":
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
