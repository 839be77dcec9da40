"""WebSockets beside a Django application."""

from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

from . import schema
from .consumer import GraphQLConsumer


def application(http: Any) -> ProtocolTypeRouter:
    """An ASGI application that gives `http` the requests, and WebSockets to `graphql`."""
    sockets = URLRouter(
        [
            path("graphql", GraphQLConsumer.as_asgi(schema=schema)),
            re_path("", _refuse),
        ]
    )
    return ProtocolTypeRouter({"http": http, "websocket": sockets})


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    # Before it's accepted, closing a WebSocket is answering its handshake with 403.
    await send({"type": "websocket.close"})
