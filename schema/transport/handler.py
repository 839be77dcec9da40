"""Answers queries and mutations over HTTP in a pool of threads.

Django's ASGI handler starts a thread for each request, and switches to it and back for each
middleware that is not asynchronous. For a small answer that is most of the work. This handler
switches to a thread once, and calls the same middleware and views there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http import HttpResponseBadRequest
from django.urls import set_script_prefix

from talk import wakeups
from talk.conf import conf

from .negotiation import EVENTS

PATH = "/graphql"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class ThreadedHandler(ASGIHandler):
    """An ASGI application that answers with the project's middleware and URLs.

    It is not for event streams: each would keep a thread for as long as its client listens.
    """

    #: The beginning of the names of threads.
    name = "graphql"

    def __init__(self, threads: int) -> None:
        # `ASGIHandler.__init__` would load the middleware as coroutines.
        BaseHandler.__init__(self)
        self.load_middleware()
        self._threads = ThreadPoolExecutor(threads, self.name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive)
        if body is None:
            return
        await self._run(scope, send, BytesIO(body))

    async def _run(self, scope: Scope, send: Send, body: Any) -> None:
        loop = asyncio.get_running_loop()
        context = copy_context()
        context.run(wakeups.server_loop.set, loop)
        response = await loop.run_in_executor(self._threads, context.run, self._answer, scope, body)
        await self.send_response(response, send)

    def _answer(self, scope: Scope, body: Any) -> Any:
        """The response to a request. Runs in a thread."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, error_response = self._create_request(scope, body)
        response: Any = self.get_response(request) if request is not None else error_response
        response._handler_class = type(self)
        # This gives back the database connection, which belongs to this thread.
        response.close()
        return response

    def _create_request(self, scope: Scope, body: Any) -> tuple[Any, Any]:
        """The request and None, or None and the response to a request that Django can't read."""
        try:
            return self.create_request(scope, body)
        except (BadRequest, ValueError):
            # Django raises it for a `Content-Type` of more than 10,000 characters.
            return None, HttpResponseBadRequest()


def is_for_handler(scope: Scope) -> bool:
    """Whether this request is a query or mutation. A subscription accepts an event stream."""
    if scope["method"] != "POST" or scope["path"] != PATH:
        return False
    accepted = (value for name, value in scope["headers"] if name == b"accept")
    return not any(EVENTS.encode() in value.lower() for value in accepted)


async def _read_body(receive: Receive) -> bytes | None:
    """The body of a request; None if the client is gone.

    Of a body that is too long, only as much is read as shows that.
    """
    body, most = b"", conf.MAX_REQUEST_SIZE
    while len(body) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body
