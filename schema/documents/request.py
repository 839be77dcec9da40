"""Decodes and encodes the JSON of requests, messages and answers. Nothing in it is trusted."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from talk import log_context
from talk.conf import conf

from ..errors import BadRequest, PersistedQueryNotSupported
from .trusted import hash_in, id_in, text_of

#: The most characters of an operation's id on a socket. Each message to the client repeats it.
MAX_ID = 128


@dataclass(frozen=True)
class Request:
    """One GraphQL request."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


def decode(data: bytes | str) -> dict[str, Any]:
    """The JSON object in `data`. Raises `BadRequest` if there is none."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        value = _DECODER.decode(text)
    # Bad UTF-8 is a ValueError, too, and so is an integer with too many digits for Python.
    except (ValueError, RecursionError):
        raise BadRequest(_("The text is not JSON.")) from None
    if not isinstance(value, dict):
        raise BadRequest(_("The text is not a JSON object."))
    return value


def encode(data: object) -> bytes:
    """An answer as JSON in UTF-8."""
    try:
        return orjson.dumps(data)
    except TypeError:
        # A client may have sent text that UTF-8 can't encode, and an answer may repeat it.
        return json.dumps(data, separators=(",", ":")).encode()


def encode_text(data: object) -> str:
    """An answer as JSON, as text."""
    return encode(data).decode()


def with_request_id(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer, or one of its errors, with the id of the request in its extensions."""
    found = log_context.current()
    if found is None:
        return {**answer}
    extensions = {**(answer.get("extensions") or {}), "requestId": found.request_id}
    return {**answer, "extensions": extensions}


def request_of(data: dict[str, Any]) -> Request:
    """The GraphQL request in `data`. Raises a `PublicError` if there is none."""
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
            # Apollo Client looks for exactly this message.
            raise PersistedQueryNotSupported("PersistedQueryNotSupported")
        if id_in(data) is not None:
            raise BadRequest(_("This server has no documents by id. Send `query`."))
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
        # The operation raises it later, so that it ends and the socket stays open.
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
