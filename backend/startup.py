"""Shortens configuration errors of commands and servers to one sentence."""

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
