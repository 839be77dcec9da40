"""When each timed job last ran, and which process runs it."""

from datetime import timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .lease import Lease, LeaseQuerySet


class TimedJobQuerySet(LeaseQuerySet):
    def take_due(self, name: str, holder: UUID, every: timedelta) -> bool:
        """Hold the lease of a job, if it is due and no process runs it."""
        due = Q(begun_at=None) | Q(begun_at__lte=Now() - every)
        if self.filter(due).take(name, holder, begun_at=Now()):
            return True
        _row, is_new = self.get_or_create(name=name)
        return is_new and self.filter(due).take(name, holder, begun_at=Now())

    def seconds_since_begun(self) -> dict[str, float]:
        """How many seconds ago each job began that ever ran, by its name."""
        rows = self.exclude(begun_at=None).annotate(now=Now())
        times = rows.values_list("name", "begun_at", "now")
        return {name: (now - begun_at).total_seconds() for name, begun_at, now in times}


class TimedJob(Lease):
    """A job that runs again and again, such as deleting expired words."""

    begun_at = models.DateTimeField(_("begun at"), null=True)

    objects = TimedJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("timed job")
        verbose_name_plural = _("timed jobs")

    def __str__(self) -> str:
        return self.name
