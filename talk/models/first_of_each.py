"""The first few rows of each of many conversations or messages, in one query."""

from typing import Any

from django.db import connections, models
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from ..prepared import Among, among


class Array(Subquery):
    """The rows of a query with one column, as an array of PostgreSQL."""

    template = "ARRAY(%(subquery)s)"
    output_field = models.BigIntegerField()


def first_of_each(of: str, keys: Any, rows: QuerySet[Any], size: int, order: str = "pk") -> Q:
    """The condition for the first `size` of `rows`, in this order, for each value of `of`.

    `of` is a foreign key of `rows`, and `keys` are those to which it refers.
    """
    if connections[rows.db].vendor == "postgresql":
        # Reads `size` keys for each of `keys` from an index, then the rows by their keys.
        first = rows.filter(**{of: OuterRef("pk")}).order_by(order).values("pk")[:size]
        referred: Any = rows.model._meta.get_field(of).related_model
        each = referred._base_manager.filter(among("pk", keys))
        found = each.values_list(Func(Array(first), function="unnest"))
        return Q(Among(F("pk"), Array(found)))
    # Reads all rows that refer to `keys`, and numbers them.
    position = Window(RowNumber(), partition_by=of, order_by=order)
    numbered = rows.filter(among(of, keys)).alias(_position=position)
    return Q(pk__in=numbered.filter(_position__lte=size).values("pk"))
