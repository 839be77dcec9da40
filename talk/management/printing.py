"""Commands that print names and words, whatever characters the terminal has."""

import codecs
from typing import Any

from django.core.management.base import BaseCommand


def encoding_of(stream: Any) -> str:
    """The name that Python has for it; UTF-8 for what takes any text, as in tests."""
    return codecs.lookup(stream.encoding or "utf-8").name


class Escaping:
    """A stream to which what its encoding lacks is written as an escape."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        encoding = encoding_of(self.stream)
        return self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


class PrintingCommand(BaseCommand):
    """A command that doesn't fail at what it prints when all else is done."""

    def execute(self, *args: Any, **options: Any) -> Any:
        for name in ("stdout", "stderr"):
            # Django makes a wrapper of what stands in the options.
            options[name] = Escaping(options.get(name) or getattr(self, name)._out)
        return super().execute(*args, **options)
