"""The loop of the timed jobs that work on files one after the other."""

import time
from collections.abc import Callable

from talk.models import Attachment

#: Seconds after which a run ends, so that its worker can stop.
MOST_SECONDS = 30.0
#: Failures in a row after which what a job depends on is taken to be away, until the next run.
MOST_FAILURES = 3


def work_on(due: Callable[[], list[Attachment]], work: Callable[[Attachment], bool]) -> int:
    """Call `work` with each file that `due` finds, until there is none.

    `work` returns whether it succeeded. If not, the file must not be due again at once. Returns how
    often it succeeded.
    """
    ends_at = time.monotonic() + MOST_SECONDS
    done = failures = 0
    while found := due():
        for attachment in found:
            if work(attachment):
                done, failures = done + 1, 0
            else:
                failures += 1
            if failures >= MOST_FAILURES or time.monotonic() > ends_at:
                return done
    return done
