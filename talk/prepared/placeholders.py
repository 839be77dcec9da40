"""Named placeholders in a prepared queryset, where another queryset would have values."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Expression, F, Field, ForeignKey, Func, Lookup, Q
from django.db.models.sql import Query

from .django_internals import conditions_of, inserted_values, output_field, updated_values
from .values import FAMILIAR


class Placeholder(Expression):
    """Stands for a value: that of a column, or a row, which is compared by its key."""

    #: The field that prepares the value, unless it is one of those that are `FAMILIAR`.
    field: Any = None

    def __init__(self, name: str, field: Any = None) -> None:
        super().__init__(output_field=Field())
        self.name, self.field = name, field

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def value(self, values: Mapping[str, Any]) -> Any:
        """The value to put here, from all that the question has."""
        return values[self.name]


class ListPlaceholder(Expression):
    """Stands for a list: one array for PostgreSQL, `size` values for other databases.

    Sizes are rounded up, since each needs another SQL statement. The last member is repeated.
    """

    field: Any = None

    def __init__(self, name: str, size: int) -> None:
        super().__init__(output_field=Field())
        self.name, self.size = name, size

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        members = [_Member(self.name, at, self.field) for at in range(self.size)]
        return f"({', '.join(['%s'] * self.size)})", members

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [Placeholder(self.name, self.field)]


class _Member(Placeholder):
    """Stands for one member of a list."""

    def __init__(self, name: str, at: int, field: Any) -> None:
        super().__init__(name, field)
        self._at = at

    def value(self, values: Mapping[str, Any]) -> Any:
        members = values[self.name]
        return members[min(self._at, len(members) - 1)]


def among(column: str, members: Any) -> Any:
    """The condition that a column is one of `members`: a list, or the placeholder of one."""
    if not isinstance(members, ListPlaceholder):
        return Q(**{f"{column}__in": members})
    return Among(F(column), members)


class Among(Func):
    """The condition that a column is one of a list or, for PostgreSQL, of an array."""

    output_field = BooleanField()
    template = "%(expressions)s"
    arg_joiner = " IN "

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        template, joiner = "%(expressions)s)", " = ANY("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)


def round_up(count: int) -> int:
    """The next power of two, so that questions of similar sizes share one SQL statement."""
    return 1 << (count - 1).bit_length() if count else 0


def assign_fields(query: Query) -> None:
    """Give each placeholder in `query` the field that its values are compared with, or written to.

    That field prepares the values, as Django has fields prepare the values of their lookups. A
    value without such a field, for instance a result in a `Case`, is taken as it is.
    """
    for field, value in inserted_values(query):
        # A new row may have values that its fields take for others: a key as text, for instance.
        if isinstance(value, Placeholder):
            value.field = _target_of(field)
    for field, value in updated_values(query):
        _assign([value], field)
    for condition in conditions_of(query):
        _walk(condition)


def _walk(node: Any) -> None:
    if isinstance(node, Query):
        assign_fields(node)
        return
    # SQL by `extra` is no expression.
    inner: list[Any] = getattr(node, "get_source_expressions", list)()
    match node:
        case Lookup():
            several = isinstance(node.rhs, (list, tuple))
            _assign(node.rhs if several else [node.rhs], output_field(node.lhs))
        case Among():
            _assign(inner[1:], output_field(inner[0]))
    for each in inner:
        if each is not None:
            _walk(each)


def _assign(placeholders: Any, field: Any) -> None:
    field = _target_of(field)
    for each in placeholders:
        if isinstance(each, (Placeholder, ListPlaceholder)):
            each.field = None if type(field) in FAMILIAR else field


def _target_of(field: Any) -> Any:
    """The field that a foreign key refers to; any other field itself."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    return field
