"""Makes an ASGI application of a Django application and GraphQL's WebSockets."""

from typing import TYPE_CHECKING, Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

from talk.conf import conf

from . import schema as talk
from .authentication import authenticators
from .consumer import GraphQLConsumer
from .documents.trusted import read_manifest
from .transport.handler import ThreadedHandler, is_for_handler

if TYPE_CHECKING:
    from .execution import Schema


def application(http: Any, schema: "Schema" = talk) -> ProtocolTypeRouter:
    """An ASGI application: `http` gets HTTP requests, and `schema` WebSockets at `/graphql`.

    With the option `THREADS`, queries and mutations over HTTP don't reach `http`: threads of this
    application answer them, with the project's middleware and URLs.
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
    return ProtocolTypeRouter({"http": _with_threads(http), "websocket": URLRouter(routes)})


def _with_threads(http: Any) -> Any:
    if not conf.THREADS:
        return http
    handler = ThreadedHandler(conf.THREADS)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await (handler if is_for_handler(scope) else http)(scope, receive, send)

    return answer


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    # A server answers a handshake with 403 if the application closes it before it accepts it.
    await send({"type": "websocket.close"})
