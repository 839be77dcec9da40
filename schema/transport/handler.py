"""Queries and mutations over HTTP, each in one hop, by one of a few threads that last.

Django's own handler for ASGI starts a thread for each request, and each middleware that is not
asynchronous takes the request there and back: for a small answer that is most of the work.
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

from talk import events
from talk.conf import conf

from .negotiation import EVENTS

PATH = "/graphql"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Handler(ASGIHandler):
    """Answers with the project's middleware and URLs, as Django's handler does.

    Not for answers that go on for as long as a client listens: they would keep a thread.
    """

    def __init__(self, threads: int) -> None:
        # Not the next one's, which is Django's for ASGI and loads the middleware as coroutines.
        BaseHandler.__init__(self)
        self.load_middleware()
        self._threads = ThreadPoolExecutor(threads, "graphql")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            return
        loop = asyncio.get_running_loop()
        context = copy_context()
        context.run(events.server_loop.set, loop)
        response = await loop.run_in_executor(self._threads, context.run, self._answer, scope, body)
        await self.send_response(response, send)

    def _answer(self, scope: Scope, body: bytes) -> Any:
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refusal = self._request(scope, body)
        response: Any = self.get_response(request) if request is not None else refusal
        response._handler_class = type(self)
        # Here, where the thread's database connection is.
        response.close()
        return response

    def _request(self, scope: Scope, body: bytes) -> tuple[Any, Any]:
        """A request, or the answer to what is none, as `create_request` has it."""
        try:
            return self.create_request(scope, BytesIO(body))
        except (BadRequest, ValueError):
            # Django reads no `Content-Type` of more than 10,000 characters.
            return None, HttpResponseBadRequest()


def is_for_handler(scope: Scope) -> bool:
    """Whether this is a query or mutation, which is answered at once."""
    if scope["method"] != "POST" or scope["path"] != PATH:
        return False
    accepted = (value for name, value in scope["headers"] if name == b"accept")
    return not any(EVENTS.encode() in value.lower() for value in accepted)


async def _read(receive: Receive) -> bytes | None:
    """The body, of which no more is kept than shows that it's too long; None if nobody waits."""
    body, most = b"", conf.MAX_REQUEST_SIZE
    while len(body) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body
