"""Leases: rows that let one process at a time do some work."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

#: How long a lease lasts that its holder does not renew.
LEASE = timedelta(seconds=30)
#: A row is deleted whose name is not registered, if no process has held it for so long.
UNUSED_AFTER = timedelta(days=30)


class LeaseQuerySet(models.QuerySet[Any]):
    """The clock of the database decides, so the clocks of the machines may differ."""

    def take(self, name: str, holder: UUID, **values: Any) -> bool:
        """Have `holder` hold this lease, if nobody else does. Returns whether it does."""
        free = Q(holder=None) | Q(holder=holder) | Q(held_until__lt=Now())
        return self.filter(free, name=name)._hold(holder, values)

    def renew(self, name: str, holder: UUID, **values: Any) -> bool:
        """Hold a lease for longer. Returns False if another process has taken it since."""
        return self.filter(name=name, holder=holder)._hold(holder, values)

    def release(self, name: str, holder: UUID) -> None:
        self.filter(name=name, holder=holder).update(holder=None, held_until=Now())

    def forget_unused(self, names: Iterable[str]) -> None:
        """Delete the rows of work that was given up, but not what these names stand for."""
        self.exclude(name__in=names).filter(held_until__lt=Now() - UNUSED_AFTER).delete()

    def _hold(self, holder: UUID, values: dict[str, Any]) -> bool:
        return bool(self.update(holder=holder, held_until=Now() + LEASE, **values))


class Lease(models.Model):
    """A row that one process at a time holds. After a crash it is free again when it expires."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    holder = models.UUIDField(_("process"), null=True, editable=False)
    #: In the past, this tells when a process held it last.
    held_until = models.DateTimeField(_("held until"), null=True)

    class Meta:
        abstract = True
