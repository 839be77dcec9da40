"""For clients of servers on this machine, and for what they are answered."""

import ssl
from typing import Any

#: Pass it as `verify`: loading certificates takes longer than all that is asked.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def answer_in(response: Any) -> dict[str, Any]:
    """The answer in a response, without the id of its request, which each answer has."""
    answer, request_id = without_request_id(response.json())
    assert request_id == response.headers["X-Request-ID"]
    return answer


def without_request_id(answer: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """An answer, or one of its errors, without the id of its request; and that id."""
    extensions = {**answer["extensions"]}
    request_id = extensions.pop("requestId")
    others = {name: value for name, value in answer.items() if name != "extensions"}
    return others | ({"extensions": extensions} if extensions else {}), request_id
