"""The first few participations of each of many conversations, in one query."""

from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.models import F, Func, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from ...prepared import Among, among

if TYPE_CHECKING:
    from .queryset import ParticipationQuerySet


class Array(Subquery):
    """The rows of a query with one column, as an array of PostgreSQL."""

    template = "ARRAY(%(subquery)s)"
    output_field = models.BigIntegerField()


def first_of_each(conversations: Any, rows: "ParticipationQuerySet", size: int) -> Q:
    """The condition for the first `size` of `rows` in each of `conversations`."""
    from ..conversation import Conversation

    if connections[rows.db].vendor == "postgresql":
        # Reads `size` keys for each conversation from an index, then the rows by their keys.
        first = rows.filter(conversation=OuterRef("pk")).order_by("pk").values("pk")[:size]
        each = Conversation.objects.filter(among("pk", conversations))
        keys = each.values_list(Func(Array(first), function="unnest"))
        return Q(Among(F("pk"), Array(keys)))
    # Reads all rows of these conversations, and numbers them.
    position = Window(RowNumber(), partition_by="conversation", order_by="pk")
    numbered = rows.filter(among("conversation", conversations)).alias(_position=position)
    return Q(pk__in=numbered.filter(_position__lte=size).values("pk"))
