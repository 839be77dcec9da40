"""Reads the body of an upload while the storage writes it: counts, hashes and looks at its type."""

import hashlib
import time
from collections.abc import Callable
from typing import IO, cast

from django.core.files import File
from django.http import HttpRequest, UnreadablePostError

from .problems import Failed, Problem
from .sniffing import HEAD_SIZE, content_type_of

#: The most seconds of an upload: for any, and for each 16 KiB of it.
MOST_SECONDS, MOST_SECONDS_PER_BYTE = 60, 1 / 16_384
#: After `MOST_SECONDS`, an upload with fewer bytes a second ends if others may need its place.
SLOW = 32_768


class Body(File):  # type: ignore[type-arg]  # It takes none when it runs.
    """The body of a request, as a file of a known size that can be read once.

    The storage reads it piece by piece, so no more than a piece is in memory.
    """

    #: A request does not say so. Storages ask.
    closed = False
    #: The bytes of a piece.
    DEFAULT_CHUNK_SIZE = 65_536

    def __init__(
        self,
        request: HttpRequest,
        size: int,
        allows: Callable[[str], bool] = lambda kind: True,
        places_are_few: Callable[[], bool] = lambda: False,
    ) -> None:
        # Without a name, it would be false.
        super().__init__(cast("IO[bytes]", request), "upload")
        self.size = size
        #: Why reading failed. A storage may turn what `read` raises into an error of its own.
        self.problem: Problem | None = None
        self.content_type = ""
        self._request, self._allows, self._places_are_few = request, allows, places_are_few
        self._digest = hashlib.sha256()
        self._head = b""
        #: How many bytes have come, and how many of them the storage has.
        self._arrived = self._count = 0
        self._hurries_at = time.monotonic() + MOST_SECONDS
        self._ends_at = self._hurries_at + size * MOST_SECONDS_PER_BYTE

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def is_complete(self) -> bool:
        """Whether all has been read, and nothing was wrong with it."""
        return self.problem is None and self._count == self.size and bool(self.content_type)

    def read(self, size: int = -1) -> bytes:
        if self.problem is not None:
            raise Failed(self.problem)
        try:
            return self._read(size)
        except Failed as failed:
            self.problem = failed.problem
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._count

    def seek(self, offset: int, whence: int = 0) -> int:
        """Some storages go to the beginning before they read."""
        if (offset, whence, self._count) != (0, 0, 0):
            raise OSError("An upload can be read only once.")
        return 0

    def close(self) -> None:
        """Leave the request open: it is still to be answered."""

    def _read(self, size: int) -> bytes:
        # One byte more than there may be shows whether there is more.
        most = self.size - self._count + 1
        piece = self._receive(most if size < 0 else min(size, most))
        self._count += len(piece)
        if self._count > self.size:
            raise Failed(Problem.FILE_TOO_LARGE)
        if size and not piece and self._count < self.size:
            raise Failed(Problem.UPLOAD_INTERRUPTED)
        self._digest.update(piece)
        self._look_at(piece)
        return piece

    def _receive(self, size: int) -> bytes:
        """So many bytes, or fewer at the end: some storages take fewer for the end.

        The client has its time for each piece, however much the storage wants at once.
        """
        pieces: list[bytes] = []
        while size and (piece := self._receive_piece(min(size, self.DEFAULT_CHUNK_SIZE))):
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _receive_piece(self, size: int) -> bytes:
        now = time.monotonic()
        if now > self._ends_at:
            raise Failed(Problem.UPLOAD_STALLED)
        if self._arrived < (now - self._hurries_at) * SLOW and self._places_are_few():
            raise Failed(Problem.TOO_MANY_UPLOADS)
        try:
            piece = self._request.read(size)
        except UnreadablePostError as error:
            is_late = isinstance(error.__cause__, TimeoutError)
            problem = Problem.UPLOAD_STALLED if is_late else Problem.UPLOAD_INTERRUPTED
            raise Failed(problem) from error
        self._arrived += len(piece)
        return piece

    def _look_at(self, piece: bytes) -> None:
        if self.content_type:
            return
        self._head += piece[: HEAD_SIZE - len(self._head)]
        if len(self._head) == HEAD_SIZE or self._count == self.size:
            self.content_type = content_type_of(self._head)
            if not self._allows(self.content_type):
                raise Failed(Problem.FILE_TYPE_NOT_ALLOWED)
