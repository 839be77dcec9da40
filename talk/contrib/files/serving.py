"""Serves files: `GET /talk/files/<token>`, with ranges, for everybody who was shown the URL.

Each request asks the row whether the file is still there. The headers that keep files from doing
harm are set here, and not by a proxy. With `FILES_DIRECT`, the storage sends the file, from another
origin.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.files import File
from django.core.handlers.asgi import ASGIRequest
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag

from talk.conf import conf
from talk.models import Attachment
from talk.models.message.retention import cutoffs, without_expired

from .addresses import Variant, download_from
from .direct import DOWNLOAD_SECONDS, Direct, direct
from .problems import (
    Failed,
    Problem,
    answering_for_database,
    answering_for_storage,
    leave_out_of_log,
    respond,
)
from .ranges import NotSatisfiable, part_of
from .sniffing import SHOWN_INLINE
from .storage import name_of, release_connection, storage

#: The bytes of a file that are in memory at once, for each download.
PIECE_SIZE = 262_144
#: How long browsers keep a file without asking again: no longer than its URL stays the same.
KEPT_SECONDS = 3600
#: How long they keep the answer that the storage sends it: less long than that can be followed.
REDIRECT_KEPT_SECONDS = 30
#: The longest URL of a storage. It has the name of the file in it, and stores have limits.
URL_LENGTH = 4_096
#: The type of thumbnails and previews.
SMALLER = "image/webp"

#: Read files for requests of ASGI. Threads are started when they are needed.
_readers = ThreadPoolExecutor(8, "files")


# With `ATOMIC_REQUESTS`, a slow client would hold a connection.
@transaction.non_atomic_requests
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that `token` names, or a part of it; 404 if nobody is shown it any more."""
    if request.method not in {"GET", "HEAD"}:
        return respond(Problem.METHOD_NOT_ALLOWED, Allow="GET, HEAD")
    try:
        with answering_for_database():
            attachment, variant = _named_by(token)
        release_connection()
        with answering_for_storage():
            return _answer(request, attachment, variant)
    except Failed as failed:
        return respond(failed.problem)


def _named_by(token: str) -> tuple[Attachment, Variant]:
    named = download_from(token)
    if named is None:
        raise Failed(Problem.NOT_FOUND)
    key, variant = named
    # A process of an earlier version removes a message, or gives a group another picture, without
    # the file.
    shown = Q(message__removed_as="") | Q(avatar_of__avatar="")
    rows = Attachment.objects.written().filter(shown, pk=key, state=Attachment.State.READY)
    if variant:
        rows = rows.filter(has_thumbnails=True)
    found = without_expired(rows, cutoffs(), "message__").first()
    if found is None:
        raise Failed(Problem.NOT_FOUND)
    return found, variant


def _answer(request: HttpRequest, attachment: Attachment, variant: Variant) -> HttpResponseBase:
    headers = _headers(attachment, variant)
    etag = headers["ETag"] = quote_etag(f"{attachment.sha256}{variant}")
    name = name_of(attachment.key, variant)
    store = direct()
    if store is not None and (url := _url_in(store, request, name, headers)) is not None:
        return _redirect(url, headers)
    if conf.FILES_INTERNAL_URL is not None:
        # The proxy sends the file, and reads the header `Range`.
        headers["X-Accel-Redirect"] = conf.FILES_INTERNAL_URL + quote(name)
    response: Any = get_conditional_response(
        request, etag=etag, response=HttpResponse(headers=headers)
    )
    is_answered = response.status_code != HTTPStatus.OK or conf.FILES_INTERNAL_URL is not None
    return response if is_answered else _send(request, name, headers)


def _headers(attachment: Attachment, variant: Variant) -> dict[str, str]:
    content_type = SMALLER if variant else attachment.content_type
    is_inline = content_type in SHOWN_INLINE
    # What the picture of a group was called is the business of the person who uploaded it.
    is_named = not variant and attachment.avatar_of_id is None
    # A name that was not cleaned, such as one of an import, must not become another header.
    filename = "".join(filter(str.isprintable, attachment.filename)) if is_named else ""
    disposition = content_disposition_header(not is_inline, filename)
    return {
        "Content-Type": content_type,
        "Content-Disposition": disposition or "inline",
        # Whatever is in the file, a browser that opens it runs and loads nothing.
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin" if conf.ALLOWED_ORIGINS else "same-origin",
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
        "Accept-Ranges": "bytes",
    }


def _url_in(store: Direct, request: HttpRequest, name: str, headers: dict[str, str]) -> str | None:
    """Where the storage sends the file; None if this server has to do so.

    The storage sends no policy with a file. So it must not be on the host of the product, where a
    file of a stranger could run scripts.
    """
    url = store.download(
        name,
        method=str(request.method),
        content_type=headers["Content-Type"],
        disposition=headers["Content-Disposition"],
        seconds=DOWNLOAD_SECONDS,
    )
    own_host, _port = split_domain_port(request.get_host())
    is_elsewhere = urlsplit(url).hostname not in {None, own_host}
    return url if is_elsewhere and len(url) <= URL_LENGTH else None


def _redirect(url: str, headers: dict[str, str]) -> HttpResponse:
    own = {
        "Location": url,
        "Cache-Control": f"private, max-age={REDIRECT_KEPT_SECONDS}",
        "Cross-Origin-Resource-Policy": headers["Cross-Origin-Resource-Policy"],
    }
    return HttpResponse(status=HTTPStatus.FOUND, headers=own)


def _send(request: HttpRequest, name: str, headers: dict[str, str]) -> HttpResponseBase:
    try:
        file = storage().open(name)
    except FileNotFoundError:
        # It is being deleted, or the storage has lost it.
        raise Failed(Problem.NOT_FOUND) from None
    try:
        return _part(request, file, headers)
    except BaseException:
        file.close()
        raise


def _part(request: HttpRequest, file: "File[bytes]", headers: dict[str, str]) -> HttpResponseBase:
    size, status = file.size, HTTPStatus.OK
    try:
        part = part_of(size, _range_in(request, headers["ETag"]))
    except NotSatisfiable:
        file.close()
        headers = {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        leave_out_of_log(refusal := HttpResponse(status=status, headers=headers))
        return refusal
    if part is not None:
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {part[0]}-{part[-1]}/{size}"
    part = range(size) if part is None else part
    headers["Content-Length"] = str(len(part))
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers)
    file.seek(part.start)
    # Django would read the whole of an iterator of the other kind into memory.
    read = _read_async if isinstance(request, ASGIRequest) else _read
    pieces = read(file, len(part))
    response = StreamingHttpResponse(pieces, status=status, headers=headers)
    # Django closes it when the answer is sent, or when the client is gone.
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    return response


def _range_in(request: HttpRequest, etag: str) -> str | None:
    """The header `Range`; None if it is for another version of the file."""
    condition = request.headers.get("If-Range")
    return request.headers.get("Range") if condition in {None, etag} else None


def _read(file: "File[bytes]", size: int) -> Iterator[bytes]:
    while size:
        piece = file.read(min(PIECE_SIZE, size))
        yield _not_empty(piece)
        size -= len(piece)


async def _read_async(file: "File[bytes]", size: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    while size:
        piece = await loop.run_in_executor(_readers, file.read, min(PIECE_SIZE, size))
        yield _not_empty(piece)
        size -= len(piece)


def _not_empty(piece: bytes) -> bytes:
    if not piece:
        # The response has begun, so the server can only break the connection.
        raise EOFError("The file is shorter than it was.")
    return piece
