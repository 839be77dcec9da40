"""Which message is the first that waits for a member."""

from typing import Any

from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Coalesce

from .message import Message

#: Above every number.
ENDLESS = models.Value(2**63 - 1, models.PositiveBigIntegerField())


def first_unread(above: Any) -> models.Subquery:
    """For an update of participations: the first number above `above` that waits for them."""
    end = Coalesce(OuterRef("left_at_number"), ENDLESS)
    waiting = Message.objects.said_to_outer_participation()
    waiting = waiting.filter(number__gt=OuterRef("joined_at_number"), number__lte=end)
    waiting = waiting.filter(number__gt=above).order_by("number")
    return models.Subquery(waiting.values("number")[:1])
