"""The first few participations of each of many conversations, however many there are."""

from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.models import F, Func, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from ..prepared import Among, among

if TYPE_CHECKING:
    from .participation import ParticipationQuerySet


class Array(Subquery):
    """What a query of one column finds, as an array of PostgreSQL."""

    template = "ARRAY(%(subquery)s)"
    output_field = models.BigIntegerField()


def first_of_each(conversations: Any, rows: "ParticipationQuerySet", size: int) -> Q:
    """The condition that a participation is one of the first `size` of `rows` in its conversation,
    which is one of these.
    """
    from .conversation import Conversation

    if connections[rows.db].vendor == "postgresql":
        # Reads so many of each from an index, then all of them by their keys.
        first = rows.filter(conversation=OuterRef("pk")).order_by("pk").values("pk")[:size]
        each = Conversation.objects.filter(among("pk", conversations))
        keys = each.values_list(Func(Array(first), function="unnest"))
        return Q(Among(F("pk"), Array(keys)))
    # Reads all of them, and numbers them.
    place = Window(RowNumber(), partition_by="conversation", order_by="pk")
    numbered = rows.filter(among("conversation", conversations)).alias(_place=place)
    return Q(pk__in=numbered.filter(_place__lte=size).values("pk"))
