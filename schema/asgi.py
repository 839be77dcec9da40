"""Makes an ASGI application of a Django application and GraphQL's WebSockets."""

import asyncio
import atexit
from typing import TYPE_CHECKING, Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.apps import apps
from django.urls import path, re_path

from talk.conf import conf
from talk.contrib.files.addresses import is_upload
from talk.worker import Worker

from . import schema as talk
from .authentication import authenticators
from .consumer import GraphQLConsumer
from .documents.trusted import read_manifest
from .transport.handler import ThreadedHandler, is_for_handler
from .transport.request_ids import with_request_ids
from .transport.uploads import THREADS, UploadHandler

if TYPE_CHECKING:
    from .execution import Schema

#: Seconds that the end of a process waits for the event or job at which its worker is.
END_SECONDS = 2.0


def application(http: Any, schema: "Schema" = talk) -> ProtocolTypeRouter:
    """An ASGI application: `http` gets HTTP requests, and `schema` WebSockets at `/graphql`.

    With the option `THREADS`, queries and mutations over HTTP don't reach `http`: threads of this
    application answer them, with the project's middleware and URLs. So do threads of their own with
    uploads, if the project has `talk.contrib.files`.
    """
    if conf.TRUSTED_DOCUMENTS is not None:
        # A manifest that can't be read is to stop the start, not to fail each request.
        read_manifest(conf.TRUSTED_DOCUMENTS)
    # An authenticator that is made now can fetch keys before the first request needs them.
    authenticators()
    # Django's routes are annotated for views, not for ASGI applications.
    consumer: Any = GraphQLConsumer.as_asgi(schema=schema)
    refuse: Any = _refuse
    routes: Any = [path("graphql", consumer), re_path("", refuse)]
    return ProtocolTypeRouter(
        {"http": with_request_ids(_with_threads(http)), "websocket": URLRouter(routes)}
    )


def with_worker(application: Any) -> Any:
    """An ASGI application in whose process a worker runs, too, from the first request on.

    This is for a server of one process. Beside several processes, run `manage.py work`.
    """
    worker: Worker | None = None

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        nonlocal worker
        if worker is None:
            worker = Worker(asyncio.get_running_loop())
            worker.start()
            atexit.register(_end, worker)
        await application(scope, receive, send)

    return serve


def _end(worker: Worker) -> None:
    """Release its leases. Otherwise the next process would wait until they expire."""
    worker.stop()
    worker.join(END_SECONDS)


def _with_threads(http: Any) -> Any:
    graphql = ThreadedHandler(conf.THREADS) if conf.THREADS else http
    uploads = UploadHandler(THREADS) if apps.is_installed("talk.contrib.files") else None

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        handler = http
        if is_for_handler(scope):
            handler = graphql
        elif uploads is not None and is_upload(scope["method"], scope["path"]):
            handler = uploads
        await handler(scope, receive, send)

    return answer


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    # A server answers a handshake with 403 if the application closes it before it accepts it.
    await send({"type": "websocket.close"})
