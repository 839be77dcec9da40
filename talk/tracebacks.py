"""Describes exceptions without the values in their messages, which may be somebody's words."""

import traceback
from collections.abc import Iterator

#: Classes of exceptions whose messages come from the system, a connection or the program. Those of
#: others may hold values: `ValueError` repeats what it can't convert, and PostgreSQL repeats the
#: whole row that breaks a constraint.
TELLING = frozenset(
    {
        "AttributeError",
        "ConnectionError",
        "ImportError",
        "ImproperlyConfigured",
        "InterfaceError",
        "MemoryError",
        "NameError",
        "NotImplementedError",
        "OSError",
        "OperationalError",
        "PyJWKClientError",
        "RecursionError",
        "TimeoutError",
    }
)


def describe(error: BaseException) -> str:
    """The traceback of an exception and of those before it, with messages of `TELLING` alone."""
    return "\n".join(_paragraphs(error, set()))


def _paragraphs(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _paragraphs(cause, seen)
        yield "\nIt led to:\n"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield headline(error)
    for each in getattr(error, "exceptions", ()):
        if isinstance(each, BaseException) and id(each) not in seen:
            yield "\nIn the group:\n"
            yield from _paragraphs(each, seen)


def may_be_told(kind: type | str) -> bool:
    """Whether messages of a class of exceptions, perhaps given by its name, hold nobody's words."""
    names = {kind} if isinstance(kind, str) else {base.__name__ for base in kind.__mro__}
    return not names.isdisjoint(TELLING)


def headline(error: BaseException) -> str:
    """The class of an exception, with its message if that holds nobody's words."""
    kind = type(error)
    name = (
        kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    )
    message = str(error) if may_be_told(kind) else " ".join(filter(None, _of_database(error)))
    return f"{name}: {message}" if message else name


def _of_database(error: BaseException) -> Iterator[str | None]:
    """The names that a driver's error has for what went wrong."""
    yield getattr(error, "sqlstate", None)
    yield getattr(error, "sqlite_errorname", None)
    yield getattr(getattr(error, "diag", None), "constraint_name", None)
