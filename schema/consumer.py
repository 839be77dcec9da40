"""GraphQL over WebSocket: the Channels consumer, hardened against clients that misbehave.

Frames are bounded in size, rate and number. Everything that a WebSocket started ends with it.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from django.core.exceptions import BadRequest as InvalidRequest
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from strawberry.channels import GraphQLWSConsumer
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from talk.conf import conf

from . import threads
from .authentication import AuthenticationFailed, rates
from .authentication.context import Context
from .errors import FrameTooLong, RateLimited, Unavailable
from .transport import handshake, origins
from .transport.frames import Frames
from .transport.messages import WebSocketAdapter
from .transport.open_connections import open_connections
from .transport.protocol import GraphQLTransportWSHandler
from .transport.request_ids import log_context_of

if TYPE_CHECKING:
    from .execution import Schema

try:
    # Daphne raises it. A project may run another server.
    from autobahn.exception import PayloadExceededError
except ImportError:

    class PayloadExceededError(Exception):  # type: ignore[no-redef]
        """Stands in for the class of a package that is not installed. Nothing raises it."""


logger = logging.getLogger(__name__)

#: Frames of one WebSocket that may wait to be handled.
MAX_QUEUED = 64
#: Frames that one WebSocket may send in so many seconds.
MAX_FRAMES, FRAMES_SECONDS = 500, 10.0
#: Time that a client has to send `connection_init`.
INIT_TIMEOUT = timedelta(seconds=10)
#: Bytes that a close frame holds beside its code.
MAX_REASON = 123
#: Seconds that a client has to answer a close frame.
CLOSING_SECONDS = 10

_authenticate_first = threads.live.to_async(handshake.authenticate_first)
_authenticate_again = threads.live.to_async(handshake.authenticate_again)
_count = threads.live.to_async(rates.count_for_address)


class GraphQLConsumer(GraphQLWSConsumer[Context, None]):
    schema: "Schema"
    websocket_adapter_class = WebSocketAdapter
    graphql_transport_ws_handler_class = GraphQLTransportWSHandler
    # The hub receives from the channel layer for all WebSockets of this process.
    channel_layer_alias = ""

    def __init__(self, schema: "Schema") -> None:
        super().__init__(
            schema,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=conf.MAX_OPERATIONS,
        )
        # Strawberry's own queue takes kilobytes, and nothing uses it here.
        del self.message_queue
        self.received = Frames()
        self.closed = False
        #: The client's address, if this WebSocket counts for it.
        self._address: str | None = None
        #: The number of frames since the time `_counted_since`.
        self._frames, self._counted_since = 0, 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def deliver(message: Any) -> None:
            try:
                await send(message)
            except PayloadExceededError:
                raise FrameTooLong from None
            except (OSError, RuntimeError):
                # Each server raises another of these when the client is gone.
                logger.debug("A client is gone", exc_info=True)
                self.closed = True
                self._end_messages()

        with log_context_of(scope):
            try:
                async with asyncio.timeout(None) as self._lifetime:
                    self.scope, self.base_send = scope, deliver
                    with suppress(StopConsumer):
                        await self._receive_all(receive)
            except TimeoutError:
                if not self._lifetime.expired():
                    raise
            finally:
                # Also when the server cancels this task.
                if self.run_task is not None:
                    self.run_task.cancel()
                    await asyncio.wait([self.run_task])
                if self._address is not None:
                    open_connections().leave(self._address)

    async def _receive_all(self, receive: Any) -> None:
        """Take each frame as soon as the server has read it.

        Daphne reads on, whether or not its frames are taken. Channels' own loop takes one frame
        per several turns of the event loop, so a fast client's frames would pile up uncounted.
        """
        while True:
            await self.dispatch(await receive())
            if len(self.received) > MAX_QUEUED // 2:
                # Let the handler take a frame out of the queue.
                await asyncio.sleep(0)

    async def dispatch(self, message: Any) -> None:
        # Channels closes old database connections here, in the one thread that all synchronous
        # code of a process shares. No code of this consumer uses that thread.
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        request = self._allowed_request()
        if request and not open_connections().draining and await self._is_admitted(request):
            await super().connect()
        else:
            await self.close()

    def _allowed_request(self) -> HttpRequest | None:
        """The handshake; None if its host or its origin is not allowed."""
        try:
            request = handshake.django_request(self.scope)
            if "HTTP_HOST" in request.META:
                request.get_host()
            return request if origins.may_connect(request) else None
        except (DisallowedHost, InvalidRequest, ValueError):
            return None

    async def _is_admitted(self, request: HttpRequest) -> bool:
        """Whether the client's address has not too many WebSockets, nor opens them too fast."""
        address = rates.address_of(request)
        if address is None:
            return True
        try:
            await _count(request)
        except RateLimited:
            return False
        if not open_connections().enter(address):
            return False
        self._address = address
        return True

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().run(*args, **kwargs)
        except Exception:
            logger.exception("A GraphQL WebSocket failed")
            return await self.close(4500, "Internal error")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closed:
            return
        most = conf.MAX_FRAME_SIZE
        if text_data is None:
            await self.close(4400, "Send text")
        elif len(text_data) > most or len(text_data.encode(errors="replace")) > most:
            await self.close(4413, "Message too big")
        elif self._is_too_fast() or len(self.received) >= MAX_QUEUED:
            await self.close(4429, "Too many messages")
        else:
            self.received.put(text_data)

    def _is_too_fast(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now > self._counted_since + FRAMES_SECONDS:
            self._counted_since, self._frames = now, 0
        self._frames += 1
        return self._frames > MAX_FRAMES

    async def send(
        self, text_data: Any = None, bytes_data: bytes | None = None, close: bool = False
    ) -> None:
        if not self.closed:
            # Channels' own `send` does more work, and each live update comes through here.
            await self.base_send(cast("Any", {"type": "websocket.send", "text": text_data}))

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.closed:
            self.closed = True
            self._lifetime.reschedule(asyncio.get_running_loop().time() + CLOSING_SECONDS)
            # Some of Strawberry's reasons repeat what a client sent, however long.
            short = (reason or "").encode(errors="replace")[:MAX_REASON]
            await super().close(code, short.decode(errors="ignore") or None)
            self._end_messages()

    async def disconnect(self, code: int) -> None:
        self.closed = True
        self._end_messages()
        if self.run_task is not None:
            await asyncio.wait([self.run_task])

    def _end_messages(self) -> None:
        self.received.put(None)

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(handshake.django_request(self.scope))

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Authenticate the client by its `connection_init`, or close the WebSocket."""
        try:
            await _authenticate_first(context, self.scope)
        except AuthenticationFailed:
            raise ConnectionRejectionError from None
        except RateLimited as error:
            await self.close(4429, error.message)
        except Unavailable as error:
            await self.close(4503, error.message)
        except Exception:
            logger.warning("Credentials could not be checked", exc_info=True)
            await self.close(4503, "Try again later")
        unset: UnsetType = UNSET
        return unset

    async def authenticate(self, context: Context) -> None:
        """See `handshake.authenticate_again`."""
        await _authenticate_again(context, self.scope)

    def is_websocket_origin_allowed(self, request: Any, origin: str) -> bool:
        # `connect` has checked the origin. Strawberry's own check, since 0.341, knows no options.
        return True
