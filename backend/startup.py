"""What somebody reads who starts a command or a server with a setting that is missing or wrong."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """End the process with the sentence of an `ImproperlyConfigured`, and without its traceback.

    The option `--traceback` of Django's commands brings it back.
    """
    try:
        yield
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
