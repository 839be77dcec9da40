"""Typing and presence indicators in memory, each of which expires unless it is repeated."""

import time
from collections.abc import Hashable, Iterable


class Indicators:
    """By what they are of: who gave one, and until when it holds."""

    def __init__(self) -> None:
        self._until: dict[Hashable, dict[str, float]] = {}

    def note(self, topic: Hashable, by: str, seconds: float) -> bool:
        """Keep a sign for some seconds, or, for 0, no longer; whether that shows."""
        signs = self._until.setdefault(topic, {})
        was_there = by in self.of(topic)
        if seconds > 0:
            signs[by] = time.monotonic() + seconds
        else:
            signs.pop(by, None)
        return was_there != (seconds > 0)

    def of(self, topic: Hashable) -> list[str]:
        """Who gives one now, the first to begin first."""
        signs = self._until.get(topic, {})
        now = time.monotonic()
        for by in [by for by, until in signs.items() if until <= now]:
            del signs[by]
        return list(signs)

    def seconds_left(self, topics: Iterable[Hashable]) -> float | None:
        """Seconds until the first of these passes; None without any."""
        times = [until for topic in topics for until in self._until.get(topic, {}).values()]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def forget(self, topic: Hashable) -> None:
        self._until.pop(topic, None)
