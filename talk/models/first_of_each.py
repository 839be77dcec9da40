"""The first few rows of each of many conversations or messages, in one query."""

from collections.abc import Mapping
from typing import Any

from django.db import connections, models
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from ..prepared import Among, among


class Array(Subquery):
    """The rows of a query with one column, as an array of PostgreSQL."""

    template = "ARRAY(%(subquery)s)"
    output_field = models.BigIntegerField()

    def get_db_converters(self, connection: Any) -> list[Any]:
        # It is a list already.
        return []


def first_of_each(of: str, keys: Any, rows: QuerySet[Any], size: int, order: str = "pk") -> Q:
    """The condition for the first `size` of `rows`, in this order, for each value of `of`.

    `of` is a foreign key of `rows`, and `keys` are those to which it refers.
    """
    referred: Any = rows.model._meta.get_field(of).related_model
    owners = referred._base_manager.filter(among("pk", keys))
    return first_of_owners(owners, {of: "pk"}, rows, size, order)


def first_of_owners(
    owners: QuerySet[Any], by: Mapping[str, str], rows: QuerySet[Any], size: int, order: str
) -> Q:
    """Like `first_of_each`, for rows that belong to an owner without a foreign key.

    `by` maps columns of `rows` to those of their owner that have the same values.
    """
    if connections[rows.db].vendor == "postgresql":
        # Reads `size` keys for each owner from an index, then the rows by their keys.
        theirs = rows.filter(**{column: OuterRef(same) for column, same in by.items()})
        first = theirs.order_by(order).values("pk")[:size]
        found = owners.values_list(Func(Array(first), function="unnest"))
        return with_keys(found)
    # Reads all rows of these owners, and numbers them.
    for column, same in by.items():
        rows = rows.filter(**{f"{column}__in": owners.values(same)})
    if len(by) > 1:
        # All columns are those of the same owner.
        owner = owners.filter(**{same: OuterRef(column) for column, same in by.items()})
        rows = rows.filter(Exists(owner))
    position = Window(RowNumber(), partition_by=list(by), order_by=order)
    numbered = rows.alias(_position=position)
    return with_keys(numbered.filter(_position__lte=size).values("pk"))


def with_keys(keys: QuerySet[Any]) -> Q:
    """The condition for the rows whose primary keys a query finds.

    PostgreSQL finds the keys first, and then these rows. With `IN` it may read a whole table.
    """
    if connections[keys.db].vendor == "postgresql":
        return Q(Among(F("pk"), Array(keys)))
    return Q(pk__in=keys)
