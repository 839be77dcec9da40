"""What clients send, decoded without trusting any of it."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from talk.conf import conf

from ..errors import BadRequest, PersistedQueryNotSupported
from .trusted import hash_in, id_in, text_of

#: Characters of the id of an operation on a socket. Each message to the client repeats it.
MAX_ID = 128


@dataclass(frozen=True)
class Request:
    """One GraphQL request."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


def decode(data: bytes | str) -> dict[str, Any]:
    """The JSON object that `data` is. Raises `BadRequest` if it's anything else."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        value = _DECODER.decode(text)
    # A ValueError is also bad UTF-8, and an integer with too many digits to be read.
    except (ValueError, RecursionError):
        raise BadRequest(_("This is not JSON.")) from None
    if not isinstance(value, dict):
        raise BadRequest(_("This is not a JSON object."))
    return value


def encode(data: object) -> bytes:
    """An answer as JSON."""
    try:
        return orjson.dumps(data)
    except TypeError:
        # What a client sent, and is told again, need not be text that UTF-8 has.
        return json.dumps(data, separators=(",", ":")).encode()


def encode_text(data: object) -> str:
    """An answer as JSON, as text."""
    return encode(data).decode()


def request_of(data: dict[str, Any]) -> Request:
    """The GraphQL request in `data`. Raises if there is none that may be executed."""
    _check_request(data)
    return Request(
        text_of(data),
        data.get("variables"),
        data.get("operationName") or None,
        data.get("extensions"),
    )


def _check_request(data: dict[str, Any]) -> None:
    if not isinstance(data.get("query"), str) and conf.TRUSTED_DOCUMENTS is None:
        if hash_in(data) is not None:
            # Clients look for exactly this message.
            raise PersistedQueryNotSupported("PersistedQueryNotSupported")
        if id_in(data) is not None:
            raise BadRequest(_("Documents by id aren't configured here: send `query`."))
        raise BadRequest(_("`query` must be a string."))
    _check(data, "variables", dict, gettext_noop("`variables` must be an object or null."))
    _check(data, "operationName", str, gettext_noop("`operationName` must be a string or null."))
    _check(data, "extensions", dict, gettext_noop("`extensions` must be an object or null."))


def message_of(text: str) -> dict[str, Any]:
    """The message of the protocol `graphql-transport-ws` in a frame.

    Raises `BadRequest` if there is none. Types that the protocol doesn't know pass.
    """
    message = decode(text)
    kind = message.get("type")
    if not isinstance(kind, str):
        raise BadRequest(_("`type` must be a string."))
    if kind in {"subscribe", "complete"} and not isinstance(message.get("id"), str):
        raise BadRequest(_("`id` must be a string."))
    payload = _check(message, "payload", dict, gettext_noop("`payload` must be an object."))
    if kind == "subscribe":
        if not message["id"]:
            raise BadRequest(_("`id` must not be empty."))
        if len(message["id"]) > MAX_ID:
            raise BadRequest(_("`id` has at most %(most)d characters.") % {"most": MAX_ID})
        # Told by the operation, which ends without the socket.
        with suppress(PersistedQueryNotSupported):
            _check_request(payload or {})
    if payload is None:
        message.pop("payload", None)
    return message


def _check(data: dict[str, Any], key: str, wanted: type, message: str) -> Any:
    value = data.get(key)
    if value is not None and not isinstance(value, wanted):
        raise BadRequest(_(message))
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
