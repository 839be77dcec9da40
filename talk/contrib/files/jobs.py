"""The loop of the timed jobs that work on files one after the other."""

from collections.abc import Callable

from talk.bounded import within_run
from talk.models import Attachment

#: Failures in a row after which what a job depends on is taken to be away, until the next run.
MOST_FAILURES = 3


def work_on(due: Callable[[], list[Attachment]], work: Callable[[Attachment], bool]) -> int:
    """Call `work` with each file that `due` finds, until there is none or the time is over.

    `work` returns whether it succeeded. If not, the file must not be due again at once. Returns how
    often it succeeded.
    """
    done = failures = 0
    for attachment in within_run(due):
        if work(attachment):
            done, failures = done + 1, 0
        else:
            failures += 1
        if failures >= MOST_FAILURES:
            break
    return done
