"""How moderators keep a member from writing in one conversation."""

from ..event import Event
from .acting import Acting


class Suspension(Acting):
    """Suspends and restores. A suspended member can read, and neither write nor act on others.

    `talk.moderation` has the doors for moderators, which also record who did it and why.
    """

    class Meta:
        abstract = True

    def suspend(self) -> None:
        self._set_suspended(True)

    def restore(self) -> None:
        """End `suspend`."""
        self._set_suspended(False)

    def _set_suspended(self, suspended: bool) -> None:
        kind = Event.Kind.PARTICIPANT_SUSPENDED if suspended else Event.Kind.PARTICIPANT_RESTORED
        with self.changed_by(None) as change:
            if suspended != (self.suspended_at is not None):
                self.suspended_at = change.at if suspended else None
                self.changed_at = change.at
                self.save(update_fields=["suspended_at", "changed_at"])
                change.record(kind, self)
                change.keep_an_owner()
