"""WebSockets beside a Django application."""

from typing import TYPE_CHECKING, Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

from talk.conf import conf

from . import schema as talk
from .authentication import authenticators
from .consumer import GraphQLConsumer
from .documents.trusted import read_manifest
from .transport.handler import Handler, is_for_handler

if TYPE_CHECKING:
    from .execution import Schema


def application(http: Any, schema: "Schema" = talk) -> ProtocolTypeRouter:
    """An ASGI application: `http` gets the requests, `schema` the WebSockets at `graphql`."""
    if conf.TRUSTED_DOCUMENTS is not None:
        # What can't be read stops the start, not the first request.
        read_manifest(conf.TRUSTED_DOCUMENTS)
    # Made now: one of them may have to fetch something.
    authenticators()
    # Django's routes are typed for views, not for ASGI applications.
    consumer: Any = GraphQLConsumer.as_asgi(schema=schema)
    refuse: Any = _refuse
    routes: Any = [path("graphql", consumer), re_path("", refuse)]
    sockets = URLRouter(routes)
    return ProtocolTypeRouter({"http": _with_handler(http), "websocket": sockets})


def _with_handler(http: Any) -> Any:
    """`http`, without the requests that `Handler` answers, if it has threads to do so."""
    if not conf.THREADS:
        return http
    handler = Handler(conf.THREADS)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await (handler if is_for_handler(scope) else http)(scope, receive, send)

    return answer


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    # Before it's accepted, closing a WebSocket is answering its handshake with 403.
    await send({"type": "websocket.close"})
