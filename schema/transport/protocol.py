"""The WebSocket protocol `graphql-transport-ws`: runs operations and sends their results.

Strawberry's handler reads the messages. This one adds what Talk promises: operations pass the same
gate as over HTTP, slow clients are waited for, silent ones are pinged, and a WebSocket closes when
its credentials become invalid.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PongMessage,
    SubscribeMessage,
)

from talk import log_context
from talk.conf import conf
from talk.log_context import LogContext, new_id

from .. import threads
from ..authentication import rates
from ..authentication.context import Context
from ..documents.request import encode_text, request_of, with_request_id
from ..error_masking import count_errors, public_error
from ..errors import FrameTooLong, PublicError, SignedOut, TooManyOperations
from ..live.streams import listen
from ..not_executed import NotExecuted
from ..operation import Operation
from ..strawberry_internals import BaseGraphQLTransportWSHandler, SocketOperation
from .answering import execute
from .backpressure import FlowControl
from .credentials import wait_until_invalid
from .open_connections import open_connections

if TYPE_CHECKING:
    from ..consumer import GraphQLConsumer
    from ..execution import Schema

#: Seconds without a message from the client, after which it is pinged.
PING_SECONDS = 25.0
#: Seconds that the client has to answer a ping.
PONG_SECONDS = 30.0
#: Seconds that a WebSocket may be open while no operation runs on it.
IDLE_SECONDS = 600.0


class GraphQLTransportWSHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Handles the messages of one WebSocket."""

    kind = "websocket"
    view: "GraphQLConsumer"
    schema: "Schema"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._flow = FlowControl(self.view.send)
        #: The tasks of this WebSocket beside its operations.
        self._tasks: set[asyncio.Task[None]] = set()
        self._operations_begun = 0
        self._last_message_at = self._last_busy_at = _now()

    async def handle(self) -> None:
        open_connections().add(self)
        try:
            await super().handle()
        finally:
            open_connections().discard(self)

    async def handle_message(self, message: Message) -> None:
        self._last_message_at = _now()
        await super().handle_message(message)

    async def handle_pong(self, message: PongMessage) -> None:
        self._flow.pong()

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        was_acknowledged = self.connection_acknowledged
        await super().handle_connection_init(message)
        # Strawberry keeps the message until the next one comes. Its payload may be large.
        message.pop("payload", None)
        if self.connection_acknowledged:
            # The task has ended. It would keep the stack of its cancellation in memory.
            self.connection_init_timeout_task = None
        if not self.connection_acknowledged or was_acknowledged:
            return
        if self.context.identity is None:
            self._start(self._close_when_unused())
        elif open_connections().claim(self, self.context.viewer.pk):
            self._start(self._close_when_signed_out())
        else:
            await self.websocket.close(4429, "Too many sockets")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        # Strawberry has the same limit, but its error has no code.
        if len(self.operations) >= conf.MAX_OPERATIONS and message["id"] not in self.operations:
            error = TooManyOperations(_("Too many operations run on this WebSocket."))
            count_errors([error])
            await self.send_message(
                {"id": message["id"], "type": "error", "payload": [error.formatted]}
            )
            return
        # Strawberry's operation has no attribute for all members of a payload, such as extensions
        # and document ids. So the whole payload travels in `variables`, to `_answer`.
        message["payload"] = {"query": "", "variables": {**message["payload"]}}
        await super().handle_subscribe(message)
        # Strawberry keeps the message until the next one comes.
        message["payload"] = {"query": ""}

    async def run_operation(self, operation: SocketOperation[Context, None]) -> None:
        """Execute an operation in a task of its own, and send all of its results."""
        self._operations_begun += 1
        socket = log_context.current()
        of_socket = new_id() if socket is None else socket.request_id
        with LogContext(f"{of_socket}.{self._operations_begun}"):
            await self._run(operation)

    async def _run(self, operation: SocketOperation[Context, None]) -> None:
        try:
            answer = await self._answer(operation)
            if isinstance(answer, str):
                await self._send_next(operation, answer)
            elif isinstance(answer, list):
                await operation.send_initial_errors(answer)
            else:
                await self._send_stream(operation, answer)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except FrameTooLong as error:
            payload = encode_text(with_request_id({"data": None, "errors": [error.formatted]}))
            await self._send_next(operation, payload)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except Exception as error:
            public = public_error(error)
            count_errors([public])
            with suppress(Exception):
                await operation.send_initial_errors([public])

    async def _answer(
        self, operation: SocketOperation[Context, None]
    ) -> str | list[GraphQLError] | Operation:
        """The result as JSON, or why nothing was executed, or a subscription that may begin."""
        # A subscription would otherwise keep its request for as long as it runs.
        payload, operation.variables = operation.variables or {}, None
        try:
            requested = self.schema.operation(request_of(payload), self.context)
        except PublicError:
            await _count(self.context)
            raise
        answer = await execute(self.schema, requested)
        return requested if answer is None else answer

    async def _send_stream(
        self, operation: SocketOperation[Context, None], subscription: Operation
    ) -> None:
        try:
            async with (
                listen(self.schema, subscription) as stream,
                aclosing(stream.results()) as results,
            ):
                async for result in results:
                    if operation.completed:
                        return
                    await self._send_next(operation, result)
                    # An idle subscription need not keep its last result in memory.
                    del result
        except NotExecuted as refused:
            count_errors(refused.errors)
            await operation.send_initial_errors(refused.errors)

    async def _send_next(self, operation: SocketOperation[Context, None], result: str) -> None:
        """Send a result, which is JSON, as soon as the client has read enough of the last ones."""
        if not operation.completed:
            head = f'{{"id":{encode_text(operation.id)},"type":"next","payload":'
            await self._flow.send(f"{head}{result}}}")

    async def send_message(self, message: Message) -> None:
        if message["type"] == "error":
            # A message with errors alone has no extensions of its own.
            errors: list[Any] = [with_request_id(each) for each in message["payload"]]
            message["payload"] = errors
        # Not held back for a slow client: the task that sends these also reads its pongs.
        await self._flow.send_at_once(encode_text(message))

    async def shutdown(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await super().shutdown()

    def check_client(self) -> None:
        """Ping a client that is silent. Close a WebSocket that is idle, or not answered."""
        now = _now()
        if self.operations:
            self._last_busy_at = now
        if self._flow.waits_since is not None:
            if now - self._flow.waits_since > PONG_SECONDS:
                self._start(self.websocket.close(4504, "No answer"))
        elif now - self._last_busy_at > IDLE_SECONDS:
            self._start(self.websocket.close(1000, "Idle"))
        elif now - self._last_message_at > PING_SECONDS:
            self._start(self._flow.ping())

    async def go_away(self) -> None:
        """Close the WebSocket. The client is to connect again."""
        # The standard codes for this are 1001 and 1012, which not every server can send.
        await self.websocket.close(4503, "Going away")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close_when_unused(self) -> None:
        """Close the WebSocket of a client without credentials when no public operation runs."""
        seconds = self.connection_init_wait_timeout.total_seconds()
        await asyncio.sleep(seconds)
        while self.operations:
            await asyncio.sleep(seconds)
        await self.websocket.close(4408, "No credentials")

    async def _close_when_signed_out(self) -> None:
        """Close the WebSocket when its credentials become invalid, and tell each operation why."""
        await wait_until_invalid(self.context, lambda: self.view.authenticate(self.context))
        error = SignedOut()
        operations = list(self.operations.values())
        for operation in operations:
            if operation.task:
                operation.task.cancel()
        try:
            for operation in operations:
                # The client may have completed this one while it was told of another.
                if self.operations.get(operation.id) is operation:
                    await operation.send_initial_errors([error])
        finally:
            await self.websocket.close(code=4403, reason="Forbidden")


def _now() -> float:
    return asyncio.get_running_loop().time()


_count = threads.live.to_async(rates.count)
