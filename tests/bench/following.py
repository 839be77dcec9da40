"""CPU time to follow the log, by its length: `python -m tests.bench.following`.

A follower that does nothing reads all events from the start. There are as many conversations as a
twentieth of the events, and events of all of them in turn. So most events are of another
conversation than the one before. Nobody writes meanwhile.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import psutil

from .servers import cpu_with_children, services

#: How many events there are.
SIZES = (10_000, 30_000, 100_000)
EVENTS_OF_EACH = 20


def grow(size: int) -> None:
    """Have so many events in all."""
    from django.db.models import F

    from talk.models import Conversation, Event

    missing = size - Event.objects.count()
    begun = Conversation.objects.bulk_create(
        Conversation(kind="group") for _ in range(missing // EVENTS_OF_EACH)
    )
    for revision in range(1, EVENTS_OF_EACH + 1):
        Event.objects.bulk_create(
            (Event(conversation=each, revision=revision, kind="message_sent") for each in begun),
            batch_size=5_000,
        )
    rows = Conversation.objects.filter(pk__in=[each.pk for each in begun])
    rows.update(revision=F("revision") + EVENTS_OF_EACH)


def follow(name: str, database: psutil.Process) -> dict[str, float]:
    """Follow the whole log once."""
    from talk.followers import Follower
    from talk.following import Following

    class Counter(Follower):
        from_start = True
        count = 0

        def handle(self, event: Any) -> None:
            self.count += 1

    follower = Counter()
    follower.name = name
    process = Following(follower)
    begun = time.perf_counter()
    cpu, database_cpu = time.process_time(), cpu_with_children(database)
    while process.step() == 0:
        pass
    cpu = time.process_time() - cpu
    database_cpu = cpu_with_children(database) - database_cpu
    row = {
        "events": follower.count,
        "seconds": round(time.perf_counter() - begun, 2),
        "cpu_us_per_event": round(cpu / follower.count * 1e6),
        "database_us_per_event": round(database_cpu / follower.count * 1e6),
    }
    process.close()
    return row


def rows() -> Iterator[dict[str, float]]:
    with services() as database:
        for size in SIZES:
            grow(size)
            row = follow(f"follower of {size}", database)
            assert row["events"] == size
            yield row


if __name__ == "__main__":
    for each in rows():
        print(json.dumps(each), flush=True)  # noqa: T201
