"""Whom a member mentions in messages, and how many unread messages mention them."""

from .acting import Acting


class Mentioning(Acting):
    """Mentions people, and is mentioned."""

    class Meta:
        abstract = True

    @property
    def unread_mention_count(self) -> int:
        """How many unread messages mention this member, counted up to `UNREAD_CAP`.

        0 for people who don't take part.
        """
        from . import Participation

        own = Participation.objects.filter(pk=self.pk)
        return Participation.objects.unread_mention_counts(own).get(self.pk, 0)
