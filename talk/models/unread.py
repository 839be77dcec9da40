"""Which message is the first that waits for a member, and how many wait."""

from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from .message import Message

#: Above every number.
ENDLESS = models.Value(2**63 - 1, models.PositiveBigIntegerField())
#: Unread messages are counted up to here; more are shown as "99+".
UNREAD_CAP = 100


class CountRows(Subquery):
    """How many rows a query has, of which it reads no more than its own limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()

    def get_db_converters(self, connection: Any) -> list[Any]:
        # A count is a number as it is.
        return []


def first_unread(above: Any) -> models.Subquery:
    """For an update of participations: the first number above `above` that waits for them."""
    end = Coalesce(OuterRef("left_at_number"), ENDLESS)
    waiting = Message.objects.said_to_outer_participation()
    waiting = waiting.filter(number__gt=OuterRef("joined_at_number"), number__lte=end)
    waiting = waiting.filter(number__gt=above).order_by("number")
    return models.Subquery(waiting.values("number")[:1])
