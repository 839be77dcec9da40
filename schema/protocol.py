"""The protocol `graphql-transport-ws`, with operations as strict as those over HTTP."""

import asyncio
import json
import logging
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from channels.db import database_sync_to_async
from django.utils import timezone
from django.utils.translation import gettext as _
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    SubscribeMessage,
)
from strawberry.types import ExecutionResult

from .authentication import AuthenticationFailed
from .context import Context
from .errors import TooManyOperations, Unauthenticated, public_error
from .execution import NotExecuted, Schema, is_refused
from .hub import hub, user_topic
from .live import listen
from .wire import Request

if TYPE_CHECKING:
    from .consumer import GraphQLConsumer

logger = logging.getLogger(__name__)

MAX_OPERATIONS = 100

#: Seconds after which credentials are looked at again even if no doorbell rang.
RECHECK_SECONDS = 60.0
#: Seconds after a doorbell at which they are looked at once more.
AFTERMATH_SECONDS = 1.0
#: And seconds for which they are not, however often it rings.
REST_SECONDS = 0.2


class Protocol(BaseGraphQLTransportWSHandler[Context, None]):
    view: "GraphQLConsumer"
    schema: Schema

    _guard: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self.context.identity and self._guard is None:
            self._guard = asyncio.create_task(self._keep_guard())

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        # Strawberry has such a limit, too; its error has no code.
        if len(self.operations) < MAX_OPERATIONS or message["id"] in self.operations:
            await super().handle_subscribe(message)
        else:
            error = TooManyOperations(_("Too many operations run on this socket."))
            await self.send_message(
                {"id": message["id"], "type": "error", "payload": [error.formatted]}
            )

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        try:
            result = await _answer(self.schema, operation, self.context)
            if result is None:
                await self._stream(operation)
            elif is_refused(result):
                await operation.send_initial_errors(result.errors or [])
            else:
                await operation.send_next(result)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except Exception as error:
            with suppress(Exception):
                await operation.send_initial_errors([public_error(error)])

    async def shutdown(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
            await asyncio.wait([self._guard])
        await super().shutdown()

    async def _stream(self, operation: Operation[Context, None]) -> None:
        head = f'{{"id":{json.dumps(operation.id)},"type":"next","payload":'
        try:
            async with (
                listen(self.schema, _requested(operation), self.context) as stream,
                aclosing(stream.results()) as results,
            ):
                async for result in results:
                    if operation.completed:
                        return
                    await self.view.send(f"{head}{result}}}")
        except NotExecuted as refused:
            await operation.send_initial_errors(refused.errors)

    async def _keep_guard(self) -> None:
        """Let nothing run on when the credentials that it was started with don't hold."""
        try:
            async with hub().watch(user_topic(self.context.viewer.pk)) as bell:
                rung = False
                while await self._credentials_hold():
                    await asyncio.sleep(REST_SECONDS)
                    # Django tells of a sign-out before it forgets the session: look twice.
                    limit = AFTERMATH_SECONDS if rung else RECHECK_SECONDS
                    rung = await bell.rung(timeout=min(limit, self._seconds_to_next_check()))
        except Exception:
            logger.exception("The credentials of a socket can't be watched")
        await self._expel()

    async def _credentials_hold(self) -> bool:
        try:
            await self.view.authenticate(self.context)
        except AuthenticationFailed:
            return False
        except Exception:
            logger.warning("Credentials could not be checked; trying again", exc_info=True)
            return self._seconds_to_next_check() > 0
        return True

    def _seconds_to_next_check(self) -> float:
        expires_at = self.context.identity and self.context.identity.expires_at
        if not expires_at:
            return RECHECK_SECONDS
        left = (expires_at - timezone.now()).total_seconds()
        return min(RECHECK_SECONDS, max(left, 0))

    async def _expel(self) -> None:
        error = Unauthenticated(_("You are not signed in any more."))
        for operation in list(self.operations.values()):
            if operation.task:
                operation.task.cancel()
            await operation.send_initial_errors([error])
        await self.websocket.close(code=4403, reason="Forbidden")


def _execute(
    schema: Schema, operation: Operation[Context, None], context: Context
) -> ExecutionResult | None:
    return schema.answer(_requested(operation), context)


def _requested(operation: Operation[Context, None]) -> Request:
    return Request(operation.query, operation.variables, operation.operation_name)


# All of it in one thread that is nobody else's: `thread_sensitive` would be one for the process.
_answer = database_sync_to_async(_execute, thread_sensitive=False)
