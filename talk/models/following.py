"""How far each follower has read the logs of all conversations."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models, router
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation
from .event import PAGE, Event, EventQuerySet
from .lease import Lease, LeaseQuerySet


class FollowerProgressQuerySet(LeaseQuerySet):
    def begin(self, name: str, from_start: bool) -> None:
        """Make the row of a follower, if it has none."""
        if not self.filter(name=name).exists():
            newest = Event.objects.using(self.db).aggregate(newest=Max("pk"))["newest"]
            begin = 0 if from_start else newest or 0
            self.get_or_create(name=name, defaults={"settled_event": begin, "read_event": begin})


class FollowerProgress(Lease):
    """A follower, and up to which event it has read the log.

    The row of a follower that is not registered here stays: it may be registered in a process of
    another version. It is deleted when no process has held it for `UNUSED_AFTER`.
    """

    #: All events with this primary key or a smaller one are done, or wait in a conversation that
    #: has a row.
    settled_event = models.PositiveBigIntegerField(_("done up to event"))
    #: The newest event that was read. Smaller ones may become visible later: their transactions
    #: still run.
    read_event = models.PositiveBigIntegerField(_("read up to event"))

    objects = FollowerProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")

    def __str__(self) -> str:
        return self.name

    def new_events(self) -> list[Event]:
        """The next events that were not read."""
        return _page(Event.objects.using(stored_in()).filter(pk__gt=self.read_event))

    def late_events(self) -> list[Event]:
        """Events that became visible after later ones were read."""
        return _page(self._not_done().filter(pk__lte=self.read_event))

    def count_new(self, limit: int) -> int:
        """How many of the next `limit` events are not done, without those that wait."""
        new = Event.objects.using(stored_in()).filter(pk__gt=self.read_event)
        looked_at = new.order_by("pk").values("pk")[:limit]
        return self._not_done().filter(pk__in=looked_at).count()

    def settle(self, event: int) -> bool:
        """Note that all events up to this one are done or wait. Returns whether that is new."""
        is_new = event > self.settled_event
        if is_new:
            self.settled_event = event
        return is_new

    def _not_done(self) -> EventQuerySet:
        done = Q(revision__gte=OuterRef("revision")) | Q(retry_at__isnull=False)
        rows = FollowedConversation.objects.using(stored_in())
        place = rows.filter(done, follower=self, conversation=OuterRef("conversation"))
        events = Event.objects.using(stored_in())
        return events.filter(~Exists(place), pk__gt=self.settled_event)


class FollowedConversationQuerySet(models.QuerySet["FollowedConversation"]):
    def of(
        self, follower: FollowerProgress, conversations: set[int]
    ) -> "dict[int, FollowedConversation]":
        """The follower's places in these conversations, by conversation.

        A conversation that it has not followed yet has a new place, which is not saved. One that
        does not exist has none.
        """
        rows = self.filter(follower=follower, conversation__in=conversations)
        places = {each.conversation_id: each for each in rows}
        if new := conversations - places.keys():
            # What is settled was done before this follower began. Or it was deleted, and with it
            # perhaps later events: the follower is told of them.
            settled = Event.objects.filter(
                conversation=OuterRef("pk"), pk__lte=follower.settled_event
            )
            done = Subquery(settled.order_by("-revision").values("revision")[:1])
            begun = Conversation.objects.using(self.db).filter(pk__in=new).annotate(done=done)
            for key, revision in begun.values_list("pk", "done"):
                places[key] = FollowedConversation(
                    follower=follower, conversation_id=key, revision=revision or 0
                )
        return places

    def due(self, follower: FollowerProgress) -> Self:
        """Places whose next event failed, and is to be tried again now, the first of them."""
        due = self.filter(follower=follower, retry_at__lte=timezone.now())
        return due.order_by("retry_at")[:PAGE]

    def count_waiting(self, follower: FollowerProgress, limit: int) -> int:
        """How many events are not done in the first `limit` conversations that wait."""
        waiting = self.filter(follower=follower, retry_at__isnull=False).order_by("retry_at")
        behind = F("conversation__revision") - F("revision")
        counted = waiting.annotate(behind=behind)[:limit].aggregate(total=Sum("behind"))
        return counted["total"] or 0

    def save_all(self, places: "Iterable[FollowedConversation]") -> None:
        self.bulk_create(
            # New objects: one that was saved before would be inserted with its primary key. In one
            # order, so that two transactions don't wait for each other.
            [
                FollowedConversation(
                    follower_id=each.follower_id,
                    conversation_id=each.conversation_id,
                    revision=each.revision,
                    failures=each.failures,
                    retry_at=each.retry_at,
                )
                for each in sorted(places, key=lambda place: place.conversation_id)
            ],
            update_conflicts=True,
            unique_fields=["conversation", "follower"],
            update_fields=["revision", "failures", "retry_at"],
        )


class FollowedConversation(models.Model):
    """Up to which revision of one conversation a follower has handled all events."""

    follower = models.ForeignKey(
        FollowerProgress,
        models.CASCADE,
        db_index=False,
        related_name="places",
        verbose_name=_("follower"),
    )
    conversation = models.ForeignKey(
        "talk.Conversation",
        models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("conversation"),
    )
    revision = models.PositiveBigIntegerField(_("revision"))
    #: How often the next event was tried, and when it is tried again.
    failures = models.PositiveIntegerField(_("failures"), default=0)
    retry_at = models.DateTimeField(_("tried again at"), null=True)

    objects = FollowedConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("followed conversation")
        verbose_name_plural = _("followed conversations")
        constraints = [
            # Also for the deletion of conversations.
            models.UniqueConstraint(
                fields=["conversation", "follower"], name="talk_followed_once_by_each"
            ),
        ]
        indexes = [
            models.Index(
                fields=["follower", "retry_at"],
                condition=Q(retry_at__isnull=False),
                name="talk_followed_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id}: {self.conversation_id}/{self.revision}"


def _page(events: EventQuerySet) -> list[Event]:
    return list(events.with_references().select_related("conversation").order_by("pk")[:PAGE])


def stored_in() -> str:
    """The database that is written to: a replica may not have the latest events."""
    alias: Any = router.db_for_write(FollowerProgress)
    return str(alias)
