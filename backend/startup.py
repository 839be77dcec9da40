"""Shows configuration errors of commands and servers as one sentence, without a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Catch `ImproperlyConfigured`, print its sentence, and end the process.

    With the option `--traceback` of Django's commands, the traceback is shown.
    """
    try:
        yield
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
