"""Says which files wait for a check before anybody can download them."""

from datetime import timedelta
from typing import Final

from django.db.models.functions import Now

from talk.conf import conf
from talk.models import TimedJob

from . import pictures

JOB: Final = "check files"
#: A worker that has not looked for files for so long is not there.
AWAY_AFTER: Final = timedelta(minutes=1)


def needs_checking(content_type: str) -> bool:
    """Whether a file of this type waits for the job. Otherwise it is ready at once.

    Without a worker, pictures don't wait: they have no thumbnails, and stay as they are. With a
    scanner all files wait, and for as long as it takes.
    """
    if conf.SCANNER is not None:
        return True
    return pictures.can_read(content_type) and _has_worker()


def _has_worker() -> bool:
    held = TimedJob.objects.filter(name=JOB, held_until__gt=Now() - AWAY_AFTER)
    return held.exists()
