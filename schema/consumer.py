"""GraphQL over WebSocket, for clients that can't be trusted to keep to the protocol."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from django.core.exceptions import BadRequest as InvalidRequest
from django.core.exceptions import DisallowedHost
from strawberry.channels import GraphQLWSConsumer
from strawberry.channels.handlers.ws_handler import ChannelsWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from talk.conf import conf

from . import threads
from .authentication import AuthenticationFailed, rates
from .authentication.context import Context
from .documents import request as wire
from .errors import BadRequest, RateLimited, Unavailable
from .execution import Schema
from .limit_errors import FrameTooLong
from .transport import handshake, origins
from .transport.connected import open_connections
from .transport.protocol import GraphQLTransportWSHandler

try:
    # Daphne raises it. Projects may have another server.
    from autobahn.exception import PayloadExceededError
except ImportError:

    class PayloadExceededError(Exception):  # type: ignore[no-redef]
        """Nothing raises it."""


logger = logging.getLogger(__name__)

MAX_QUEUED = 64
#: Most frames of one socket in so many seconds.
MAX_FRAMES, FRAMES_SECONDS = 500, 10.0
INIT_TIMEOUT = timedelta(seconds=10)
#: Bytes of the reason for closing, beside the code in a control frame.
MAX_REASON = 123
#: Seconds that a peer has for its part of closing, which it may never do.
CLOSING_SECONDS = 10

_look_first = threads.live.run(handshake.authenticate_first)
_admit = threads.live.run(rates.admit)
_look = threads.live.run(handshake.authenticate_again)


class Socket(ChannelsWebSocketAdapter):
    """Hands on the messages of a socket; ends it at the first that is none."""

    # Strawberry types it for its own consumer.
    ws_consumer: Any

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        while True:
            frame = (await self.ws_consumer.message_queue.get())["message"]
            if frame is None or self.ws_consumer.closed:
                return
            try:
                message = wire.message_of(frame)
            except BadRequest as error:
                await self.close(4400, error.message)
                return
            # Strawberry keeps the last message until the next; its text need not stay, too.
            del frame
            yield message


class GraphQLConsumer(GraphQLWSConsumer[Context, None]):
    schema: Schema
    websocket_adapter_class = Socket
    graphql_transport_ws_handler_class = GraphQLTransportWSHandler
    # The hub listens for all sockets of this process: none needs a channel of its own.
    channel_layer_alias = ""

    def __init__(self, schema: Schema) -> None:
        super().__init__(
            schema,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=conf.MAX_OPERATIONS,
        )
        self.closed = False
        #: Where it comes from, once that is counted.
        self._address: str | None = None
        self._frames, self._counted_since = 0, 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def deliver(message: Any) -> None:
            try:
                await send(message)
            except PayloadExceededError:
                raise FrameTooLong from None
            except (OSError, RuntimeError):
                # So servers say that the client is gone, each in its own way.
                logger.debug("A client is gone", exc_info=True)
                self.closed = True
                self._finish()

        try:
            async with asyncio.timeout(None) as self._lifetime:
                self.scope, self.base_send = scope, deliver
                with suppress(StopConsumer):
                    await self._listen(receive)
        except TimeoutError:
            if not self._lifetime.expired():
                raise
        finally:
            # However this ends, also when the server cancels it, nothing runs on.
            if self.run_task is not None:
                self.run_task.cancel()
                await asyncio.wait([self.run_task])
            if self._address is not None:
                open_connections().leave(self._address)

    async def _listen(self, receive: Any) -> None:
        """Take what comes as fast as the server reads it.

        Daphne reads on whether or not anybody takes it. Channels' own loop takes one frame in some
        turns of the event loop, so what a fast client sent would pile up before it is counted.
        """
        while True:
            await self.dispatch(await receive())
            if self.message_queue.qsize() > MAX_QUEUED // 2:
                # The handler takes one of them in each turn.
                await asyncio.sleep(0)

    async def dispatch(self, message: Any) -> None:
        # Channels would first look for old database connections on the one thread that all
        # sockets share. Nothing here uses that thread.
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        if self._may_connect() and not open_connections().draining and await self._is_admitted():
            await super().connect()
        else:
            await self.close()

    async def _is_admitted(self) -> bool:
        """Whether its address has not too many sockets, nor opens them too often."""
        request = handshake.request_of(self.scope)
        address = rates.address_of(request)
        if address is None:
            return True
        try:
            await _admit(request)
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
            logger.exception("A GraphQL socket failed")
            return await self.close(4500, "Internal error")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closed:
            return
        most = conf.MAX_FRAME_SIZE
        if text_data is None:
            await self.close(4400, "Send text")
        elif len(text_data) > most or len(text_data.encode(errors="replace")) > most:
            await self.close(4413, "Message too big")
        elif self._comes_too_fast() or self.message_queue.qsize() >= MAX_QUEUED:
            await self.close(4429, "Too many messages")
        else:
            self.message_queue.put_nowait({"message": text_data, "disconnected": False})

    def _comes_too_fast(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now > self._counted_since + FRAMES_SECONDS:
            self._counted_since, self._frames = now, 0
        self._frames += 1
        return self._frames > MAX_FRAMES

    async def send(
        self, text_data: Any = None, bytes_data: bytes | None = None, close: bool = False
    ) -> None:
        if not self.closed:
            # Straight to the server: every delivery comes through here.
            await self.base_send(cast("Any", {"type": "websocket.send", "text": text_data}))

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self.closed:
            self.closed = True
            self._lifetime.reschedule(asyncio.get_running_loop().time() + CLOSING_SECONDS)
            # Some of Strawberry's reasons repeat what a client sent.
            short = (reason or "").encode(errors="replace")[:MAX_REASON]
            await super().close(code, short.decode(errors="ignore") or None)
            self._finish()

    async def disconnect(self, code: int) -> None:
        self.closed = True
        self._finish()
        if self.run_task is not None:
            await asyncio.wait([self.run_task])

    def _finish(self) -> None:
        self.message_queue.put_nowait({"message": None, "disconnected": True})

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(handshake.request_of(self.scope))

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        try:
            await _look_first(context, self.scope)
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
        await _look(context, self.scope)

    def is_websocket_origin_allowed(self, request: Any, origin: str) -> bool:
        # `connect` has looked. Strawberry asks again since 0.341, and never did before.
        return True

    def _may_connect(self) -> bool:
        try:
            request = handshake.request_of(self.scope)
            if "HTTP_HOST" in request.META:
                request.get_host()
            return origins.may_connect(request)
        except (DisallowedHost, InvalidRequest, ValueError):
            return False
