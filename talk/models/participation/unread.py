"""Finds the first unread message of a member, and counts unread messages and mentions."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from ..block import Block
from ..mention import Mention
from ..message import Message
from .history import ABOUT_MEMBERS, COMING

#: Above every number.
ENDLESS = models.Value(2**63 - 1, models.PositiveBigIntegerField())
#: Unread messages are counted up to here; more are shown as "99+".
UNREAD_CAP = 100


def read_up_to() -> Combinable:
    """The number up to which nothing is unread, inside a subquery of participations."""
    return Coalesce(OuterRef("unread_again_from") - 1, OuterRef("last_read_number"))


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
    # They cleared what comes before that for themselves.
    unread = unread.filter(number__gte=OuterRef("history_from"))
    unread = unread.filter(number__gt=above).order_by("number")
    return models.Subquery(unread.values("number")[:1])


def unread_mentions() -> Combinable:
    """How many unread messages mention the person, for a query of active participations.

    Messages that mention everybody reach those who took part when they were sent. Neither part of
    the sum is counted further than `UNREAD_CAP`.
    """
    hidden = Block.objects.filter(blocker=OuterRef("user"), blocked=OuterRef("message__sender"))
    by_name = _unread(Mention.objects.present())
    by_name = by_name.filter(~Exists(hidden), user=OuterRef("user"))
    named = Mention.objects.present().filter(
        message=OuterRef("pk"), user=OuterRef(OuterRef("user"))
    )
    # The other part of the sum has messages that mention the person by name, too.
    of_all = _unread(Message.objects.texts_of_others()).filter(~Exists(named), mentions_all=True)
    last_change = Message.objects.filter(
        conversation=OuterRef("conversation"),
        subject=OuterRef(OuterRef("user")),
        kind__in=ABOUT_MEMBERS,
        number__lt=OuterRef("number"),
    ).order_by("-number")
    of_all = of_all.alias(_last_kind=Subquery(last_change.values("kind")[:1]))
    of_all = of_all.filter(Q(_last_kind=None) | Q(_last_kind__in=COMING))
    return CountRows(by_name.values("pk")[:UNREAD_CAP]) + CountRows(
        of_all.values("pk")[:UNREAD_CAP]
    )


def _unread(rows: Any) -> Any:
    """Those of these mentions or messages that are unread in the conversation."""
    return rows.filter(
        conversation=OuterRef("conversation"), number__gte=OuterRef("first_unread_number")
    )
