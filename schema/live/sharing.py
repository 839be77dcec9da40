"""One execution and one encoding of an event for all who asked the same about it.

What is said to one viewer may not be fit for another. Which fields that concerns is listed
nowhere: an execution notes what it asked about its viewer, and its answer serves those for whom
all of that is answered the same.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Protocol

from ..authentication.context import Context

#: Most answers to one question, for unlike viewers. If there are more, all answer for themselves.
MOST_VARIANTS = 4
#: Most questions of which answers are kept.
MOST_QUESTIONS = 50
#: Characters of the answers about one event that are kept. The event may wait for slow readers.
MOST_KEPT = 131_072
#: Seconds within which an answer is found that is found before anybody waits for it.
QUICK_SECONDS = 0.05


class RecordingContext:
    """Stands for the context of one viewer, and notes what was asked about them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        #: Whether the answer is for nobody else.
        self.is_personal = False
        #: The questions with a key, and how they were answered.
        self._asked: dict[tuple[str, Any], bool] = {}

    def is_viewer(self, user_pk: Any) -> bool:
        return self._ask("is_viewer", user_pk)

    def has_blocked(self, user_pk: Any) -> bool:
        return self._ask("has_blocked", user_pk)

    def _ask(self, question: str, key: Any) -> bool:
        self._asked[question, key] = getattr(self._context, question)(key)
        return self._asked[question, key]

    def __getattr__(self, name: str) -> Any:
        self.is_personal = True
        return getattr(self._context, name)

    def __getitem__(self, key: str) -> Any:
        self.is_personal = True
        return self._context[key]

    def forget(self) -> None:
        """Keep what was asked, and nobody."""
        del self._context

    def resembles(self, context: Context) -> bool:
        """Whether all that was asked about this viewer is answered the same for that one."""
        return all(
            getattr(context, question)(key) == was for (question, key), was in self._asked.items()
        )


class Subscriber(Protocol):
    """A stream, to which each event is a question."""

    #: The same for all streams that ask the same.
    question: Hashable
    context: Context
    #: Whether an answer of its was found without waiting.
    shares: bool

    def execute(self, event: Any, context: Any) -> str | Awaitable[str]:
        """The answer for the viewer in `context`. Reads the database."""


#: The stream that is listened to.
asker: ContextVar[Subscriber | None] = ContextVar("asker", default=None)


class SharedResults:
    """What was answered about one event, by what was asked. It lives as long as the event."""

    def __init__(self) -> None:
        self._known: defaultdict[Hashable, list[tuple[RecordingContext, str]]] = defaultdict(list)
        self._personal: set[Hashable] = set()
        self._asking: dict[Hashable, asyncio.Event] = {}
        self._size = 0

    def prepare(self, event: Any, stream: Subscriber) -> bool:
        """Find an answer before anybody waits for it; whether to do so the next time, too."""
        onlooker = RecordingContext(stream.context)
        begun = time.monotonic()
        # What goes wrong is told to who asks.
        with suppress(Exception):
            answer = stream.execute(event, onlooker)
            if isinstance(answer, str):
                self._note(stream, onlooker, answer)
                is_quick = time.monotonic() < begun + QUICK_SECONDS
                return is_quick and stream.question not in self._personal
        return False

    async def get(self, stream: Subscriber, execute: Callable[[Any], Awaitable[str]]) -> str:
        """The answer that is known for viewers like this one, or a new one by `execute`."""
        while stream.question not in self._personal:
            for onlooker, answer in self._known.get(stream.question, ()):
                if onlooker.resembles(stream.context):
                    return answer
            if stream.question not in self._asking:
                return await self._ask(stream, execute)
            await self._asking[stream.question].wait()
        # Whose answers are for nobody else need not wait for one another.
        return await execute(stream.context)

    async def _ask(self, stream: Subscriber, execute: Callable[[Any], Awaitable[str]]) -> str:
        onlooker = RecordingContext(stream.context)
        asking = self._asking[stream.question] = asyncio.Event()
        try:
            answer = await execute(onlooker)
            self._note(stream, onlooker, answer)
            return answer
        finally:
            del self._asking[stream.question]
            asking.set()

    def _note(self, stream: Subscriber, onlooker: RecordingContext, answer: str) -> None:
        if len(self._known) + len(self._personal) >= MOST_QUESTIONS:
            self._known.clear()
            self._personal.clear()
            self._size = 0
        known = self._known[stream.question]
        known.append((onlooker, answer))
        self._size += len(answer)
        if onlooker.is_personal or len(known) > MOST_VARIANTS or self._size > MOST_KEPT:
            self._size -= sum(len(answer) for _onlooker, answer in self._known.pop(stream.question))
            self._personal.add(stream.question)
        onlooker.forget()
