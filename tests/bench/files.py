"""Megabytes of files per second of CPU time: `python -m tests.bench.files`.

One process of each server receives and sends files of 25 MiB, eight at a time. Measured are its CPU
time, by how much its memory grows, and how long it lets others wait meanwhile. With a proxy it only
says which file is to be sent.
"""

import http.client
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psutil

from .servers import COMMANDS, cpu_of, described, running, services, written

SIZE, FILES, AT_ONCE = 25 * 1024 * 1024, 24, 8


def uploads() -> list[Any]:
    """Uploads of several people, whose bytes are still to come."""
    from django.contrib.auth import get_user_model

    from talk.models import Attachment

    owners = list(get_user_model().objects.order_by("pk")[:AT_ONCE])
    return [
        Attachment.objects.start(owners[number % AT_ONCE], "film.mp4", SIZE)
        for number in range(FILES)
    ]


def put(port: int, url: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", url, b"\0" * SIZE)
    assert connection.getresponse().status == http.HTTPStatus.CREATED
    connection.close()


def get(port: int, url: str, size: int = SIZE) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", url, headers={"Accept-Encoding": "identity"})
    response, count = connection.getresponse(), 0
    while piece := response.read(1_048_576):
        count += len(piece)
    assert (response.status, count) == (http.HTTPStatus.OK, size)
    connection.close()


@contextmanager
def watched(process: psutil.Process, port: int) -> Iterator[dict[str, float]]:
    """What the process used meanwhile, and how long somebody else waited for a small answer."""
    found, over = {"mb": 0.0, "wait_ms": 0.0}, threading.Event()
    before, cpu = process.memory_info().rss, cpu_of(process)

    def watch() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while not over.wait(0.01):
            found["mb"] = max(found["mb"], (process.memory_info().rss - before) / 1e6)
            begun = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            found["wait_ms"] = max(found["wait_ms"], (time.perf_counter() - begun) * 1000)

    thread = threading.Thread(target=watch)
    thread.start()
    begun = time.perf_counter()
    try:
        yield found
    finally:
        found["seconds"] = time.perf_counter() - begun
        over.set()
        thread.join()
        found["cpu"] = cpu_of(process) - cpu


def measured(
    process: psutil.Process, port: int, do: Callable[[int, str], None], urls: Sequence[str]
) -> dict[str, float]:
    do(port, urls[0])
    with watched(process, port) as found, ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda url: do(port, url), urls[1:]))
    done = len(urls) - 1
    return {
        "mb_per_cpu_second": round(SIZE * done / 1e6 / found["cpu"]),
        "cpu_ms_per_file": round(found["cpu"] / done * 1000, 1),
        "mb_per_second": round(SIZE * done / 1e6 / found["seconds"]),
        "grown_mb": round(found["mb"]),
        "longest_wait_ms": round(found["wait_ms"]),
    }


def sent_by_proxy(port: int, url: str) -> None:
    get(port, url, 0)


def one(server: str, folder: str) -> Iterator[dict[str, Any]]:
    from talk.contrib.files.addresses import download_url, upload_ticket
    from talk.models import Attachment, Message

    rows = uploads()
    environment = {"FILES_ROOT": folder}
    with running(server, "backend.asgi:application", environment=environment) as (process, port):
        urls = [upload_ticket(each).url for each in rows]
        yield {"server": server, "what": "upload", **measured(process, port, put, urls)}
        message = Message.objects.latest("pk")
        for position, row in enumerate(rows):
            Attachment.objects.filter(pk=row.pk).update(
                message=message, position=position, expires_at=None
            )
        urls = [download_url(each) for each in rows]
        yield {"server": server, "what": "download", **measured(process, port, get, urls)}
    environment["FILES_INTERNAL_URL"] = "/internal/"
    with running(server, "backend.asgi:application", environment=environment) as (process, port):
        found = measured(process, port, sent_by_proxy, urls)
        yield {"server": server, "what": "download by a proxy", **found}
    Attachment.objects.all().delete()


def main(servers: Sequence[str]) -> None:
    results = []
    with services():
        from . import people

        people.bearers()
        people.saying(people.conversations(1)[0])()
        for server in servers:
            with tempfile.TemporaryDirectory() as folder:
                for row in one(server, folder):
                    results.append(row)
                    print(json.dumps(row), flush=True)  # noqa: T201
    if set(servers) == set(COMMANDS):
        written("files", {**described(), "size": SIZE, "at_once": AT_ONCE, "results": results})


if __name__ == "__main__":
    main(sys.argv[1:] or list(COMMANDS))
