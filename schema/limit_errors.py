"""The errors of operations that ask for too much, or are answered with too much."""

from django.utils.translation import gettext as _

from .errors import PublicError


class LimitExceeded(PublicError):
    """The document asks for more than an option of that name lets it."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(
            _("This asks for too much: %(name)s is %(limit)d.") % {"name": name, "limit": limit}
        )


class TooCostly(PublicError):
    """The operation costs more than an option of that name lets it."""

    code = LimitExceeded.code

    def __init__(self, name: str, limit: int, cost: int, page: int) -> None:
        message = _(
            "This costs %(cost)d, and may cost %(limit)d (%(name)s): ask for smaller pages; "
            "without `first` a page counts as %(page)d."
        )
        asked = {"cost": cost, "limit": limit, "name": name, "page": page}
        super().__init__(message % asked)


class AnswerTooLong(PublicError):
    """The answer has more bytes than `MAX_ANSWER_SIZE`. It was executed as far as its path says."""

    code = LimitExceeded.code

    def __init__(self, limit: int, *, is_mutation: bool) -> None:
        message = (
            _(
                "This was executed, but its answer has more than %(limit)d bytes "
                "(MAX_ANSWER_SIZE). Ask for what came of it, and for less at a time."
            )
            if is_mutation
            else _(
                "This answer would have more than %(limit)d bytes (MAX_ANSWER_SIZE): ask for "
                "smaller pages, or for fewer fields."
            )
        )
        super().__init__(message % {"limit": limit})


class FrameTooLong(PublicError):
    """The server has a bound of its own for what it sends over a socket at once."""

    code = LimitExceeded.code

    def __init__(self) -> None:
        super().__init__(
            _(
                "This was executed, but its answer is longer than this server sends in one "
                "message. Ask for less at a time, or over HTTP."
            )
        )
