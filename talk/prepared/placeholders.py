"""Places for values in a question, where a queryset would have the values themselves."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Expression, F, Field, ForeignKey, Func, Lookup, Q
from django.db.models.sql import Query, UpdateQuery

from .values import FAMILIAR


class Given(Expression):
    """A place for a value: what a column holds, or a row, which stands for its key."""

    #: The field that prepares the value, if it isn't one of those that are `FAMILIAR`.
    field: Any = None

    def __init__(self, name: str, field: Any = None) -> None:
        super().__init__(output_field=Field())
        self.name, self.field = name, field

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def value(self, given: Mapping[str, Any]) -> Any:
        """What stands here, of all that is given."""
        return given[self.name]


class GivenList(Expression):
    """A place for a list, of a size: one value for PostgreSQL, as many as it has for others.

    Of few sizes, or there would be a text for each; the last member stands for those missing.
    """

    field: Any = None

    def __init__(self, name: str, size: int) -> None:
        super().__init__(output_field=Field())
        self.name, self.size = name, size

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        members = [_Member(self.name, at, self.field) for at in range(self.size)]
        return f"({', '.join(['%s'] * self.size)})", members

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [Given(self.name, self.field)]


class _Member(Given):
    def __init__(self, name: str, at: int, field: Any) -> None:
        super().__init__(name, field)
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


def tell_fields(query: Query) -> None:
    """Tell all places in `query` which field their values are compared with, or written to.

    As Django does, a field prepares the values of its lookups. A value for which no field is found,
    such as a result in a `Case`, is taken as it is.
    """
    if isinstance(query, UpdateQuery):
        for field, _model, value in query.values:  # type: ignore[attr-defined]
            _tell([value], field)
    for condition in (query.where, *query.annotations.values()):
        _walk(condition)


def _walk(node: Any) -> None:
    if isinstance(node, Query):
        tell_fields(node)
        return
    # Not all that stands in a condition has expressions: SQL by `extra` has none.
    inner: list[Any] = getattr(node, "get_source_expressions", list)()
    match node:
        case Lookup():
            several = isinstance(node.rhs, (list, tuple))
            _tell(node.rhs if several else [node.rhs], node.lhs._output_field_or_none)
        case Among():
            _tell(inner[1:], inner[0]._output_field_or_none)
    for each in inner:
        if each is not None:
            _walk(each)


def _tell(places: Any, field: Any) -> None:
    while isinstance(field, ForeignKey):
        field = field.target_field
    for place in places:
        if isinstance(place, (Given, GivenList)):
            place.field = None if type(field) in FAMILIAR else field
