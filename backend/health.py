"""Health checks: whether this process runs, and whether it can serve requests."""

import asyncio
import time
from typing import Any

from channels.layers import get_channel_layer
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from schema.threads import Threads
from talk.availability import check_writable, drop_connections, is_read_only
from talk.prefix import prefix

#: Seconds that the database or the channel layer has to answer.
PATIENCE = 1.0
#: Seconds for which an answer of the database is used again. A check costs several statements, and
#: anybody may request one.
FRESH_SECONDS = 1.0

_threads = Threads("health", 1)
_asking = asyncio.Lock()
_found: str | None = None
_fresh_until = 0.0


async def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers. Services are not checked."""
    return JsonResponse({"status": "ok"})


async def ready(request: HttpRequest) -> JsonResponse:
    """200 if requests can be served. Without the channel layer updates are slower: "degraded"."""
    database, layer = await asyncio.gather(
        _find_in_database(),
        _problem(_ask_layer()),
    )
    status = "down" if database else "degraded" if layer else "ok"
    problems = {"database": database, "channel_layer": layer}
    return JsonResponse(
        {"status": status} | {name: problem for name, problem in problems.items() if problem},
        status=503 if database else 200,
    )


async def _find_in_database() -> str | None:
    global _found, _fresh_until
    async with _asking:
        if time.monotonic() > _fresh_until:
            _found = await _problem(_threads.to_async(_ask_database)())
            _fresh_until = time.monotonic() + FRESH_SECONDS
        return _found


async def _problem(question: Any) -> str | None:
    """What is wrong, for everybody to read: it does not say where the service is."""
    try:
        answer: str | None = await asyncio.wait_for(question, PATIENCE)
    except TimeoutError:
        return "no answer"
    except Exception as error:
        return type(error).__name__
    return answer


def _ask_database() -> str | None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "migrations are missing"
    try:
        check_writable()
    except DatabaseError as error:
        if not is_read_only(error):
            raise
        # The next check connects anew, perhaps to another server that was promoted meanwhile.
        drop_connections()
        return "read-only"
    return None


async def _ask_layer() -> None:
    layer = get_channel_layer()
    if layer is not None:
        # Nobody listens to this group. A channel that receives the message would stay in Redis.
        await layer.group_send(f"{prefix()}.ping", {"type": "talk.ping"})
