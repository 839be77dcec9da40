"""The bot of the demo: people who are in no window answer those who are in one.

So one person alone sees somebody type, and messages and reactions arrive live.
"""

import asyncio
import heapq
import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection

from schema.live.typing_indicator import show_typing
from talk import signals, wakeups
from talk.exceptions import Refused
from talk.models import Conversation, Event, Message, Participation
from talk.naming import name_of

from . import lines
from .world import PEOPLE

logger = logging.getLogger(__name__)

#: Seconds from a message until somebody reacts to it, begins to type, and answers.
REACTS_AFTER, TYPES_AFTER, ANSWERS_AFTER = 1.2, 2.0, 5.0
#: The same, from the moment at which somebody looks into a group.
GREETS_TYPING_AFTER, GREETS_AFTER = 3.0, 6.0


@dataclass(order=True)
class Step:
    """Something that the bot does at a certain time, in a conversation."""

    at: float
    conversation: int = field(compare=False)
    do: Callable[[], None] = field(compare=False)


class Bot:
    """Hears what people do in this process, and answers from a thread of its own.

    `connected` tells the keys of the people who are in a window. `loop` is the event loop of the
    server, which tells the windows what is new.
    """

    def __init__(
        self,
        connected: Callable[[], Collection[Any]],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._connected = connected
        self._loop = loop
        self._steps: list[Step] = []
        self._greeted: set[tuple[int, Any]] = set()
        self._changed = threading.Condition()
        self._is_stopping = False
        #: The thread in which the bot is doing something. It doesn't answer itself.
        self._acting_in: int | None = None
        self._thread = threading.Thread(target=self._run, name="bot", daemon=True)

    def start(self) -> None:
        self.listen()
        self._thread.start()

    def listen(self) -> None:
        signals.message_sent.connect(self._hear_message)
        signals.conversation_read.connect(self._hear_reading)

    def stop(self) -> None:
        """Say nothing any more."""
        signals.message_sent.disconnect(self._hear_message)
        signals.conversation_read.disconnect(self._hear_reading)
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(2)

    def perform(self, now: float) -> float | None:
        """Do what is due at `now`, and tell when the next step is."""
        while (step := self._take(now)) is not None:
            self._acting_in = threading.get_ident()
            try:
                step.do()
            except Refused as refused:
                # The person left meanwhile, or the message was taken back.
                logger.info("The bot of the demo may not do this: %s", refused)
            except Exception:
                logger.warning("The bot of the demo failed", exc_info=True)
            finally:
                self._acting_in = None
        with self._changed:
            return self._steps[0].at if self._steps else None

    def _run(self) -> None:
        wakeups.server_loop.set(self._loop)
        while not self._is_stopping:
            next_at = self.perform(time.monotonic())
            # Between two steps it needs no connection.
            connection.close()
            with self._changed:
                seconds = None if next_at is None else max(0.0, next_at - time.monotonic())
                self._changed.wait_for(partial(self._is_new, next_at), seconds)

    def _is_new(self, next_at: float | None) -> bool:
        return self._is_stopping or (self._steps[0].at if self._steps else None) != next_at

    def _take(self, now: float) -> Step | None:
        with self._changed:
            is_due = self._steps and self._steps[0].at <= now and not self._is_stopping
            return heapq.heappop(self._steps) if is_due else None

    def _plan(self, conversation: int, *steps: tuple[float, Callable[[], None]]) -> None:
        """Do `steps` after so many seconds, in place of all that is planned there."""
        now = time.monotonic()
        with self._changed:
            kept = [each for each in self._steps if each.conversation != conversation]
            self._steps = kept + [Step(now + after, conversation, do) for after, do in steps]
            heapq.heapify(self._steps)
            self._changed.notify()

    # The receivers run in the thread of the person's request, after its commit.

    def _hear_message(self, message: Message, **kwargs: Any) -> None:
        is_said = message.kind == Message.Kind.TEXT and message.sender_id is not None
        if not is_said or self._acting_in == threading.get_ident():
            return
        self._plan(
            message.conversation_id,
            (REACTS_AFTER, partial(self._react, message)),
            (TYPES_AFTER, partial(self._type, message)),
            (ANSWERS_AFTER, partial(self._answer, message)),
        )

    def _hear_reading(self, event: Event, participation: Participation, **kwargs: Any) -> None:
        key = (event.conversation_id, participation.user_id)
        with self._changed:
            is_busy = any(each.conversation == event.conversation_id for each in self._steps)
            if is_busy or key in self._greeted or self._acting_in == threading.get_ident():
                return
            self._greeted.add(key)
        if participation.conversation.kind == Conversation.Kind.GROUP:
            self._plan(
                event.conversation_id,
                (GREETS_TYPING_AFTER, partial(self._type_to, participation)),
                (GREETS_AFTER, partial(self._greet, participation)),
            )

    def _react(self, message: Message) -> None:
        members = self._idle(message.conversation, message.sender_id)
        if members:
            # Somebody else than the one who answers, if there are two.
            member = members[(message.number + 1) % len(members)]
            member.react(message, lines.reaction(message.number // 2))

    def _type(self, message: Message) -> None:
        if member := self._answerer(message):
            member.read()
            show_typing(message.conversation_id, member.user_id, True)

    def _answer(self, message: Message) -> None:
        member = self._answerer(message)
        if member is None:
            return
        name = _first_name(message.sender)
        words = lines.answer(member.user.username, message.body, name, message.number // 2)
        is_group = message.conversation.kind == Conversation.Kind.GROUP
        member.send(words, reply_to=message.number if is_group else None)

    def _type_to(self, reader: Participation) -> None:
        for member in self._idle(reader.conversation, reader.user_id)[:1]:
            show_typing(reader.conversation_id, member.user_id, True)

    def _greet(self, reader: Participation) -> None:
        for member in self._idle(reader.conversation, reader.user_id)[:1]:
            turn = reader.conversation.last_number
            member.send(lines.welcome(_first_name(reader.user), turn))

    def _answerer(self, message: Message) -> Participation | None:
        """Who answers a message: somebody whom it mentions, or they take turns."""
        message.refresh_from_db(fields=["body", "removed_as"])
        if message.removed_as:
            return None
        members = self._idle(message.conversation, message.sender_id)
        mentioned = set(message.mentions.values_list("user_id", flat=True))
        for member in members:
            if member.user_id in mentioned:
                return member
        return members[message.number % len(members)] if members else None

    def _idle(self, conversation: Conversation, but: Any) -> list[Participation]:
        """The members of a conversation who are in no window, without `but`."""
        members = conversation.participations.active().filter(
            user__username__in=PEOPLE, suspended_at=None
        )
        away = members.exclude(user__in=[but, *self._connected()])
        return list(away.select_related("user").order_by("pk"))


def _first_name(person: Any) -> str:
    return str(person.get_short_name() or name_of(person))
