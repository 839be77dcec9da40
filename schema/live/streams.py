"""Runs GraphQL subscriptions, event by event, in the same way for each transport.

In the words of the GraphQL specification: it iterates over the source stream of a subscription, and
yields the response stream.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from time import time
from typing import TYPE_CHECKING, Any

from graphql import ExecutionResult, create_source_event_stream, execute_subscription_event

from talk.counts import count
from talk.spans import span

from .. import threads
from ..authentication import rates
from ..authentication.context import Context
from ..deadlines import deadline
from ..documents.document import label_of
from ..documents.request import encode_text, with_request_id
from ..error_masking import count_errors, mask, public_error
from ..errors import AnswerTooLong, RateLimited, Unavailable
from ..loading.views import ReadTogether, Views, showing
from ..not_executed import NotExecuted
from ..strawberry_internals import await_maybe
from .changes import Delivery
from .retries import with_retries
from .sharing import SharedResults
from .stream_limit import counted_stream

if TYPE_CHECKING:
    from ..execution import Schema
    from ..execution.subscription import PreparedSubscription
    from ..operation import Operation

#: The cost of an event, beside the cost of what is selected of it.
EVENT_COST = 25


class Stream:
    """A subscription that runs.

    It is the root value of its operation, so the resolver of the subscription gets it as `self`.
    """

    def __init__(self, schema: "Schema", prepared: "PreparedSubscription", name: str) -> None:
        self._schema, self._executor = schema, prepared.executor
        #: The name of the operation in metrics.
        self.name = name
        self.selection = prepared.selection
        self.context: Context = prepared.executor.context_value
        #: Whether the last result was found without waiting; see `sharing.Subscriber`.
        self.is_synchronous = False
        self._cost = prepared.cost
        #: The cost of executions that was not counted yet.
        self._uncounted = 0
        extensions = prepared.extensions
        #: The end of each result if it has extensions. They are not shared.
        self._tail = f',"extensions":{json.dumps(extensions)}}}' if extensions else ""
        self._source: Any = None

    async def begin(self) -> None:
        """Call the resolver of the subscription. Raises `NotExecuted`."""
        self._executor.root_value = self
        source = await await_maybe(create_source_event_stream(self._executor))
        self._executor.root_value = None
        if isinstance(source, ExecutionResult):
            self._schema.process_errors(source.errors or [])
            raise NotExecuted(source.errors or [])
        self._source = source

    async def results(self) -> AsyncGenerator[str, None]:
        """The results as JSON. If an error ends the stream, it is the last result."""
        try:
            async with aclosing(self._source):
                async for event in self._source:
                    shared: SharedResults | None = getattr(event, "shared_results", None)
                    execute = partial(self._execute_with_retries, event)
                    if shared is None:
                        count.delivery("own")
                        result = await execute(self.context)
                    else:
                        result = await shared.get(self, execute)
                    yield f"{result[:-1]}{self._tail}" if self._tail else result
                    if shared is not None and isinstance(event, Delivery):
                        count.delivered(time() - event.at)
                    # An idle subscription need not keep its last event in memory.
                    del event, shared, execute, result
                    # Only this stream waits here, after its event was delivered.
                    await self._count_cost()
        except Exception as error:
            public = public_error(error)
            count_errors([public])
            yield encode_text(with_request_id(ExecutionResult(None, [public]).formatted))

    async def _count_cost(self) -> None:
        """Count the executions of this stream against the viewer's limit, and wait if needed."""
        while self._uncounted >= rates.COST_STEP:
            try:
                await _count(self.context, "follow")
                self._uncounted -= rates.COST_STEP
            except RateLimited as error:
                await asyncio.sleep((error.extensions or {})["retryAfter"])

    async def _execute_with_retries(self, event: Any, context: Any) -> str:
        self._uncounted += EVENT_COST + self._cost

        async def attempt() -> str:
            result = await _execute_in_thread(self, event, context)
            self.is_synchronous = isinstance(result, str)
            # Resolvers that are coroutines continue on the event loop.
            text = str(await await_maybe(result))
            self._uncounted += rates.COST_STEP * (len(text.encode()) // rates.ANSWER_STEP)
            return text

        return await with_retries(attempt)

    def execute(self, event: Any, context: Any) -> str | Awaitable[str]:
        """See `sharing.Subscriber`."""
        page = getattr(event, "read_together", None)
        event = event.event if isinstance(event, Delivery) else event
        executor = self._executor.build_per_event_executor(event)
        executor.context_value = context
        views = page.views() if isinstance(page, ReadTogether) else Views()
        with span("delivery", operation=self.name), deadline(), showing(views):
            result = execute_subscription_event(executor)
        if isinstance(result, ExecutionResult):
            return self._text(result)
        return self._finish(result)

    async def _finish(self, result: Awaitable[ExecutionResult]) -> str:
        return self._text(await result)

    def _text(self, result: ExecutionResult) -> str:
        errors = result.errors or []
        # Before `process_errors`: only the first call of `mask` tells what an error became.
        masked = [mask(error) for error in errors]
        self._schema.process_errors(errors)
        for error in masked:
            if isinstance(error, AnswerTooLong | Unavailable):
                # The client would lose this event. It is told to come back and to ask again.
                raise error
        count_errors(errors)
        return encode_text(result.formatted)


@asynccontextmanager
async def listen(schema: "Schema", operation: "Operation") -> AsyncIterator[Stream]:
    """Begin a subscription that passed `Schema.answer`. Raises `NotExecuted`.

    The stream runs within the extensions of the schema. Their hooks on single results are not
    called, because a result may be shared by many viewers.
    """
    _kind, name = label_of(operation)
    # It is counted first, because preparing it takes most of the memory.
    async with counted_stream(operation), schema.prepare(operation) as prepared:
        stream = Stream(schema, prepared, name)
        # Only the stream is kept for as long as it runs.
        del prepared
        await stream.begin()
        count.stream(name, 1)
        try:
            yield stream
        finally:
            count.stream(name, -1)


_count = threads.live.to_async(rates.count)
# One thread executes all of an event, and gives its database connection back.
_execute_in_thread: Any = threads.live.to_async(Stream.execute)
