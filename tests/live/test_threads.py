"""Slow queries keep nobody else waiting: each kind of work has threads of its own."""

import asyncio
import json
import time

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from backend import health
from schema import schema, threads
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request

from .sockets import live, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

#: Seconds of one slow query. With one pool for everything, others would wait for two of them.
SLOW = 1.0


async def told(stream):
    """Seconds that three live updates take."""
    begun = time.monotonic()
    assert len(await stream.ask("subscription { count }")) == 4
    return time.monotonic() - begun


@live
async def test_slow_queries_of_one_socket_delay_neither_updates_nor_sockets_nor_health(alice, bob):
    async with signed_in(alice) as busy, signed_in(bob) as stream:
        await told(stream)
        for number in range(16):
            await busy.subscribe(f"{{ slow(seconds: {SLOW}) }}", id=str(number))
        await asyncio.sleep(SLOW / 5)
        begun = time.monotonic()

        await told(stream)
        async with signed_in(bob):
            pass
        ready = await health.ready(RequestFactory().get("/readyz"))

        assert time.monotonic() - begun < SLOW
        assert json.loads(ready.content).get("database") is None
        answers = [await busy.hear(timeout=10 * SLOW) for _ in range(16)]
        assert [each["type"] for each in answers].count("next") >= 8


@live
async def test_slow_queries_do_not_delay_the_beginning_of_a_stream(alice):
    """On a socket or not, whether its document is known or not."""
    wait = threads.operations.to_async(time.sleep)
    waiting = [asyncio.create_task(wait(SLOW)) for _ in range(16)]
    await asyncio.sleep(SLOW / 5)
    begun = time.monotonic()
    requested = Request("subscription { inboxChanges { cursor } }")
    operation = schema.operation(requested, Context(HttpRequest(), Identity(alice)))

    async with schema.prepare(operation) as stream:
        assert stream.executor

    assert time.monotonic() - begun < SLOW
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@live
async def test_slow_updates_do_not_delay_queries(alice):
    wait = threads.live.to_async(time.sleep)
    async with signed_in(alice) as asking:
        waiting = [asyncio.create_task(wait(SLOW)) for _ in range(16)]
        await asyncio.sleep(SLOW / 5)
        begun = time.monotonic()

        assert (await asking.ask("{ twice(number: 2) }"))[0]["payload"]["data"] == {"twice": 4}

        assert time.monotonic() - begun < SLOW
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
