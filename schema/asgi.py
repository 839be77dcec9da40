"""Makes an ASGI application of a Django application and GraphQL's WebSockets."""

from typing import TYPE_CHECKING, Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.apps import apps
from django.urls import path, re_path

from talk.conf import conf
from talk.contrib.files.addresses import is_upload

from . import schema as talk
from .authentication import authenticators
from .consumer import GraphQLConsumer
from .documents.trusted import read_manifest
from .transport.handler import ThreadedHandler, is_for_handler
from .transport.request_ids import with_request_ids
from .transport.uploads import THREADS, UploadHandler

if TYPE_CHECKING:
    from .execution import Schema


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
