"""The page `/metrics` for Prometheus: a Django view, with a token or for some addresses.

It needs the package `prometheus-client` (the extra `metrics`). A project that serves metrics of its
own registers `Collector` instead.
"""

import ipaddress
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from talk.backlog import Backlog
from talk.conf import conf
from talk.counts import BOUNDS, CAN_BE_SHOWN, Histogram, count

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

#: Headers that a proxy adds to the requests that it passes on.
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_VIA")

#: The counters without labels: their names in `talk.counts`, and what they say.
TOTALS = {
    "catch_ups": "How often a live subscription had to read the database for itself.",
    "lost_wakeups": "Changes that were found by comparing, because no wake-up came.",
    "unsent_wakeups": "Wake-ups that the channel layer did not take.",
}


# With `ATOMIC_REQUESTS`, a database that is away would fail the page.
@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics of this process, in the format that the client asks for.

    404 if neither `METRICS_TOKEN` nor `METRICS_ADDRESSES` is set, or the client may not read them.
    """
    if not CAN_BE_SHOWN or not _may_read(request):
        raise Http404
    from prometheus_client.exposition import choose_encoder

    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(
        encode(_registry()), content_type=content_type, headers={"Cache-Control": "no-store"}
    )


def _may_read(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if conf.METRICS_TOKEN and scheme.lower() == "bearer":
        return constant_time_compare(token.strip(), conf.METRICS_TOKEN)
    # Behind a proxy everybody has the proxy's address, or one that the client may have written.
    if not conf.METRICS_ADDRESSES or any(header in request.META for header in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "")
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in ipaddress.ip_network(each) for each in conf.METRICS_ADDRESSES)


@cache
def _registry() -> "CollectorRegistry":
    from prometheus_client import (
        CollectorRegistry,
        GCCollector,
        PlatformCollector,
        ProcessCollector,
    )

    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(Collector())
    return registry


class Collector:
    """Gives Talk's metrics to a registry of `prometheus_client`."""

    def __init__(self) -> None:
        self._backlog = Backlog()

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield from _histograms()
        yield _labelled(
            CounterMetricFamily,
            "talk_refusals",
            "Errors and refusals that clients were sent.",
            "code",
            count.refusals,
        )
        yield _labelled(
            CounterMetricFamily,
            "talk_deliveries",
            "Results of subscriptions, executed for several viewers (shared) or for one (own).",
            "way",
            count.deliveries,
        )
        yield _labelled(
            GaugeMetricFamily,
            "talk_connections",
            "Open WebSockets and event streams.",
            "kind",
            count.connections,
        )
        yield _labelled(
            GaugeMetricFamily,
            "talk_streams",
            "Subscriptions that run.",
            "operation",
            count.streams,
        )
        for name, description in TOTALS.items():
            yield CounterMetricFamily(f"talk_{name}", description, value=count.totals[name])
        yield from _database_pool()
        yield from self._work()

    def _work(self) -> Iterator["Metric"]:
        from prometheus_client.core import GaugeMetricFamily

        numbers = self._backlog.numbers()
        yield _labelled(
            GaugeMetricFamily,
            "talk_follower_lag",
            "Events that a follower has not handled yet, in whichever process.",
            "follower",
            numbers.lag,
        )
        yield _labelled(
            GaugeMetricFamily,
            "talk_timed_job_late_seconds",
            "Seconds by which a timed job is late, in whichever process. Infinite if it never ran.",
            "name",
            numbers.late,
        )


def _histograms() -> Iterator["Metric"]:
    from prometheus_client.core import HistogramMetricFamily

    operations = HistogramMetricFamily(
        "talk_operation_seconds", "Duration of queries and mutations.", labels=["kind", "operation"]
    )
    for labels, histogram in list(count.operations.items()):
        operations.add_metric(list(labels), *_buckets(histogram))
    yield operations
    delivered = HistogramMetricFamily(
        "talk_delivery_seconds", "Time from an event until a live subscription has sent it."
    )
    delivered.add_metric([], *_buckets(count.delivered_after))
    yield delivered


def _buckets(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    bounds = [*map(str, BOUNDS), "+Inf"]
    return list(zip(bounds, accumulate(histogram.buckets), strict=True)), histogram.sum


def _labelled(family: Any, name: str, description: str, label: str, numbers: Any) -> Any:
    found = family(name, description, labels=[label])
    for value, number in list(numbers.items()):
        found.add_metric([value], number)
    return found


def _database_pool() -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    pool = getattr(connections["default"], "pool", None)
    if pool is None:
        return
    found = pool.get_stats()
    size, idle = found.get("pool_size", 0), found.get("pool_available", 0)
    numbers = {"used": size - idle, "idle": idle, "possible": found.get("pool_max", 0)}
    yield _labelled(
        GaugeMetricFamily,
        "talk_database_connections",
        "Connections of the pool that are used, idle, and possible in all.",
        "state",
        numbers,
    )
    yield GaugeMetricFamily(
        "talk_database_waiting",
        "Requests that wait for a database connection.",
        value=found.get("requests_waiting", 0),
    )
