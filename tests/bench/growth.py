"""Measures how the work of an operation grows with the data: statements, and milliseconds.

The operations run in this process, without a server. The exponent is that of a power law through
the smallest and the largest size: 0 is constant, 1 is in proportion to the size.
"""

import json
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from talk.conf import conf
from talk.models import Conversation, Event

from . import operations
from .crowd import Crowd
from .operations import Operation
from .queries import bearers_of

TURNS = 15


def measure(crowd: Crowd) -> list[dict[str, Any]]:
    deep = Conversation.objects.get(pk=crowd.deep[0])
    pages = {page: max(deep.last_number - 50 * (page - 1) + 1, 51) for page in (1, 100, 1_000)}
    if pages[1_000] == pages[100]:
        del pages[1_000]
    asked: dict[str, dict[int, Operation]] = {
        "inbox": {n: operations.inbox("inbox", who) for n, who in crowd.inboxes.items()},
        "unread total": {n: operations.unread("unread", who) for n, who in crowd.inboxes.items()},
        "thread": {n: operations.thread("thread", crowd.deep, at) for n, at in pages.items()},
        # By the number of reactors to each message.
        "reactions": {n: operations.full_thread("reactions", p) for n, p in crowd.reacted.items()},
        # By the number of the viewer's conversations.
        "search, rare": _searches(crowd, operations.RARE),
        "search, common": _searches(crowd, operations.COMMON),
        "people": {n: operations.people("people", place) for n, place in crowd.groups.items()},
        "send": {n: operations.send("send", place) for n, place in crowd.groups.items()},
        "invite": {
            n: operations.invite("invite", [place], crowd.people)
            for n, place in crowd.groups.items()
            # That of two is private, and a group that is full takes nobody in.
            if n > 2 and n + 2 * TURNS < conf.MAX_PARTICIPANTS
        },
    }
    people = {who for sizes in asked.values() for each in sizes.values() for who in each.people}
    bearers = bearers_of(people)
    rows = [
        _row(name, {size: _asking(each, bearers) for size, each in sizes.items()})
        for name, sizes in asked.items()
    ]
    rows.append(_row("catch-up", {n: _catching_up(deep, n) for n in _spans(deep.revision)}))
    return rows


def _searches(crowd: Crowd, words: str) -> dict[int, Operation]:
    people = crowd.searchers.items()
    return {count: operations.search("search", [person], words) for count, person in people}


def _row(name: str, sizes: Mapping[int, Callable[[], Any]]) -> dict[str, Any]:
    """The figures of one operation, by size."""
    taken, counted = {}, {}
    for size, ask in sizes.items():
        ask()
        with CaptureQueriesContext(connection) as captured:
            ask()
        counted[size] = len(captured)
        delays = []
        for _turn in range(TURNS):
            begun = time.perf_counter()
            ask()
            delays.append((time.perf_counter() - begun) * 1000)
        taken[size] = round(statistics.median(delays), 2)
    row = {
        "operation": name,
        "ms": taken,
        "queries": counted,
        "ms_exponent": _exponent(taken),
        "queries_exponent": _exponent(counted),
    }
    print(json.dumps(row), flush=True)  # noqa: T201
    return row


def _exponent(found: Mapping[int, float]) -> float:
    small, large = min(found), max(found)
    return round(math.log(found[large] / found[small]) / math.log(large / small), 3)


def _asking(operation: Operation, bearers: Mapping[int, str]) -> Callable[[], None]:
    bearer = bearers[operation.people[0]]
    client = Client(headers={"authorization": f"Bearer {bearer}", "host": "127.0.0.1"})

    def ask() -> None:
        body = {"query": operation.document, "variables": operation.variables(0)}
        answer = client.post("/graphql", json.dumps(body), content_type="application/json")
        assert set(answer.json()) == {"data", "extensions"}, answer.content
        assert b'"message":' not in answer.content, answer.content

    return ask


def _catching_up(conversation: Any, missed: int) -> Callable[[], None]:
    """Read the last `missed` revisions, page by page, as a stream that resumes does."""

    def ask() -> None:
        revision = conversation.revision - missed
        while events := Event.objects.news(conversation.pk, revision):
            revision = events[-1].revision
        assert revision == conversation.revision

    return ask


def _spans(revision: int) -> Iterable[int]:
    return (span for span in (10, 1_000, 10_000) if span <= revision)
