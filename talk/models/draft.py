from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from .. import events
from .block import Block
from .event import Event
from .message import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .conversation import Conversation
    from .participation import Participation, ParticipationQuerySet

#: What changes who takes part in a conversation, or is asked to.
MEMBERSHIP = frozenset(
    {
        Event.Kind.CONVERSATION_STARTED,
        Event.Kind.PARTICIPANT_INVITED,
        Event.Kind.PARTICIPANT_DECLINED,
        Event.Kind.PARTICIPANT_JOINED,
        Event.Kind.PARTICIPANT_LEFT,
        Event.Kind.PARTICIPANT_REMOVED,
        Event.Kind.PARTICIPANT_REINSTATED,
    }
)


class Draft:
    """What changes in one conversation, whose lock is held: noted first, written at the end.

    It is the one place that gives out numbers and revisions.
    """

    def __init__(self, conversation: "Conversation", actor: "User | None") -> None:
        self.conversation = conversation
        self.actor = actor
        # Later numbers have later times, also when the clocks of two servers disagree.
        self.at = max(timezone.now(), conversation.changed_at + timedelta(microseconds=1))
        self._messages: list[Message] = []
        self._events: list[Event] = []
        self._sent: Message | None = None
        self._removed: defaultdict[Message.Removal, list[int]] = defaultdict(list)

    def note(
        self,
        kind: Event.Kind,
        participation: "Participation | None" = None,
        message: Message | None = None,
    ) -> None:
        """One event. With a message, it moves the inboxes of all."""
        self.conversation.revision += 1
        self._events.append(
            Event(
                conversation=self.conversation,
                revision=self.conversation.revision,
                kind=kind,
                actor=self.actor,
                message=message,
                participation=participation,
                at=self.at,
            )
        )

    def write(self) -> None:
        """Write what was noted, in as many statements for two members as for a thousand."""
        if not self._events:
            return
        Message.objects.bulk_create(self._messages)
        for why, gone in self._removed.items():
            Message.objects.filter(pk__in=gone).forget_words(why)
        Event.objects.bulk_create(self._events)
        if any(event.message for event in self._events):
            self._move_inboxes()
        self._save_conversation()
        events.publish(self._events)

    @property
    def members_change(self) -> bool:
        """Whether somebody is expected here who was not, or the other way round."""
        return any(event.kind in MEMBERSHIP for event in self._events)

    @property
    def _participations(self) -> "ParticipationQuerySet":
        return self.conversation.participations.all()

    def _message(self, **fields: Any) -> Message:
        self.conversation.last_number += 1
        message = Message(
            conversation=self.conversation,
            number=self.conversation.last_number,
            sender=self.actor,
            sent_at=self.at,
            **fields,
        )
        self._messages.append(message)
        return message

    def _move_inboxes(self) -> None:
        moved: dict[str, Any] = {"changed_at": self.at}
        if self._sent is not None:
            number = models.Value(self._sent.number, models.PositiveBigIntegerField())
            mine = models.Q(user=self.actor)
            hidden = Block.objects.filter(blocker=models.OuterRef("user"), blocked=self.actor)
            waits = ~mine & ~models.Exists(hidden)
            moved |= {
                "last_activity_at": self.at,
                # Who had read everything before replying has read everything after it.
                "last_read_number": models.Case(
                    models.When(mine, first_unread_number=None, then=number),
                    default="last_read_number",
                ),
                "first_unread_number": models.Case(
                    models.When(waits, first_unread_number=None, then=number),
                    default="first_unread_number",
                ),
            }
        self._participations.active().update(**moved)

    def _save_conversation(self) -> None:
        conversation = self.conversation
        changed = ["revision", "changed_at"]
        conversation.changed_at = self.at
        if self._messages:
            conversation.latest_message = self._messages[-1]
            changed += ["last_number", "latest_message", "title", "upgraded_from"]
        if self.members_change:
            from .conversation import members_key

            expected = self._participations.expected()
            conversation.members_key = members_key(expected.values_list("user", flat=True))
            changed.append("members_key")
        conversation.save(update_fields=changed)
