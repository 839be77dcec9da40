"""The GraphQL errors that clients get, each with a code.

`extensions.retryable` says whether the same request may succeed later. `extensions.retryAfter` says
after how many seconds.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from graphql import GraphQLError

#: The most errors that are reported in a document or its variables. One more says that there are
#: others.
MAX_ERRORS = 10


class PublicError(GraphQLError):
    """An error that is sent to the client as it is."""

    code: ClassVar[str]
    retry_after: ClassVar[float | None] = None

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(
            message, extensions=extensions_for(self.code, retry_after or self.retry_after)
        )

    @classmethod
    def codes(cls) -> Iterator[str]:
        """The codes of all classes of errors."""
        for each in cls.__subclasses__():
            yield each.code
            yield from each.codes()


def extensions_for(code: str, retry_after: float | None = None) -> dict[str, Any]:
    """The extensions of an error."""
    extensions: dict[str, Any] = {"code": code, "retryable": retry_after is not None}
    if retry_after is not None:
        extensions["retryAfter"] = retry_after
    return extensions


class BadRequest(PublicError):
    """The request, or an argument in it, can't be decoded."""

    code = "BAD_REQUEST"


class ParseFailed(PublicError):
    """The document has a syntax error."""

    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailed(PublicError):
    """The document or its variables don't fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class RateLimited(PublicError):
    """The client did this too often. `retry_after` says when it can do it again."""

    code = "RATE_LIMITED"


class PersistedQueryNotSupported(PublicError):
    """This server stores no documents by hash. The client then sends the document itself."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"


class UntrustedDocument(PublicError):
    """This server executes only registered documents, and this is none of them."""

    code = "UNTRUSTED_DOCUMENT"


class Unauthenticated(PublicError):
    """The request has no credentials, and this field is not public."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Sign in first."))


class AuthenticationFailed(Unauthenticated):
    """The request has credentials, and they are not valid."""


class SignedOut(AuthenticationFailed):
    """The credentials of an open connection have become invalid."""

    def __init__(self) -> None:
        super().__init__(_("You are not signed in any more."))


class CsrfFailed(PublicError):
    """A request with a session that a page of another site may have sent."""

    code = "CSRF_FAILED"


class TooManyOperations(PublicError):
    """More operations run on this socket, or for this user, than the server allows."""

    code = "TOO_MANY_OPERATIONS"


class MustResync(PublicError):
    """The changes after the client's cursor are not available any more."""

    code = "RESYNC_REQUIRED"


class Unavailable(PublicError):
    """Something that this server needs, such as the database, does not answer now."""

    code = "UNAVAILABLE"
    retry_after = 1


class TooSlow(Unavailable):
    """The server cancelled what it asked the database, because it took too long."""

    retry_after = 5


class Internal(PublicError):
    """A bug. The log has the exception under the id in `extensions.id`."""

    code = "INTERNAL"


class LimitExceeded(PublicError):
    """The document is larger than a limit allows."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(
            _("The document is too large: %(name)s is %(limit)d.") % {"name": name, "limit": limit}
        )


class TooCostly(PublicError):
    """The operation costs more than an option allows."""

    code = LimitExceeded.code

    def __init__(self, name: str, limit: int, cost: int, page: int) -> None:
        message = _(
            "The operation costs %(cost)d. The limit is %(limit)d (%(name)s). Ask for smaller "
            "pages: without `first`, a page counts as %(page)d items."
        )
        values = {"cost": cost, "limit": limit, "name": name, "page": page}
        super().__init__(message % values)


class AnswerTooLong(PublicError):
    """The answer has more bytes than `MAX_ANSWER_SIZE`. Fields before its path were executed."""

    code = LimitExceeded.code

    def __init__(self, limit: int, *, is_mutation: bool) -> None:
        message = (
            _(
                "The mutation was executed, but its answer has more than %(limit)d bytes "
                "(MAX_ANSWER_SIZE). Query what it changed, with fewer fields."
            )
            if is_mutation
            else _(
                "The answer would have more than %(limit)d bytes (MAX_ANSWER_SIZE). Ask for "
                "smaller pages or fewer fields."
            )
        )
        super().__init__(message % {"limit": limit})


class FrameTooLong(PublicError):
    """The answer is longer than the web server can send in one WebSocket message."""

    code = LimitExceeded.code

    def __init__(self) -> None:
        super().__init__(
            _(
                "The operation was executed, but its answer is longer than a WebSocket message of "
                "this server may be. Ask for less, or ask over HTTP."
            )
        )
