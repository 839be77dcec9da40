"""Receives the bytes of an upload: `PUT /talk/files/upload/<token>`.

The storage reads the body piece by piece, in the thread of the request. Where `talk.graphql.asgi`
or WSGI serve the request, a piece is read from the client when the storage asks for it.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from math import ceil
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from talk.exceptions import Refused
from talk.filenames import is_allowed_type
from talk.models import Attachment

from .addresses import upload_from
from .body import Body
from .checking import needs_checking
from .problems import Failed, Problem, answering_for_database, answering_for_storage, respond
from .storage import delete_all, new_key, release_connection, storage

#: The most uploads at the same time, in each process, and of one person.
MOST_AT_ONCE, MOST_OF_ONE_PERSON = 16, 4


# A transaction would hold a connection for as long as the client sends. The token is a permission
# that pages of other sites don't have.
@csrf_exempt
@transaction.non_atomic_requests
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Store the body of the request as the bytes of the file that `token` names."""
    if request.method != "PUT":
        return respond(Problem.METHOD_NOT_ALLOWED, Allow="PUT")
    try:
        with answering_for_database():
            attachment = _named_by(token)
            _check_length(request, attachment.size)
            with _places.taken_by(attachment.owner_id):
                _receive(request, attachment)
    except Failed as failed:
        return respond(failed.problem)
    found = {"contentType": attachment.content_type, "size": attachment.size}
    return JsonResponse(found, status=HTTPStatus.CREATED, headers={"Cache-Control": "no-store"})


class _Places:
    """Counts the uploads of this process that are under way.

    The fewer places are free, the fewer one person may have. So a few people can't take all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[Any] = Counter()

    @contextmanager
    def taken_by(self, owner: Any) -> Iterator[None]:
        with self._lock:
            if self._taken[owner] >= self._share:
                raise Failed(Problem.TOO_MANY_UPLOADS)
            self._taken[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[owner] -= 1
                if not self._taken[owner]:
                    del self._taken[owner]

    def are_few(self) -> bool:
        """Whether nobody may have more than one place now."""
        with self._lock:
            return self._share <= 1

    @property
    def _share(self) -> int:
        """How many places a person may have: a quarter of those that are free."""
        return min(MOST_OF_ONE_PERSON, ceil((MOST_AT_ONCE - self._taken.total()) / 4))


_places = _Places()


def _named_by(token: str) -> Attachment:
    key = upload_from(token)
    found = key and Attachment.objects.written().filter(pk=key).first()
    if not found or not found.is_there:
        raise Failed(Problem.NOT_FOUND)
    if found.state != Attachment.State.UPLOADING:
        raise Failed(Problem.ALREADY_UPLOADED)
    return found


def _check_length(request: HttpRequest, size: int) -> None:
    """Compare `Content-Length` with the size that was declared, before anything is read."""
    try:
        length = int(request.headers["Content-Length"])
    except (KeyError, ValueError):
        raise Failed(Problem.LENGTH_REQUIRED) from None
    if length != size:
        raise Failed(Problem.FILE_TOO_LARGE if length > size else Problem.FILE_TOO_SHORT)


def _receive(request: HttpRequest, attachment: Attachment) -> None:
    key = new_key()
    _begin(attachment, key)
    release_connection()
    body = Body(request, attachment.size, is_allowed_type, _places.are_few)
    try:
        _store(key, body)
    except BaseException:
        # The row still has the key, so a later attempt or a job deletes what can't be deleted now.
        with suppress(Exception):
            delete_all(key)
        raise
    must_wait = needs_checking(body.content_type)
    # If the database fails here, it may have done this all the same. So the bytes stay.
    if not attachment.received(key, body.content_type, body.sha256, must_wait):
        _delete(key)
        raise Failed(Problem.ALREADY_UPLOADED)


def _begin(attachment: Attachment, key: str) -> None:
    """Make this the attempt that counts, and delete what an earlier one has written."""
    try:
        earlier = attachment.attempt(key)
    except Refused:
        raise Failed(Problem.NOT_FOUND) from None
    if earlier is None:
        raise Failed(Problem.ALREADY_UPLOADED)
    if earlier:
        try:
            _delete(earlier)
        except Failed:
            # So that the row still names what is to be deleted.
            with suppress(Refused):
                attachment.attempt(earlier)
            raise


def _delete(key: str) -> None:
    with answering_for_storage():
        delete_all(key)


def _store(key: str, body: Body) -> None:
    with answering_for_storage():
        try:
            name = storage().save(key, body)
        except Exception as error:
            if body.problem is not None:
                raise Failed(body.problem) from error
            raise
        if name != key or not body.is_complete:
            raise RuntimeError(f"The storage took {body.tell()} bytes for {key}, as {name}.")
