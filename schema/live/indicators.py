"""Typing and presence indicators in memory, each of which expires unless it is repeated."""

import time
from collections.abc import Hashable, Iterable


class Indicators:
    """For each topic: who shows an indicator, and until when."""

    def __init__(self) -> None:
        self._until: dict[Hashable, dict[str, float]] = {}

    def show(self, topic: Hashable, by: str, seconds: float) -> bool:
        """Show an indicator for some seconds, or end it, for 0. True if this changes anything."""
        indicators = self._until.setdefault(topic, {})
        was_shown = by in self.active(topic)
        if seconds > 0:
            indicators[by] = time.monotonic() + seconds
        else:
            indicators.pop(by, None)
        return was_shown != (seconds > 0)

    def active(self, topic: Hashable) -> list[str]:
        """Who shows an indicator now. The first to begin comes first."""
        indicators = self._until.get(topic, {})
        now = time.monotonic()
        for by in [by for by, until in indicators.items() if until <= now]:
            del indicators[by]
        return list(indicators)

    def seconds_left(self, topics: Iterable[Hashable]) -> float | None:
        """Seconds until the first of these indicators expires. None if there are none."""
        times = [until for topic in topics for until in self._until.get(topic, {}).values()]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def forget(self, topic: Hashable) -> None:
        """Drop the indicators of a topic that nobody watches any more."""
        self._until.pop(topic, None)
