"""Executes an event once, and encodes it once, for all subscriptions that would get the same JSON.

The result for one viewer may be wrong for another. No list says which fields depend on the viewer.
Instead, a recording context records what an execution asks about its viewer. The result is shared
with each viewer for whom these questions have the same answers.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from talk.counts import count

if TYPE_CHECKING:
    from ..authentication.context import Context

#: The most results that are kept of one selection, for viewers who get different ones. It is
#: enough for each combination of own reactions with four emoji. Viewers whom none of them fits
#: execute the selection for themselves.
MOST_VARIANTS = 16
#: The most selections whose results are kept.
MOST_SELECTIONS = 50
#: The most characters of results that are kept for an event, which may wait for slow readers.
MOST_KEPT = 131_072
#: Seconds within which a selection must be executed to be executed early the next time, too.
QUICK_SECONDS = 0.05


class RecordingContext:
    """The context of one viewer, which records what an execution asks about the viewer."""

    def __init__(self, context: "Context") -> None:
        self._context = context
        #: Whether the result is for this viewer only.
        self.is_personal = False
        #: The questions, each with its argument, and their answers.
        self._asked: dict[tuple[str, Any], bool] = {}

    def is_viewer(self, user_pk: Any) -> bool:
        return self._ask("is_viewer", user_pk)

    def is_among(self, user_pks: frozenset[Any]) -> bool:
        return self._ask("is_among", user_pks)

    def has_blocked(self, user_pk: Any) -> bool:
        return self._ask("has_blocked", user_pk)

    def _ask(self, question: str, key: Any) -> bool:
        self._asked[question, key] = getattr(self._context, question)(key)
        return self._asked[question, key]

    def __getattr__(self, name: str) -> Any:
        # Anything else may differ between viewers.
        self.is_personal = True
        return getattr(self._context, name)

    def __getitem__(self, key: str) -> Any:
        self.is_personal = True
        return self._context[key]

    def forget(self) -> None:
        """Drop the context itself. The questions and answers are kept."""
        del self._context

    def fits(self, context: "Context") -> bool:
        """Whether all questions have the same answers for the viewer of `context`."""
        return all(
            getattr(context, question)(key) == was for (question, key), was in self._asked.items()
        )


class Subscriber(Protocol):
    """A subscription that gets events. See `streams.Stream`."""

    #: What it selects of each event. Equal for all subscriptions that may share results.
    selection: Hashable
    context: "Context"
    #: Whether its last result was found without waiting, so that it can be executed early.
    is_synchronous: bool

    def execute(self, event: Any, context: Any) -> str | Awaitable[str]:
        """The result for the viewer of `context`, as JSON. Reads the database."""


class SharedResults:
    """The results of one event, by selection and kind of viewer. Lives as long as the event."""

    def __init__(self) -> None:
        self._known: defaultdict[Hashable, list[tuple[RecordingContext, str]]] = defaultdict(list)
        #: The selections that each viewer executes for themselves: their results are for one viewer
        #: only, or too long to be kept.
        self._personal: set[Hashable] = set()
        #: The selections of which some results are kept, and of which there is no room for more.
        self._full: set[Hashable] = set()
        #: The selections that are executed now.
        self._executing: dict[Hashable, asyncio.Event] = {}
        self._size = 0

    def execute_early(self, event: Any, stream: Subscriber) -> bool:
        """Execute the selection of `stream` before any subscription waits for the result.

        False if this should not be repeated with the next event.
        """
        recording = RecordingContext(stream.context)
        begun = time.monotonic()
        # After an error the subscriptions execute it again, and report the error.
        with suppress(Exception):
            result = stream.execute(event, recording)
            if isinstance(result, str):
                self._keep(stream.selection, recording, result)
                is_quick = time.monotonic() < begun + QUICK_SECONDS
                return is_quick and stream.selection in self._known
        return False

    async def get(self, stream: Subscriber, execute: Callable[[Any], Awaitable[str]]) -> str:
        """A known result that fits the viewer of `stream`, or a new one from `execute`."""
        selection = stream.selection
        while selection not in self._personal:
            known = self._known.get(selection, ())
            for recording, result in known:
                if recording.fits(stream.context):
                    count.delivery("shared")
                    return result
            if len(known) >= MOST_VARIANTS or selection in self._full:
                break
            if selection not in self._executing:
                return await self._execute(stream, execute)
            await self._executing[selection].wait()
        # The result is of no use to others, so nobody waits for it.
        count.delivery("own")
        return await execute(stream.context)

    async def _execute(self, stream: Subscriber, execute: Callable[[Any], Awaitable[str]]) -> str:
        recording = RecordingContext(stream.context)
        count.delivery("own")
        executing = self._executing[stream.selection] = asyncio.Event()
        try:
            result = await execute(recording)
            self._keep(stream.selection, recording, result)
            return result
        finally:
            del self._executing[stream.selection]
            executing.set()

    def _keep(self, selection: Hashable, recording: RecordingContext, result: str) -> None:
        if len(self._known) + len(self._personal) >= MOST_SELECTIONS:
            self._known.clear()
            self._personal.clear()
            self._full.clear()
            self._size = 0
        if recording.is_personal:
            self._size -= sum(len(each) for _recording, each in self._known.pop(selection, ()))
            self._personal.add(selection)
        elif self._size + len(result) > MOST_KEPT:
            # The results that are kept still fit many viewers.
            (self._full if selection in self._known else self._personal).add(selection)
        else:
            self._known[selection].append((recording, result))
            self._size += len(result)
        recording.forget()
