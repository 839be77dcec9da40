"""Decodes the frames of a WebSocket into messages of the protocol."""

from collections.abc import AsyncGenerator
from typing import Any

from ..documents.request import message_of
from ..errors import BadRequest
from ..strawberry_internals import ChannelsWebSocketAdapter


class WebSocketAdapter(ChannelsWebSocketAdapter):
    """Decodes the frames of a WebSocket. Closes it at the first frame that is no message."""

    # Strawberry annotates it with its own consumer.
    ws_consumer: Any

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        while True:
            frame = await self.ws_consumer.received.next()
            if frame is None or self.ws_consumer.closed:
                return
            try:
                message = message_of(frame)
            except BadRequest as error:
                await self.close(4400, error.message)
                return
            # This generator waits here while the message is handled. Its text is not needed.
            del frame
            yield message
