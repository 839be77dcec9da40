"""Wakes one task that waits for something to change."""

import asyncio


class Wakeup:
    """Wakes one task. If it is called several times before the task looks, the task wakes once.

    It is an `asyncio.Event` for a single waiter, with a timeout and without a task, a queue or a
    coroutine of its own: a server has several of them for each socket.
    """

    __slots__ = ("_is_due", "_kinds", "_waiter")

    def __init__(self) -> None:
        self._is_due = False
        self._kinds: tuple[str, ...] = ()
        self._waiter: asyncio.Future[None] | None = None

    def wake(self, kind: str = "") -> None:
        """Wake the task. `kind` says which kind of topic has changed."""
        self._is_due = True
        if kind not in self._kinds:
            self._kinds = (*self._kinds, kind)
        _finish(self._waiter)

    def was_for(self, kind: str) -> bool:
        """Whether a topic of this kind has changed since the last call of this."""
        found = kind in self._kinds
        self._kinds = tuple(each for each in self._kinds if each != kind)
        return found

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait for `wake`, at most `timeout` seconds. False if the time ran out."""
        if not self._is_due:
            loop = asyncio.get_running_loop()
            waiter = self._waiter = loop.create_future()
            timer = None if timeout is None else loop.call_later(timeout, _finish, waiter)
            try:
                await waiter
            finally:
                self._waiter = None
                if timer is not None:
                    timer.cancel()
        was_due, self._is_due = self._is_due, False
        return was_due


def _finish(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
