"""Places for values in a question, where a queryset would have the values themselves."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Expression, F, Field, Func, Q


class Given(Expression):
    """A place for a value: what a column holds, or a row, which stands for its key."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=Field())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def value(self, given: Mapping[str, Any]) -> Any:
        """What stands here, of all that is given."""
        return given[self.name]


class GivenList(Expression):
    """A place for a list, of a size: one value for PostgreSQL, as many as it has for others.

    Of few sizes, or there would be a text for each; the last member stands for those missing.
    """

    def __init__(self, name: str, size: int) -> None:
        super().__init__(output_field=Field())
        self.name, self.size = name, size

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        members = [_Member(self.name, at) for at in range(self.size)]
        return f"({', '.join(['%s'] * self.size)})", members

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [Given(self.name)]


class _Member(Given):
    def __init__(self, name: str, at: int) -> None:
        super().__init__(name)
        self._at = at

    def value(self, given: Mapping[str, Any]) -> Any:
        members = given[self.name]
        return members[min(self._at, len(members) - 1)]


def among(column: str, members: Any) -> Any:
    """The condition that a column is one of a list that is given."""
    if not isinstance(members, GivenList):
        return Q(**{f"{column}__in": members})
    return Among(F(column), members)


class Among(Func):
    """Whether a column is one of a list; for PostgreSQL, of an array."""

    output_field = BooleanField()
    template = "%(expressions)s"
    arg_joiner = " IN "

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        template, joiner = "%(expressions)s)", " = ANY("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)


def size_of(members: list[Any]) -> int:
    """The size of the place for a list: a power of two, or nothing."""
    return 1 << (len(members) - 1).bit_length() if members else 0
