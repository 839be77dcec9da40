"""How a member pins what somebody said, for everybody in the conversation."""

from typing import TYPE_CHECKING, Any, cast

from django.db import models, router

from ...exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ...policy import policy
from ...prepared import columns_of, deleting, inserting, prepared
from ..event import Event
from ..message import Message
from ..message.queryset import revised
from ..message.retention import kept_since
from ..pin import MOST_PINS, Pin, PinQuerySet
from ..read_under_lock import Asked
from .acting import Acting

if TYPE_CHECKING:
    from . import Participation


class Pinning(Acting):
    """Pins and unpins messages. Neither makes a message unread, or moves an inbox."""

    class Meta:
        abstract = True

    def pin_message(self, message: Message) -> Message:
        """Pin a message. Returns the message.

        A message that is pinned already stays as it is, whoever pinned it. Raises what
        `must_find_text` raises, `NOT_ALLOWED` unless the policy lets this member pin, and
        `TOO_MANY_PINS` if `MOST_PINS` messages of the conversation are pinned.
        """
        pinned = self._pinned()
        with self.changing(message, pinned) as change:
            self.must_be_able_to_pin(message)
            if message.pk in pinned.found:
                return message
            if len(pinned.found) >= MOST_PINS:
                raise MessagingValidationError(RefusalCode.TOO_MANY_PINS, path=("message",))
            pin = Pin(conversation=self.conversation, message=message, by=self.user, at=change.at)
            change.record(Event.Kind.MESSAGE_PINNED, self, message)
            change.read_again(self, _inserted(**columns_of(pin)), revised(message))
        return message

    def unpin_message(self, message: Message) -> Message:
        """Unpin a message, whoever pinned it. Returns the message.

        It is no change if it is not pinned. Raises what `must_find_text` raises, and `NOT_ALLOWED`
        unless the policy lets this member pin.
        """
        pinned = self._pinned()
        with self.changing(message, pinned) as change:
            self.must_be_able_to_pin(message)
            if message.pk not in pinned.found:
                return message
            change.record(Event.Kind.MESSAGE_UNPINNED, self, message)
            change.read_again(self, _deleted(message=message.pk), revised(message))
        return message

    def must_be_able_to_pin(self, message: Message) -> None:
        """Raise what `unpin_message` raises."""
        self.must_find_text(message)
        if not self.may_pin:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, path=("message",))

    @property
    def may_pin(self) -> bool:
        """Whether the policy lets this member pin messages that they find."""
        return policy().may_pin(cast("Participation", self))

    def _pinned(self) -> Asked:
        """The keys of the pinned messages. Those past their time don't count."""
        since = kept_since(self.conversation.kind)
        kept = {} if since is None else {"since": since}
        return Asked(_pinned_in(conversation=self.conversation_id, **kept))


def _all() -> PinQuerySet:
    # In the database that is written to: a replica may not have the latest changes.
    return Pin.objects.using(router.db_for_write(Pin))


@prepared
def _pinned_in(conversation: Any, since: Any = None) -> "models.QuerySet[Pin, Any]":
    pinned = _all().filter(conversation=conversation)
    if since is not None:
        pinned = pinned.filter(message__sent_at__gte=since)
    return pinned.values_list("message", flat=True)


@prepared
def _inserted(**columns: Any) -> Any:
    return inserting(Pin(**columns))


@prepared
def _deleted(message: Any) -> Any:
    return deleting(_all().filter(message=message))
