"""Finds the first unread message of a member, and counts unread messages."""

from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from ..message import Message

#: Above every number.
ENDLESS = models.Value(2**63 - 1, models.PositiveBigIntegerField())
#: Unread messages are counted up to here; more are shown as "99+".
UNREAD_CAP = 100


class CountRows(Subquery):
    """How many rows a query has, up to its own limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()

    def get_db_converters(self, connection: Any) -> list[Any]:
        # A count needs no conversion.
        return []


def first_unread(above: Any) -> models.Subquery:
    """The number of the first unread message above a number, for an update of participations."""
    end = Coalesce(OuterRef("left_at_number"), ENDLESS)
    unread = Message.objects.texts_of_others()
    unread = unread.filter(number__gt=OuterRef("joined_at_number"), number__lte=end)
    unread = unread.filter(number__gt=above).order_by("number")
    return models.Subquery(unread.values("number")[:1])
