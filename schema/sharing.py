"""One execution and one encoding of an event for all who asked the same about it.

What is said to one viewer may not be fit for another. Which fields that concerns is listed
nowhere: an execution notes what it asked about its viewer, and its answer serves those for whom
all of that is answered the same.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from .context import Context


class Onlooker:
    """Stands for the context of one viewer, and notes what was asked about them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        #: Whether the answer is for nobody else.
        self.is_personal = False
        #: Whether the viewer was the one with this key.
        self._compared: dict[Any, bool] = {}

    def is_viewer(self, user_pk: Any) -> bool:
        self._compared[user_pk] = self._context.is_viewer(user_pk)
        return self._compared[user_pk]

    def __getattr__(self, name: str) -> Any:
        self.is_personal = True
        return getattr(self._context, name)

    def __getitem__(self, key: str) -> Any:
        self.is_personal = True
        return self._context[key]

    def resembles(self, context: Context) -> bool:
        """Whether all that was asked about this viewer is answered the same for that one."""
        return all(context.is_viewer(key) == was for key, was in self._compared.items())


class Answers:
    """What was answered about one event, by what was asked. It lives as long as the event."""

    def __init__(self) -> None:
        self._known: defaultdict[Hashable, list[tuple[Onlooker, str]]] = defaultdict(list)
        self._personal: set[Hashable] = set()
        self._asking: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(
        self, question: Hashable, context: Context, execute: Callable[[Any], Awaitable[str]]
    ) -> str:
        """The answer that is known for viewers like this one, or a new one by `execute`."""
        known = self._find(question, context)
        if known is None and question not in self._personal:
            async with self._asking[question]:
                known = self._find(question, context)
                if known is None and question not in self._personal:
                    return await self._ask(question, context, execute)
        # Whose answers are for nobody else need not wait for one another.
        return await execute(context) if known is None else known

    def _find(self, question: Hashable, context: Context) -> str | None:
        for onlooker, answer in self._known.get(question, ()):
            if onlooker.resembles(context):
                return answer
        return None

    async def _ask(
        self, question: Hashable, context: Context, execute: Callable[[Any], Awaitable[str]]
    ) -> str:
        onlooker = Onlooker(context)
        answer = await execute(onlooker)
        if onlooker.is_personal:
            self._personal.add(question)
        else:
            self._known[question].append((onlooker, answer))
        return answer
