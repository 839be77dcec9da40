"""Lets clients upload to the storage, and download from it, by signed URLs of the storage itself.

The bytes then pass through no web process. A worker looks at what was uploaded, and copies it to
where no client writes.
"""

import logging
from typing import Protocol, cast

from django.utils.module_loading import import_string

from talk.conf import conf
from talk.models import Attachment

from .addresses import Ticket, upload_ticket
from .checking import has_worker
from .storage import INCOMING, new_key, storage

logger = logging.getLogger(__name__)

#: Seconds in which an upload has to begin, and a download. After a file is taken back, whoever got
#: the URL of a download may follow it for so long.
UPLOAD_SECONDS, DOWNLOAD_SECONDS = 900, 60


class Direct(Protocol):
    """What `FILES_DIRECT` names: a class that is called with the storage, and signs its URLs.

    It raises `ImproperlyConfigured` for a storage that it can't sign URLs of.
    """

    def upload(self, name: str, size: int, seconds: int) -> Ticket:
        """The request that stores exactly `size` bytes under `name`, sent within `seconds`."""

    def download(
        self, name: str, *, method: str, content_type: str, disposition: str, seconds: int
    ) -> str:
        """The URL of the bytes, for a request within `seconds`, answered with these headers.

        `method` is `GET` or `HEAD`.
        """


def direct() -> Direct | None:
    """What signs URLs of the storage; None if all bytes pass through this server."""
    if conf.FILES_DIRECT is None:
        return None
    return cast("Direct", import_string(conf.FILES_DIRECT)(storage()))


def ticket_for(upload: Attachment) -> Ticket:
    """How the bytes of a new upload are sent.

    They are sent to this server while no worker runs that would look at them in the storage.
    """
    key = f"{INCOMING}{new_key()}"
    ticket = _signed(key, upload) if conf.FILES_DIRECT is not None and has_worker() else None
    if ticket is None:
        return upload_ticket(upload)
    upload.expect(key)
    return ticket


def _signed(key: str, upload: Attachment) -> Ticket | None:
    try:
        store = direct()
        return None if store is None else store.upload(key, upload.size, UPLOAD_SECONDS)
    # Each storage has errors of its own, such as for credentials that it can't get. Then this
    # server takes the bytes, or says that the storage is away.
    except Exception:
        logger.exception("The storage signed no URL for file %s", upload.pk)
        return None
