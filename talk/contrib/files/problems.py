"""The errors of uploads and downloads: an HTTP status, a stable code, and a sentence for people."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http import HTTPStatus
from typing import Any

from django.db import Error
from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from talk.availability import drop_connections_after, is_away
from talk.exceptions import RefusalCode

logger = logging.getLogger(__name__)


class Problem(Enum):
    """Why a request about a file failed. Names are codes, which never change."""

    NOT_FOUND = HTTPStatus.NOT_FOUND, RefusalCode.NOT_FOUND.label
    METHOD_NOT_ALLOWED = HTTPStatus.METHOD_NOT_ALLOWED, _("This is not possible here.")
    ALREADY_UPLOADED = HTTPStatus.CONFLICT, _("This file was uploaded already.")
    LENGTH_REQUIRED = HTTPStatus.LENGTH_REQUIRED, _("Send the header Content-Length.")
    FILE_TOO_LARGE = (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("This is more than the size that was given at the start of the upload."),
    )
    FILE_TOO_SHORT = (
        HTTPStatus.BAD_REQUEST,
        _("This is less than the size that was given at the start of the upload."),
    )
    FILE_TYPE_NOT_ALLOWED = (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("Files of this type are not allowed."),
    )
    UPLOAD_STALLED = HTTPStatus.REQUEST_TIMEOUT, _("The upload took too long.")
    UPLOAD_INTERRUPTED = HTTPStatus.BAD_REQUEST, _("The upload ended early.")
    TOO_MANY_UPLOADS = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Too many files are being uploaded. Try again in a moment."),
    )
    STORAGE_FULL = HTTPStatus.INSUFFICIENT_STORAGE, _("There is no space left for files.")
    STORAGE_UNAVAILABLE = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Files can't be stored or read now. Try again in a moment."),
    )
    UNAVAILABLE = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("The database is not available. Try again in a moment."),
    )

    def __init__(self, status: HTTPStatus, message: str | Promise) -> None:
        self.status, self.message = status, message

    @property
    def retry_after(self) -> int | None:
        """Seconds after which the same request may succeed; None if it can't."""
        return RETRY_AFTER.get(self.name)


#: What a file system says if it is full, or if a quota is used up.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: What may succeed later, and after how many seconds.
RETRY_AFTER = {
    "UPLOAD_STALLED": 1,
    "UPLOAD_INTERRUPTED": 1,
    "TOO_MANY_UPLOADS": 2,
    "STORAGE_FULL": 60,
    "STORAGE_UNAVAILABLE": 5,
    "UNAVAILABLE": 1,
}


class Failed(Exception):
    """A request about a file that can't be answered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


@contextmanager
def answering_for_database() -> Iterator[None]:
    """Say `UNAVAILABLE` if the database is away."""
    try:
        yield
    except Error as error:
        if not is_away(error):
            raise
        logger.warning("The database did not do this", exc_info=error)
        drop_connections_after(error)
        raise Failed(Problem.UNAVAILABLE) from error


@contextmanager
def answering_for_storage() -> Iterator[None]:
    """Say `STORAGE_FULL` or `STORAGE_UNAVAILABLE` for any error of the storage."""
    try:
        yield
    except Failed:
        raise
    # Each storage has errors of its own.
    except Exception as error:
        logger.error("The storage of files failed", exc_info=error)
        is_full = isinstance(error, OSError) and error.errno in FULL
        raise Failed(Problem.STORAGE_FULL if is_full else Problem.STORAGE_UNAVAILABLE) from error


def respond(problem: Problem, **headers: str) -> JsonResponse:
    """The response to a request that failed: `code`, `message` and `retryable`, as JSON."""
    retry_after = problem.retry_after
    body: dict[str, Any] = {
        "code": problem.name,
        "message": str(problem.message),
        "retryable": retry_after is not None,
    }
    response = JsonResponse(body, status=problem.status, headers=headers)
    response.headers["Cache-Control"] = "no-store"
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    leave_out_of_log(response)
    return response


def leave_out_of_log(response: HttpResponse) -> None:
    """Keep Django from logging the path of a request that failed: it is a permission."""
    response._has_been_logged = True  # type: ignore[attr-defined]
