"""The steps of changes to a conversation: add members, write messages, change titles."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from ...conf import conf
from ...exceptions import (
    MessagingPermissionDenied,
    MessagingValidationError,
    RefusalCode,
)
from ...prepared import ask, columns_of
from ...reachability import must_be_invitable
from ..event import Event
from ..message import Message
from . import members
from .keys import members_key
from .ledger import Ledger

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..participation import Participation
    from ..participation.acting import Acting
    from ..participation.membership import Membership
    from ..participation.standing import Standing
    from . import Conversation


class Change(Ledger):
    """What one verb does to one conversation. Made by `Conversation.changing`."""

    def start(self, users: Iterable["User"]) -> None:
        """The first change of a conversation: `users` take part, or are invited."""
        role = self._participations.model.Role
        group = not self.conversation.is_private
        participations = []
        for user in users:
            own = group and user == self.actor
            asks_first = group and conf.INVITATIONS_ASK and not own
            participations.append(
                self._participation(
                    user, asks_first=asks_first, role=role.OWNER if own else role.MEMBER
                )
            )
        self.record(Event.Kind.CONVERSATION_STARTED)
        self._joining += participations
        for participation in participations:
            if participation.is_invited:
                self.record(Event.Kind.PARTICIPANT_INVITED, participation)

    def admit(self, users: Iterable["User"], by: "Acting | None") -> None:
        """Take `users` in: newcomers join, and former members are reinstated.

        They are only invited if a member takes them in and the option `INVITATIONS_ASK` is on.
        `by` is None if the project itself takes them in.
        """
        users = list(users)
        rows, counted = ask(
            members.of_users(conversation=self.conversation, users=[each.pk for each in users]),
            members.expected_count(conversation=self.conversation),
        )
        known = {participation.user_id: participation for participation in rows}
        newcomers = [user for user in users if user.pk not in known]
        former = [known[user.pk] for user in users if user.pk in known]
        self._admit(newcomers, former, sum(counted), by)

    def readmit(self, participation: "Participation", by: "Acting | None") -> None:
        """`admit` for one former member, whose row was read again under the lock."""
        counted = members.expected_count(conversation=self.conversation).ask()
        self._admit([], [participation], sum(counted), by)

    def _admit(
        self,
        newcomers: list["User"],
        former: list["Participation"],
        expected: int,
        by: "Acting | None",
    ) -> None:
        asks_first = by is not None and conf.INVITATIONS_ASK
        returning = [
            participation
            for participation in former
            if not (participation.is_active or (asks_first and participation.is_invited))
        ]
        if by is not None:
            invited = newcomers + [each.user for each in returning]
            must_be_invitable(cast("Participation", by), invited)
        more = len(newcomers) + sum(not each.is_invited for each in returning)
        if more and expected + more > conf.MAX_PARTICIPANTS:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
        for participation in returning:
            if by is not None and not by.may_bring_back(participation):
                raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)
            if asks_first:
                participation.be_invited(self)
            else:
                self.activate(participation)
        self._join(newcomers, asks_first=asks_first)

    def activate(self, participation: "Membership") -> None:
        """Make an invited person or a former member active."""
        was_here = participation.left_at is not None
        participation.come_back(self.at)
        kind = Message.Kind.REINSTATED if was_here else Message.Kind.JOINED
        self.announce_member(kind, participation)

    def announce_member(self, kind: Message.Kind, participation: "Acting") -> None:
        """A message that says what happened to a member, and its event."""
        message = self._message(kind=kind, subject=participation.user)
        self.record(Event.Kind(f"participant_{kind}"), participation, message)

    def rename(self, title: str) -> None:
        """Give the group this title, and write a message that says so."""
        self.conversation.set_title(title)
        message = self._message(kind=Message.Kind.RENAMED, body=title)
        self.record(Event.Kind.CONVERSATION_RENAMED, message=message)

    def upgrade(self, private: "Conversation") -> None:
        """Say that this group began as the private conversation `private`."""
        self.conversation.upgraded_from = private
        message = self._message(kind=Message.Kind.UPGRADED)
        self.record(Event.Kind.CONVERSATION_UPGRADED, message=message)

    def write_message(self, sender: "Acting | None", body: str, **identity: Any) -> Message:
        """A message of `sender` or, for None, of the project. `identity` makes a retry find it."""
        self.read_again(sender)
        self._sent = self._message(kind=Message.Kind.TEXT, body=body, **identity)
        self.record(Event.Kind.MESSAGE_SENT, participation=sender, message=self._sent)
        return self._sent

    def remove(self, messages: Iterable[Message], why: Message.Removal) -> None:
        """Delete the words of these messages, and record an event for each."""
        for message in messages:
            message.body, message.removed_as = "", why
            # As `forget_words` stores it.
            message.fingerprint, message.mentions_all, message.attachment_count = "", False, 0
            self.record(Event.Kind.MESSAGE_REMOVED, message=message)
            self._removed[why][message.pk] = message.revision

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
        self.conversation.set_title("")
        self.conversation.save(update_fields=["title", "folded_title"])
        self._participations.expected().update(changed_at=self.at)
        self.record(Event.Kind.CONVERSATION_RENAMED)
        return True

    def update(self, participation: "Standing", *fields: str) -> None:
        """Write these fields of a participation at the end of this change."""
        columns = {field: getattr(participation, field) for field in fields}
        self._updates.append(members.updated(key=participation.pk, **columns))

    def write(self) -> None:
        if self.changes_members:
            self._write_members()
        super().write()

    def _write_members(self) -> None:
        """Write who joined and what became of members, and what follows for the conversation."""
        conversation, joining = self.conversation, self._joining
        if len(joining) > 1:
            self._participations.bulk_create(joining)
        writes = [members.inserted(**columns_of(each)) for each in joining if each.pk is None]
        writes += self._updates
        self._updates = []
        owner = [] if conversation.is_private else [members.acting_owner(conversation=conversation)]
        expected = members.expected_users(conversation=conversation)
        *answers, users = ask(*writes, *owner, expected)
        if len(joining) == 1:
            (joined,), ((joined.pk,),) = joining, answers[0]
            joined._state.adding = False
        for event in self._events:
            # The participation has a key by now. Setting it again copies the key to the event.
            event.participation = event.participation
        conversation.members_key = members_key(users)
        if owner and not answers[-1]:
            self._appoint_owner()

    def keep_an_owner(self) -> None:
        """If no owner of a group can act, make the longest-standing member an owner; admins first.

        Owners who are suspended or deactivated can't act. They stay owners, since they may come
        back.
        """
        if self.conversation.is_private:
            return
        if not members.acting_owner(conversation=self.conversation).ask():
            self._appoint_owner()

    def _appoint_owner(self) -> None:
        chosen = members.next_owner(self.conversation)
        if chosen is not None and chosen.role != chosen.Role.OWNER:
            # The same object as in the change, so that the caller of the verb sees the role.
            changed = (event.participation for event in self._events)
            same = next((each for each in changed if each == chosen), None)
            (same or chosen).take_role(chosen.Role.OWNER, self)

    def _join(self, users: Iterable["User"], *, asks_first: bool) -> None:
        # They can read the whole history, and none of it is unread.
        last = 0 if asks_first else self.conversation.last_number
        joining = [
            self._participation(user, asks_first=asks_first, joined_at_number=last)
            for user in users
        ]
        self._joining += joining
        for participation in joining:
            if asks_first:
                self.record(Event.Kind.PARTICIPANT_INVITED, participation)
            else:
                self.announce_member(Message.Kind.JOINED, participation)

    def _participation(self, user: "User", *, asks_first: bool, **fields: Any) -> "Participation":
        model = self._participations.model
        if asks_first:
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
