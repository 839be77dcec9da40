"""Masks errors: what clients may read of an exception, and what only the log has."""

import logging
import uuid
from collections.abc import Iterable

from django.db import DatabaseError, DataError
from django.utils.translation import gettext as _
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.relay.types import GlobalIDValueError

from talk.availability import drop_connections_after, is_away, is_cancelled
from talk.counts import count
from talk.exceptions import RefusalCode, Refused, ResyncRequired
from talk.tracebacks import describe

from .errors import (
    BadRequest,
    Internal,
    MustResync,
    ParseFailed,
    PublicError,
    TooSlow,
    Unavailable,
    ValidationFailed,
    extensions_for,
)

logger = logging.getLogger(__name__)

#: The codes of Talk's own errors and refusals.
KNOWN_CODES = {*RefusalCode.values, *PublicError.codes()}
#: The most characters of a message that may repeat what a client sent.
MAX_MESSAGE = 200


def mask(error: GraphQLError) -> GraphQLError:
    """Make `error` fit to be sent, whatever it comes from, and log it if it is unexpected.

    It is changed in place: Strawberry sends the errors that it gives to `process_errors`, and
    ignores a new list of them. Masking an error twice does nothing. Returns the public error that
    it became: its class says what happened.
    """
    if "code" in (error.extensions or {}):
        cause = _cause(error)
        return cause if isinstance(cause, PublicError) else error
    public = public_error(error)
    error.message = public.message
    error.extensions = {**(error.extensions or {}), **(public.extensions or {})}
    return public


def public_error(error: Exception) -> GraphQLError:
    """The error that clients get for an exception, which is logged if it is unexpected."""
    cause = _cause(error)
    match cause:
        case PublicError():
            return cause
        case GraphQLSyntaxError():
            return ParseFailed(_shortened(cause.message))
        case GraphQLError():
            # Errors of fields have a path, errors of whole documents have none.
            kind = BadRequest if error_path(error) else ValidationFailed
            return kind(_shortened(cause.message))
        case Refused():
            return GraphQLError(str(cause.message), extensions=extensions_for(cause.code.value))
        case ResyncRequired():
            return MustResync(
                _("Changes after this cursor are no longer available. Start from a fresh query.")
            )
        case GlobalIDValueError():
            return BadRequest(_("This is not an id."))
        case _ if public := _database_error(cause):
            return public
        case _:
            return _masked(cause)


def count_errors(errors: Iterable[GraphQLError] | None) -> None:
    """Count errors that a client is sent, after they were masked."""
    for error in errors or ():
        code = (error.extensions or {}).get("code")
        # Errors of a project may have any code, and perhaps one that depends on a client.
        count.refusal(code if code in KNOWN_CODES else "OTHER")


def error_path(error: Exception) -> list[str | int] | None:
    """The path of the field in which the error happened, or None."""
    return error.path if isinstance(error, GraphQLError) else None


def _shortened(message: str) -> str:
    """The beginning and the end of a message that may repeat a long text of a client."""
    if len(message) <= MAX_MESSAGE:
        return message
    half = MAX_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"


def _cause(error: Exception) -> Exception:
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _database_error(error: Exception) -> PublicError | None:
    """The public error for an expected error of the database, or None for any other error."""
    if isinstance(error, DataError):
        logger.error("The database can't take a value\n%s", describe(error))
        return BadRequest(_("The database can't store or compare a value of this request."))
    if not is_away(error):
        return None
    logger.warning("The database did not do this", exc_info=error)
    drop_connections_after(error)
    if is_cancelled(error):
        # The client asked for much, or the database has much to do. Waiting helps with the second.
        message = _("The database took too long. Ask for less, or try again later.")
        return TooSlow(message)
    return Unavailable(_("The database is not available. Try again in a moment."))


def _masked(error: Exception) -> Internal:
    masked = Internal(_("Something went wrong."))
    id_in_log = str(uuid.uuid4())
    masked.extensions = {**(masked.extensions or {}), "id": id_in_log}
    if isinstance(error, DatabaseError):
        # Its message may have values, which may be somebody's words. They must not be in the log.
        logger.error("GraphQL error %s\n%s", id_in_log, describe(error))
    else:
        logger.error("GraphQL error %s", id_in_log, exc_info=error)
    return masked
