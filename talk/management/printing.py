"""Base of commands that print names, on terminals that lack some characters."""

import codecs
from typing import Any

from django.core.management.base import BaseCommand


def encoding_of(stream: Any) -> str:
    """Python's name of a stream's encoding; UTF-8 for streams of text, as in tests."""
    return codecs.lookup(stream.encoding or "utf-8").name


class Escaping:
    """A stream that writes characters which its encoding lacks as escapes."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> Any:
        encoding = encoding_of(self.stream)
        return self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


class PrintingCommand(BaseCommand):
    """A command whose output never fails, since its work is done by then."""

    def execute(self, *args: Any, **options: Any) -> Any:
        for name in ("stdout", "stderr"):
            # Django wraps the streams in the options.
            options[name] = Escaping(options.get(name) or getattr(self, name)._out)
        return super().execute(*args, **options)
