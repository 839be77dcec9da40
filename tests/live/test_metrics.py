"""What a real server tells Prometheus about itself, while people use it."""

import asyncio
import subprocess
import sys
from math import inf

import httpx
import pytest
from django.http import Http404
from django.test import RequestFactory, override_settings

from schema.metrics import metrics
from talk.counts import Counts, NoCounts

from ..plain import NO_CERTIFICATES
from .client import front_end
from .sockets import in_thread, live

TOKEN = "read-my-numbers"
OPENED = 'talk_connections{kind="websocket"}'


def scrape(server, token=TOKEN, **headers):
    given = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"http://127.0.0.1:{server.port}/metrics"
    return httpx.get(url, headers=given | headers, timeout=30, verify=NO_CERTIFICATES)


def numbers(server):
    """The samples of a page, by name with labels."""
    page = scrape(server)
    assert page.status_code == 200
    lines = [line for line in page.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def numbers_when(server, is_so):
    """The samples as soon as they are so: what a client has got may not be counted yet."""
    for _attempt in range(100):
        found = await in_thread(numbers)(server)
        if is_so(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


@live
@pytest.mark.django_db(transaction=True)
async def test_a_server_under_load_is_scraped(start_server, alice, bob, carol, group):
    server = await in_thread(start_server)(METRICS_TOKEN=TOKEN)
    async with (
        front_end(server, alice) as alices,
        front_end(server, bob) as bobs,
        front_end(server, carol) as carols,
        bobs.changes(group, after=1) as first,
        carols.changes(group, after=1) as second,
    ):
        await alices.say("warm-up", group)
        await asyncio.gather(first.next(), second.next())

        pages = in_thread(lambda: [scrape(server).status_code for _ in range(5)])()
        scraping = asyncio.ensure_future(pages)
        for number in range(20):
            await alices.say(f"hello {number}", group)
        await asyncio.gather(first.take(20), second.take(20))
        assert await scraping == [200] * 5

        delivered = 'talk_deliveries_total{way="shared"}', 'talk_deliveries_total{way="own"}'
        found = await numbers_when(server, lambda now: sum(now[key] for key in delivered) == 42)

    sent = 'talk_operation_seconds_{}{{kind="mutation",operation="sendMessage"}}'
    assert found[sent.format("count")] == 21
    assert found[sent.format("sum")] > 0
    assert found['talk_streams{operation="conversationChanges"}'] == 2
    assert found[OPENED] == 3
    assert found[delivered[0]] > found[delivered[1]]
    assert found["talk_delivery_seconds_count"] > 30
    assert 0 < found["talk_delivery_seconds_sum"] < 60
    assert found["talk_lost_wakeups_total"] == 0
    assert found['talk_timed_job_late_seconds{name="delete expired words"}'] == inf
    await numbers_when(server, lambda now: now[OPENED] == 0)


@pytest.mark.django_db(transaction=True)
def test_clients_do_not_choose_labels(start_server, alice):
    server = start_server(METRICS_TOKEN=TOKEN)
    url = f"http://127.0.0.1:{server.port}/graphql"
    with httpx.Client(verify=NO_CERTIFICATES) as client:
        before = None
        for number in range(3):
            for query in (
                f"query chosen{number} {{ chosen{number}: viewer {{ id }} }}",
                f"query chosen{number} {{ chosen{number} }}",
                f"query chosen{number} {{ ...chosen{number} }}"
                f"fragment chosen{number} on Query {{ __typename }}",
                f"{{ chosen{number} ",
            ):
                asked = {"query": query, "operationName": f"chosen{number}"}
                client.post(url, json=asked)
            found = numbers(server)
            assert before is None or before == {name for name in found if "talk_" in name}
            before = {name for name in found if "talk_" in name}

    assert "chosen" not in scrape(server).text
    assert found['talk_operation_seconds_count{kind="query",operation="viewer"}'] == 3
    assert found['talk_operation_seconds_count{kind="query",operation="other"}'] == 6
    assert found['talk_operation_seconds_count{kind="unknown",operation="unreadable"}'] == 3
    assert found['talk_refusals_total{code="UNAUTHENTICATED"}'] >= 3


def ask(**meta):
    return metrics(RequestFactory().get("/metrics", **meta))


def test_nobody_reads_it_unless_somebody_may():
    with pytest.raises(Http404):
        ask()
    with pytest.raises(Http404):
        ask(HTTP_AUTHORIZATION="Bearer None")
    with pytest.raises(Http404):
        ask(HTTP_AUTHORIZATION="Bearer ")


@override_settings(TALK={"METRICS_TOKEN": TOKEN})
def test_the_token_opens_it():
    page = ask(HTTP_AUTHORIZATION=f"Bearer {TOKEN}", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    for wrong in ("", TOKEN, f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", "Bearer ä"):
        with pytest.raises(Http404):
            ask(HTTP_AUTHORIZATION=wrong)


@override_settings(TALK={"METRICS_ADDRESSES": ("10.0.0.0/8", "2001:db8::7")})
@pytest.mark.parametrize(
    ("address", "may_read"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("2001:db8::7", True),
        ("2001:db8::8", False),
        ("127.0.0.1", False),
        ("", False),
        ("nowhere", False),
    ],
)
def test_some_addresses_read_it_without_a_token(address, may_read):
    if may_read:
        assert ask(REMOTE_ADDR=address).status_code == 200
        # Everybody may come through a proxy with this address.
        for header in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED"):
            with pytest.raises(Http404):
                ask(REMOTE_ADDR=address, **{header: "1"})
    else:
        with pytest.raises(Http404):
            ask(REMOTE_ADDR=address)


def test_what_counts_nothing_has_every_method():
    verbs = {name for name in vars(Counts) if not name.startswith("_")}

    assert verbs == {name for name in vars(NoCounts) if not name.startswith("_")}


def test_without_the_package_nothing_is_imported():
    program = """
import sys
from importlib import util

found = util.find_spec
util.find_spec = lambda name: None if name == "prometheus_client" else found(name)

from talk.counts import NoCounts, count

assert type(count) is NoCounts
count.operation("query", "viewer", 1.0)
assert not count.operations
assert "prometheus_client" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
