"""The first few participations of each of many conversations, however many there are."""

from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.models import F, Func, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber

from ..given import among

if TYPE_CHECKING:
    from .participation import ParticipationQuerySet


class Keys(Subquery):
    """What a query finds, as an array of PostgreSQL."""

    template = "ARRAY(%(subquery)s)"
    output_field = models.BigIntegerField()


def first_of_each(
    conversations: Any, rows: "ParticipationQuerySet", size: int
) -> "ParticipationQuerySet":
    """Of `rows`, which are of these conversations, the first `size` of each, in order."""
    from .conversation import Conversation
    from .participation import Participation

    if connections[rows.db].vendor != "postgresql":
        # Reads all of them, and numbers them.
        place = Window(RowNumber(), partition_by="conversation", order_by="pk")
        return rows.alias(_place=place).filter(_place__lte=size).order_by("conversation", "pk")
    # Reads so many of each from an index, then all of them by their keys.
    first = rows.filter(conversation=OuterRef("pk")).order_by("pk").values("pk")[:size]
    each = Conversation.objects.using(rows.db).filter(among("pk", conversations))
    keys = each.values_list(Func(Keys(first), function="unnest"))
    is_first = Func(
        F("pk"),
        Keys(keys),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=models.BooleanField(),
    )
    found = Participation.objects.using(rows.db).filter(is_first)
    return found.order_by("conversation", "pk")
