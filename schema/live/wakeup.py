"""Wakes one listener of what the hub watches."""

import asyncio


class Wakeup:
    """Rings for one listener. Ringing twice before it's heard is ringing once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._kinds: set[str] = set()

    def wake(self, kind: str = "") -> None:
        self._kinds.add(kind)
        self._event.set()

    def was_for(self, kind: str) -> bool:
        """Whether a topic of this kind rang since this was asked last."""
        was_rung = kind in self._kinds
        self._kinds.discard(kind)
        return was_rung

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait until it rings, at most `timeout` seconds; whether it did."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout)
        except TimeoutError:
            return False
        self._event.clear()
        return True
