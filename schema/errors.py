"""GraphQL errors: each says with a code what happened, and whether trying again may help."""

import logging
import traceback
import uuid
from typing import Any, ClassVar

from django.db import DataError
from django.utils.translation import gettext as _
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.relay.types import GlobalIDValueError

from talk.availability import drop_connections, is_away, is_cancelled, is_read_only
from talk.exceptions import Refused, ResyncRequired

logger = logging.getLogger(__name__)

#: Most errors that are looked for in a document or its variables; one more says that there are
#: others.
MAX_ERRORS = 10
#: Characters of a message that may repeat what a client sent.
MAX_MESSAGE = 200


class PublicError(GraphQLError):
    """An error that whoever asked may read as it is."""

    code: ClassVar[str]
    retry_after: ClassVar[float | None] = None

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(
            message, extensions=extensions_for(self.code, retry_after or self.retry_after)
        )


class BadRequest(PublicError):
    """The request, or an argument in it, can't be understood."""

    code = "BAD_REQUEST"


class ParseFailed(PublicError):
    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailed(PublicError):
    """The document or its variables don't fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class RateLimited(PublicError):
    """This was done too often; `retry_after` says when it can be done again."""

    code = "RATE_LIMITED"


class PersistedQueryNotSupported(PublicError):
    """Documents are not kept by their hashes. A client that is told so sends the document."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"


class UntrustedDocument(PublicError):
    """Only documents that were registered are executed here, and this is none."""

    code = "UNTRUSTED_DOCUMENT"


class Unauthenticated(PublicError):
    """Nobody is signed in, and this is not for everybody."""

    code = "UNAUTHENTICATED"


class AuthenticationFailed(Unauthenticated):
    """There are credentials, and they are bad."""


class CsrfFailed(PublicError):
    """A session's request that may have come from another site's page."""

    code = "CSRF_FAILED"


class TooManyOperations(PublicError):
    code = "TOO_MANY_OPERATIONS"


class MustResync(PublicError):
    """The stream can't go on from where the client is."""

    code = "RESYNC_REQUIRED"


class Unavailable(PublicError):
    """Something this server needs doesn't answer now."""

    code = "UNAVAILABLE"
    retry_after = 1


class TooSlow(Unavailable):
    """The database was given up on, because it took too long."""

    retry_after = 5


class Internal(PublicError):
    """A bug. The log has it under `extensions.id`."""

    code = "INTERNAL"


def extensions_for(code: str, retry_after: float | None = None) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": code, "retryable": retry_after is not None}
    if retry_after is not None:
        extensions["retryAfter"] = retry_after
    return extensions


def translate(error: GraphQLError) -> GraphQLError:
    """Make `error` fit to be sent to the client, and log it if it was not expected.

    It is changed in place, because Strawberry sends the very errors that it passes to
    `process_errors`. Translating twice does nothing. Returns the public error that it became, whose
    class says what happened.
    """
    if "code" in (error.extensions or {}):
        cause = _cause(error)
        return cause if isinstance(cause, PublicError) else error
    public = public_error(error)
    error.message = public.message
    error.extensions = {**(error.extensions or {}), **(public.extensions or {})}
    return public


def public_error(error: Exception) -> GraphQLError:
    """What `error` looks like to whoever asked; logged if it's unexpected."""
    cause = _cause(error)
    match cause:
        case PublicError():
            return cause
        case GraphQLSyntaxError():
            return ParseFailed(_short(cause.message))
        case GraphQLError():
            # Errors of fields have a path, errors of whole documents have none.
            return (BadRequest if error_path(error) else ValidationFailed)(_short(cause.message))
        case Refused():
            return GraphQLError(str(cause.message), extensions=extensions_for(cause.code.value))
        case ResyncRequired():
            message = _(
                "Changes after this cursor are no longer available. Start from a fresh query."
            )
            return MustResync(message)
        case GlobalIDValueError():
            return BadRequest(_("This is not an id."))
        case _ if public := _of_database(cause):
            return public
        case _:
            return _masked(cause)


def _short(message: str) -> str:
    """A message of GraphQL's own, which may repeat what a client sent, however long that is.

    What is wrong is said at its ends.
    """
    if len(message) <= MAX_MESSAGE:
        return message
    half = MAX_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"


def error_path(error: Exception) -> list[str | int] | None:
    return error.path if isinstance(error, GraphQLError) else None


def _cause(error: Exception) -> Exception:
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _of_database(error: Exception) -> PublicError | None:
    """The public error for a database's error, if that was to be expected."""
    if isinstance(error, DataError):
        # Its message has the value, which may be somebody's words.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("The database can't take a value\n%s", where)
        return BadRequest(_("There is a value here that can't be stored or compared."))
    if not is_away(error):
        return None
    logger.warning("The database did not do this", exc_info=error)
    if is_read_only(error):
        drop_connections()
    if is_cancelled(error):
        # Much was asked, or much is going on. Waiting helps with the second.
        message = _("The database took too long over this. Ask for less, or try again later.")
        return TooSlow(message)
    return Unavailable(_("This can't be done now. Try again in a moment."))


def _masked(error: Exception) -> Internal:
    masked = Internal(_("Something went wrong."))
    if masked.extensions is not None:
        masked.extensions["id"] = str(uuid.uuid4())
        logger.error("GraphQL error %s", masked.extensions["id"], exc_info=error)
    return masked
