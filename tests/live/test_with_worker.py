"""A server that has the worker in its own process."""

import asyncio
import atexit
from datetime import timedelta

import pytest

from schema import asgi
from talk import followers, timed, wakeups
from talk.models import TimedJob

from .sockets import in_thread, live


@live
@pytest.mark.django_db(transaction=True)
async def test_a_worker_runs_in_the_process_from_the_first_request_to_its_end(monkeypatch):
    ended, passed_on, runs = [], [], asyncio.Queue()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(followers, "_registered", {})
    monkeypatch.setattr(timed, "_registered", {})
    monkeypatch.setattr(atexit, "register", lambda *call: ended.append(call))

    def job():
        loop.call_soon_threadsafe(runs.put_nowait, wakeups.server_loop.get())

    async def http(scope, receive, send):
        passed_on.append((scope, receive, send))

    timed.register("job", job, every=timedelta(hours=1))
    application = asgi.with_worker(http)
    assert ended == []

    await application(1, 2, 3)
    await application(4, 5, 6)
    assert passed_on == [(1, 2, 3), (4, 5, 6)]
    assert await asyncio.wait_for(runs.get(), 20) is loop

    ((end, worker),) = ended
    await in_thread(end)(worker)
    assert runs.empty()
    assert not any(thread.is_alive() for thread in worker._threads)
    assert await in_thread(TimedJob.objects.get)(holder=None)
