"""Gives each request over HTTP an id, which log lines have and the answer sends back."""

from collections.abc import Mapping
from typing import Any

from talk.log_context import HEADER, LogContext, new_id

NAME = HEADER.lower().encode()
#: The key in the scope of a request that has its id already.
BEGUN = "talk.request_id"


def log_context_of(scope: Mapping[str, Any]) -> LogContext:
    """The context of a request or a handshake, with its own id if it sent one."""
    given = next((value for name, value in scope["headers"] if name == NAME), None)
    return LogContext(new_id(None if given is None else given.decode("latin-1")))


def with_request_ids(http: Any) -> Any:
    """The ASGI application `http`, with an id for each request."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        async def send_with_id(message: Any) -> None:
            if message["type"] == "http.response.start":
                # A middleware of the project may have set one. Two would be read as one long id.
                others = [each for each in message.get("headers", ()) if each[0].lower() != NAME]
                headers = [*others, (NAME, found.request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        with log_context_of(scope) as found:
            await http({**scope, BEGUN: True}, receive, send_with_id)

    return answer
