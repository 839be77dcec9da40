"""Wakes one listener of what the hub watches."""

import asyncio


class Bell:
    """Rings for one listener. Ringing twice before it's heard is ringing once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._kinds: set[str] = set()

    def ring(self, kind: str = "") -> None:
        self._kinds.add(kind)
        self._rung.set()

    def was_rung_for(self, kind: str) -> bool:
        """Whether a topic of this kind rang since this was asked last."""
        was_rung = kind in self._kinds
        self._kinds.discard(kind)
        return was_rung

    async def rung(self, timeout: float | None = None) -> bool:
        """Wait until it rings, at most `timeout` seconds; whether it did."""
        try:
            await asyncio.wait_for(self._rung.wait(), timeout)
        except TimeoutError:
            return False
        self._rung.clear()
        return True
