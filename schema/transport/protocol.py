"""The protocol `graphql-transport-ws`, with operations as strict as those over HTTP."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry.http import process_result
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PongMessage,
    SubscribeMessage,
)

from talk.conf import conf

from .. import threads
from ..authentication import rates
from ..authentication.context import Context
from ..documents.request import encode_text, request_of
from ..errors import PublicError, TooManyOperations, Unauthenticated, public_error
from ..execution import Schema, is_refused
from ..execution.subscription import NotExecuted
from ..limit_errors import FrameTooLong
from ..live.streams import listen
from ..operation import Operation as RequestedOperation
from .backpressure import Flow
from .connected import open_connections
from .credentials import credentials_fail

if TYPE_CHECKING:
    from ..consumer import GraphQLConsumer

#: Seconds of silence after which a client is asked whether it is there.
PING_SECONDS = 25.0
#: Seconds that it has to answer.
ANSWER_SECONDS = 30.0
#: Seconds that a socket may be open with nothing running on it.
IDLE_SECONDS = 600.0


class Protocol(BaseGraphQLTransportWSHandler[Context, None]):
    view: "GraphQLConsumer"
    schema: Schema

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._flow = Flow(self.view.send)
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard_at = self._busy_at = _now()

    async def handle(self) -> None:
        open_connections().add(self)
        try:
            await super().handle()
        finally:
            open_connections().discard(self)

    async def handle_message(self, message: Message) -> None:
        self._heard_at = _now()
        await super().handle_message(message)

    async def handle_pong(self, message: PongMessage) -> None:
        self._flow.pong()

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        again = self.connection_acknowledged
        await super().handle_connection_init(message)
        # Strawberry keeps the message until the next one comes.
        message.pop("payload", None)
        if not self.connection_acknowledged or again:
            return
        if self.context.identity is None:
            self._do(self._end_strangers())
        elif open_connections().claim(self, self.context.viewer.pk):
            self._do(self._keep_guard())
        else:
            await self.websocket.close(4429, "Too many sockets")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        # Strawberry has such a limit, too; its error has no code.
        if len(self.operations) >= conf.MAX_OPERATIONS and message["id"] not in self.operations:
            error = TooManyOperations(_("Too many operations run on this socket."))
            await self.send_message(
                {"id": message["id"], "type": "error", "payload": [error.formatted]}
            )
            return
        # The task that the operation becomes takes a copy.
        _payload.set({**message["payload"]})
        # Strawberry wants a document, and would keep all of this for as long as a stream goes on.
        message["payload"] = {"query": ""}
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        try:
            found = await self._answer()
            if isinstance(found, str):
                await self._send_next(operation, found)
            elif isinstance(found, list):
                await operation.send_initial_errors(found)
            else:
                await self._stream(operation, found)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except FrameTooLong as error:
            payload = encode_text({"data": None, "errors": [error.formatted]})
            await self._send_next(operation, payload)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except Exception as error:
            with suppress(Exception):
                await operation.send_initial_errors([public_error(error)])

    async def _answer(self) -> str | list[GraphQLError] | RequestedOperation:
        """The answer as JSON, or why there is none; a subscription itself, which may begin."""
        payload = _payload.get()
        try:
            operation = self.schema.operation(request_of(payload), self.context)
        except PublicError:
            await _count(self.context)
            raise
        finally:
            # Whatever has a copy of this task's context keeps the payload.
            payload.clear()
        # No stream waits until slow queries leave a thread.
        answer = _begin if operation.is_subscription else _answer
        found = await answer(self.schema, operation)
        return operation if found is None else found

    async def shutdown(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await super().shutdown()

    def check_client(self) -> None:
        now = _now()
        if self.operations:
            self._busy_at = now
        if self._flow.asked_at is not None:
            if now - self._flow.asked_at > ANSWER_SECONDS:
                self._do(self.websocket.close(4504, "No answer"))
        elif now - self._busy_at > IDLE_SECONDS:
            self._do(self.websocket.close(1000, "Idle"))
        elif now - self._heard_at > PING_SECONDS:
            self._do(self._flow.ping())

    async def go_away(self) -> None:
        # Of the codes for going away and coming again, not every server can send 1001 and 1012.
        await self.websocket.close(4503, "Going away")

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send_message(self, message: Message) -> None:
        # Without waiting for room: the handler that answers a ping also takes the pongs.
        await self._flow.send_at_once(encode_text(message))

    async def _send_next(self, operation: Operation[Context, None], payload: str) -> None:
        """Send a result, which is JSON, when there is room."""
        if not operation.completed:
            head = f'{{"id":{encode_text(operation.id)},"type":"next","payload":'
            await self._flow.send(f"{head}{payload}}}")

    async def _stream(
        self, operation: Operation[Context, None], requested: RequestedOperation
    ) -> None:
        try:
            async with (
                listen(self.schema, requested) as stream,
                aclosing(stream.results()) as results,
            ):
                async for result in results:
                    if operation.completed:
                        return
                    await self._send_next(operation, result)
        except NotExecuted as refused:
            await operation.send_initial_errors(refused.errors)

    async def _end_strangers(self) -> None:
        """Close the socket of a client without credentials, once no public operation runs."""
        seconds = self.connection_init_wait_timeout.total_seconds()
        await asyncio.sleep(seconds)
        while self.operations:
            await asyncio.sleep(seconds)
        await self.websocket.close(4408, "No credentials")

    async def _keep_guard(self) -> None:
        await credentials_fail(self.context, lambda: self.view.authenticate(self.context))
        await self._expel()

    async def _expel(self) -> None:
        error = Unauthenticated(_("You are not signed in any more."))
        operations = list(self.operations.values())
        for operation in operations:
            if operation.task:
                operation.task.cancel()
        try:
            for operation in operations:
                # While the client was told of one, it may have completed another.
                if self.operations.get(operation.id) is operation:
                    await operation.send_initial_errors([error])
        finally:
            await self.websocket.close(code=4403, reason="Forbidden")


def _now() -> float:
    return asyncio.get_running_loop().time()


def _execute(schema: Schema, operation: RequestedOperation) -> str | list[GraphQLError] | None:
    """The answer as JSON, or why there is none; None for a subscription, which may begin."""
    found = schema.answer(operation)
    if found is None:
        return None
    return found.errors or [] if is_refused(found) else encode_text(process_result(found))


#: That of the request that is begun: Strawberry's operations have no place for all of it.
_payload: ContextVar[dict[str, Any]] = ContextVar("payload")

# All of it in one thread that is nobody else's: `thread_sensitive` would be one for the process.
_answer = threads.asked.run(_execute)
_begin = threads.begun.run(_execute)
_count = threads.live.run(rates.count)
