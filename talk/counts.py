"""Counts what the server does, for the metrics of its operators: `schema.metrics` shows them.

Counting is adding to plain numbers, without a lock. Without the package `prometheus-client` nothing
can show the numbers, and nothing is counted.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from importlib.util import find_spec

#: The upper bounds of the buckets of each histogram, in seconds.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Histogram:
    """How many durations lie between each two of `BOUNDS`, and their sum."""

    __slots__ = ("buckets", "sum")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        bucket = bisect_left(BOUNDS, seconds)
        self.buckets[bucket] += 1
        self.sum += seconds


class Counts:
    """The numbers of this process, since it was started.

    Each label comes from a list that the server knows. A label that a client may choose would let
    it fill the memory of the server, and of whatever stores the metrics.
    """

    def __init__(self) -> None:
        #: Durations of queries and mutations, by kind and name of the operation.
        self.operations: defaultdict[tuple[str, str], Histogram] = defaultdict(Histogram)
        #: Errors and refusals that clients were sent, by code.
        self.refusals: Counter[str] = Counter()
        #: Open connections, by their kind.
        self.connections: Counter[str] = Counter(websocket=0, event_stream=0)
        #: Subscriptions that run, by the name of their operation.
        self.streams: Counter[str] = Counter()
        #: Results of subscriptions, by whether they were executed for one viewer or for several.
        self.deliveries: Counter[str] = Counter(shared=0, own=0)
        #: Seconds from the time of an event until a live subscription has sent it.
        self.delivered_after = Histogram()
        #: How often something happened that has no label.
        self.totals: Counter[str] = Counter(catch_ups=0, lost_wakeups=0, unsent_wakeups=0)

    def operation(self, kind: str, name: str, seconds: float) -> None:
        self.operations[kind, name].add(seconds)

    def refusal(self, code: str) -> None:
        self.refusals[code] += 1

    def connection(self, kind: str, change: int) -> None:
        self.connections[kind] += change

    def stream(self, name: str, change: int) -> None:
        self.streams[name] += change

    def delivery(self, way: str) -> None:
        self.deliveries[way] += 1

    def delivered(self, seconds: float) -> None:
        # The clocks of two machines may differ.
        self.delivered_after.add(max(seconds, 0.0))

    def happened(self, what: str, times: int = 1) -> None:
        self.totals[what] += times


class NoCounts(Counts):
    """Counts nothing."""

    def operation(self, kind: str, name: str, seconds: float) -> None: ...
    def refusal(self, code: str) -> None: ...
    def connection(self, kind: str, change: int) -> None: ...
    def stream(self, name: str, change: int) -> None: ...
    def delivery(self, way: str) -> None: ...
    def delivered(self, seconds: float) -> None: ...
    def happened(self, what: str, times: int = 1) -> None: ...


#: Whether the numbers can be shown.
CAN_BE_SHOWN = find_spec("prometheus_client") is not None
count: Counts = Counts() if CAN_BE_SHOWN else NoCounts()
