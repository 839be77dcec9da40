"""Subscriptions, executed event by event, the same for every transport."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import (
    ExecutionResult,
    Executor,
    create_source_event_stream,
    execute_subscription_event,
)

from .. import threads
from ..authentication import rates
from ..authentication.context import Context
from ..documents.request import encode_text
from ..errors import RateLimited, Unavailable, public_error
from ..execution.deadlines import deadline
from ..limit_errors import AnswerTooLong
from ..loading.views import Views, showing
from ..not_executed import NotExecuted
from ..strawberry_internals import await_maybe
from .retries import with_retries
from .sharing import SharedResults, asker
from .stream_limit import counted_stream

if TYPE_CHECKING:
    from ..execution import Schema
    from ..execution.subscription import PreparedSubscription
    from ..operation import Operation

#: What an event costs beside what is selected of it.
EVENT_COST = 25


class Stream:
    """A subscription that has begun. See `sharing.Subscriber`."""

    def __init__(
        self,
        schema: "Schema",
        executor: Executor[Any],
        source: Any,
        prepared: "PreparedSubscription",
    ) -> None:
        self._schema, self._executor, self._source = schema, executor, source
        self.question = prepared.question
        self._cost = prepared.cost
        #: What was executed for this stream, and not counted yet.
        self._owed = 0
        extensions = prepared.extensions
        #: The end of each result, where something is told beside the data.
        self._told = f',"extensions":{json.dumps(extensions)}}}' if extensions else ""
        self.context: Context = executor.context_value
        self.shares = False

    async def results(self) -> AsyncGenerator[str, None]:
        """The results as JSON, the last one an error if the stream ends because of one."""
        asker.set(self)
        try:
            async with aclosing(self._source):
                async for event in self._source:
                    answers: SharedResults | None = getattr(event, "_results", None)
                    execute = partial(self._answer, event)
                    if answers is None:
                        result = await execute(self.context)
                    else:
                        result = await answers.get(self, execute)
                    # The same may be told to others, who did not ask for that.
                    yield f"{result[:-1]}{self._told}" if self._told else result
                    # Here, where nobody else waits for it, and no event gets old.
                    await self._pay()
        except Exception as error:
            yield encode_text(ExecutionResult(None, [public_error(error)]).formatted)

    async def _pay(self) -> None:
        """Count what was executed, and wait if that was too much."""
        while self._owed >= rates.COST_STEP:
            try:
                await _count(self.context, "follow")
                self._owed -= rates.COST_STEP
            except RateLimited as error:
                await asyncio.sleep((error.extensions or {})["retryAfter"])

    async def _answer(self, event: Any, context: Any) -> str:
        self._owed += EVENT_COST + self._cost

        async def answer() -> str:
            found = await _in_thread(self, event, context)
            self.shares = isinstance(found, str)
            # What can be resolved in a thread is; resolvers that are coroutines go on here.
            text = str(await await_maybe(found))
            self._owed += rates.COST_STEP * (len(text.encode()) // rates.ANSWER_STEP)
            return text

        return await with_retries(answer)

    def execute(self, event: Any, context: Any) -> str | Awaitable[str]:
        once = self._executor.build_per_event_executor(event)
        once.context_value = context
        batch = getattr(event, "_batch", None)
        with deadline(), showing(Views(batch) if batch else Views()):
            result = execute_subscription_event(once)
        if isinstance(result, ExecutionResult):
            return self._text(result)
        return self._finish(result)

    async def _finish(self, result: Awaitable[ExecutionResult]) -> str:
        return self._text(await result)

    def _text(self, result: ExecutionResult) -> str:
        self._schema.process_errors(result.errors or [])
        for error in result.errors or ():
            if isinstance(error, AnswerTooLong):
                # Going on would lose a change.
                raise error
            extensions = error.extensions or {}
            if extensions.get("code") == Unavailable.code:
                # Said of one event it would be lost; the client comes back for it.
                raise Unavailable(error.message, retry_after=extensions["retryAfter"])
        return encode_text(result.formatted)


@asynccontextmanager
async def listen(schema: "Schema", operation: "Operation") -> AsyncIterator[Stream]:
    """Begin a subscription that `Schema.answer` let pass; raises `NotExecuted`.

    The stream lives within the schema's extensions, but for their hooks on single results: a result
    may be many viewers'.
    """
    # Before it is prepared: what is prepared takes most of the memory.
    async with counted_stream(operation.context), schema.prepare(operation) as prepared:
        source = await await_maybe(create_source_event_stream(prepared.executor))
        if isinstance(source, ExecutionResult):
            schema.process_errors(source.errors or [])
            raise NotExecuted(source.errors or [])
        yield Stream(schema, prepared.executor, source, prepared)


_count = threads.live.run(rates.count)
# All of an event in one thread that is nobody else's, with its connection closed after.
_in_thread: Any = threads.live.run(Stream.execute)
