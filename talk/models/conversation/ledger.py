"""Writes the messages and events of a change, and what follows from them, in few statements."""

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.utils import timezone

from ... import wakeups
from ...prepared import Question, ask, changing, columns_of, inserting, prepared
from ..block import Block
from ..event import DEPARTURES, MEMBERSHIP, MOVES, Event, Moves
from ..message import Message
from ..message.queryset import key_at

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..participation import Participation
    from ..participation.acting import Acting
    from ..participation.queryset import ParticipationQuerySet
    from . import Conversation


class Ledger:
    """Collects the messages and events of one change, and writes them at its end.

    The lock of the conversation is held. Message numbers and revisions are given out here alone.
    """

    def __init__(self, conversation: "Conversation", actor: "User | None") -> None:
        self.conversation = conversation
        self.actor = actor
        # Later numbers have later times, even if the clocks of two servers differ.
        self.at = max(timezone.now(), conversation.changed_at + timedelta(microseconds=1))
        self._messages: list[Message] = []
        self._events: list[Event] = []
        self._sent: Message | None = None
        #: The participation of the verb, which is read again after everything was written.
        self._own: Acting | None = None
        #: Participations to insert, and updates of participations.
        self._joining: list[Participation] = []
        self._updates: list[Question[Any]] = []
        #: The revisions of messages whose words go, by the reason and the key of the message.
        self._removed: defaultdict[Message.Removal, dict[int, int]] = defaultdict(dict)

    def record(
        self,
        kind: Event.Kind,
        participation: "Acting | None" = None,
        message: Message | None = None,
    ) -> None:
        """Add an event. `event.MOVES` says whose inboxes it changes.

        The message gets the revision of the event. A verb that changes a stored message writes that
        to its row.
        """
        self.conversation.revision += 1
        if message is not None:
            message.revision = self.conversation.revision
            if message.pk and message.pk == self.conversation.latest_message_id:
                self.conversation.latest_message = message
        self._events.append(
            Event(
                conversation=self.conversation,
                revision=self.conversation.revision,
                kind=kind,
                actor=self.actor,
                message=message,
                participation=cast("Participation | None", participation),
                at=self.at,
            )
        )

    def read_again(self, own: "Acting | None", *updates: Question[Any]) -> None:
        """Write `updates` at the end, and then read the participation `own` again."""
        self._own = own
        self._updates += updates

    def write(self) -> None:
        """Write what was collected, in as many statements for two members as for a thousand."""
        if not self._events:
            return
        # Most changes are one event, with at most one message.
        if len(self._events) == 1 and not self._removed:
            self._write_at_once()
        else:
            self._write_in_steps()
        if self._messages:
            self.conversation.latest_message = self._messages[-1]
        wakeups.publish(self._events)
        for event in self._events:
            if event.kind in DEPARTURES and event.participation is not None:
                wakeups.wake_acquaintances(event.participation.user_id)

    def _write_at_once(self) -> None:
        (event,) = self._events
        messages = [_insert_message(**columns_of(each)) for each in self._messages]
        number = {"number": self._messages[0].number} if self._messages else {}
        recorded = _insert_event(**columns_of(event), **number)
        *keys, ((event.pk,),) = self._finish(*messages, recorded)
        for message, ((key,),) in zip(self._messages, keys, strict=True):
            message.pk, message._state.adding = key, False
            event.message = message
        event._state.adding = False

    def _write_in_steps(self) -> None:
        Message.objects.bulk_create(self._messages)
        for why, revisions in self._removed.items():
            Message.objects.filter(pk__in=list(revisions)).forget_words(why, revisions)
        Event.objects.bulk_create(self._events)
        self._finish()

    def _finish(self, *begun: Question[Any]) -> list[list[Any]]:
        """Update participations and the conversation, in one round trip with the questions `begun`.

        Returns the answers to these.
        """
        inboxes = [self._updated_inboxes()] if any(map(self._moves_all, self._events)) else []
        own = [self._own.current_row] if self._own else []
        answers = ask(*begun, *inboxes, *self._updates, self._saved_conversation(), *own)
        if self._own:
            self._own.take_over(answers[-1])
        return answers[: len(begun)]

    @property
    def changes_members(self) -> bool:
        """Whether other people are active or invited now than before."""
        return any(event.kind in MEMBERSHIP for event in self._events)

    @property
    def _participations(self) -> "ParticipationQuerySet":
        return self.conversation.participations.all()

    def _message(self, subject: "User | None" = None, **fields: Any) -> Message:
        self.conversation.last_number += 1
        message = Message(
            conversation=self.conversation,
            number=self.conversation.last_number,
            sender=self.actor,
            # Also if there is none, so that nobody has to look for it.
            subject=subject,
            sent_at=self.at,
            **fields,
        )
        self._messages.append(message)
        return message

    def _moves_all(self, event: Event) -> bool:
        """Whether all members have another row in their inbox after this event."""
        moves = MOVES[event.kind]
        if moves in {Moves.IF_LATEST, Moves.IF_UNREAD}:
            return event.message_id == self.conversation.latest_message_id
        # Without a message, an event that moves all has changed their rows by itself.
        return moves is Moves.ALL and event.message is not None

    def _updated_inboxes(self) -> Question[Any]:
        sent: dict[str, Any] = {}
        if self._sent:
            sent = {"number": self._sent.number}
            # An announcement has no sender: it is unread for all, and no block hides it.
            sent |= {} if self.actor is None else {"sender": self.actor}
        return _updated_inboxes(conversation=self.conversation, at=self.at, **sent)

    def _saved_conversation(self) -> Question[Any]:
        conversation = self.conversation
        changed = {"revision": conversation.revision, "changed_at": self.at}
        conversation.changed_at = self.at
        if self._messages:
            changed |= {
                "last_number": conversation.last_number,
                "title": conversation.title,
                "folded_title": conversation.folded_title,
                "upgraded_from": conversation.upgraded_from_id,
            }
        if self.changes_members:
            changed["members_key"] = conversation.members_key
        return _saved_conversation(key=conversation.pk, **changed)


@prepared
def _insert_message(**columns: Any) -> Any:
    return inserting(Message(**columns))


@prepared
def _insert_event(number: Any = None, **columns: Any) -> Any:
    """An event, which refers to the message with `number` if there is one."""
    if number is not None:
        columns["message_id"] = key_at(columns["conversation_id"], number)
    return inserting(Event(**columns))


@prepared
def _updated_inboxes(conversation: Any, at: Any, number: Any = None, sender: Any = None) -> Any:
    """The update of all members' participations after an event that moves their inboxes.

    `number` and `sender` are those of a text. Announcements have no sender, and messages about what
    happened have neither.
    """
    from ..participation import Participation
    from ..participation.arranging import unmuted

    moved: dict[str, Any] = {"changed_at": at}
    if number is not None:
        mine = models.Q(user=sender)
        hidden = Block.objects.filter(blocker=models.OuterRef("user"), blocked=sender)
        moved |= {
            "last_activity_at": at,
            # Senders who had read everything before have also read their own message. Newcomers
            # have nothing unread, but may not have read what was written before they joined.
            "last_read_number": models.Case(
                models.When(
                    mine,
                    first_unread_number=None,
                    last_read_number__gte=models.F("joined_at_number"),
                    then=number,
                ),
                default="last_read_number",
                output_field=models.PositiveBigIntegerField(),
            ),
            "first_unread_number": models.Case(
                models.When(~mine & ~models.Exists(hidden), first_unread_number=None, then=number),
                default="first_unread_number",
                output_field=models.PositiveBigIntegerField(),
            ),
            "marked_unread_at": models.Case(
                models.When(mine, then=None), default="marked_unread_at"
            ),
            # Few are archived: the other conditions are for those alone.
            "archived_at": models.Case(
                models.When(archived_at=None, then=None),
                models.When(mine | unmuted(at) & ~models.Exists(hidden), then=None),
                default="archived_at",
            ),
        }
    active = Participation.objects.active().filter(conversation=conversation)
    return changing(active, **moved)


@prepared
def _saved_conversation(key: Any, **changed: Any) -> Any:
    from . import Conversation

    if "last_number" in changed:
        changed["latest_message"] = key_at(key, changed["last_number"])
    return changing(Conversation.objects.filter(pk=key), **changed)
