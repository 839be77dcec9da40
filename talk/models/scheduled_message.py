"""Scheduled messages: what people have written to be sent at a later time."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, router
from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..bounded import within_run
from ..exceptions import MessagingValidationError, RefusalCode
from ..prepared import changing, deleting, inserting, prepared
from .first_of_each import first_of_each
from .message.retention import cutoffs

if TYPE_CHECKING:
    from .participation import Participation

logger = logging.getLogger(__name__)

#: The most messages that a person has scheduled in one conversation, with those that were refused.
MOST_SCHEDULED = 50
#: How far ahead a message can be scheduled.
FURTHEST = timedelta(days=366)
#: How late a request may arrive for a message that is to be sent at once.
SLACK = timedelta(minutes=1)
#: After an error that is no refusal, a message is tried again so much later.
PAUSE = timedelta(minutes=1)
#: The most messages that one query finds.
BATCH = 100


class ScheduledMessageQuerySet(models.QuerySet["ScheduledMessage"]):
    def expired(self, kind: str, cutoff: Any) -> Self:
        """Those in conversations of a kind that were refused, and that were for before `cutoff`."""
        refused = self.exclude(refusal="")
        return refused.filter(participation__conversation__kind=kind, at__lt=cutoff)

    def by_participation(
        self, participations: "Iterable[Participation]", size: int = MOST_SCHEDULED
    ) -> "dict[int, list[ScheduledMessage]]":
        """The first `size` of each of these participations, by its key, the earliest first.

        As their people see them: without refused ones that are past the retention period, and
        without the numbers of messages that they cleared.
        """
        places = {each.pk: each for each in participations}
        found: dict[int, list[ScheduledMessage]] = {key: [] for key in places}
        # Django makes no query for a page of nothing, and so nothing that can be prepared.
        asked = _first(size, participations=list(places), **cutoffs()).ask() if size else ()
        for row in asked:
            found[row.participation_id].append(row.seen_from(places[row.participation_id]))
        return found

    def send_due(self) -> int:
        """Send the messages that are due, the earliest first. Returns how many were dealt with.

        If many are due, people take turns, so thousands of one person don't delay those of others.
        In one transaction, a message is sent and its row is deleted, or it is refused and the row
        keeps the reason. So this can be interrupted at any point, and several processes may do it
        at once. `manage.py work` calls it every few seconds. It ends after half a minute, and what
        is left is for the next call.
        """
        stored = self.using(router.db_for_write(self.model))
        due = within_run(lambda: stored._due(BATCH))
        return sum(stored._send(key, place) for _due_at, key, place in due)

    def _due(self, limit: int) -> list[tuple[datetime, int, int]]:
        """When these were due, their keys and those of their places, the earliest first."""
        turn = Window(RowNumber(), partition_by="participation__user", order_by=["due_at", "pk"])
        due: Any = self.filter(due_at__lte=timezone.now()).annotate(turn=turn)
        return sorted(
            due.order_by("turn", "due_at", "pk").values_list("due_at", "pk", "participation")[
                :limit
            ]
        )

    def _send(self, key: int, place: int) -> bool:
        from .participation import Participation

        places = Participation.objects.using(self.db).select_related("conversation", "user")
        try:
            return places.get(pk=place).send_scheduled(key)
        except Exception:
            # Those behind it must not wait. There is no row if its person went a moment ago.
            if self.filter(pk=key, refusal="").update(due_at=timezone.now() + PAUSE):
                logger.exception("A message could not be sent. It is tried again in a minute.")
            return False


class ScheduledMessage(models.Model):
    """A message that a member has written, and that is to be sent later. Nobody else sees it.

    Whoever schedules, cancels or sends it holds the lock of its conversation. The row is deleted
    when the message is sent or cancelled, and when its person leaves. If the message is refused at
    its time, the row stays with the reason until its person cancels it.
    """

    participation = models.ForeignKey(
        "talk.Participation",
        models.CASCADE,
        # The admin of accounts could be searched by a reverse name, for what somebody wrote.
        related_name="+",
        verbose_name=_("participation"),
        # `talk_scheduled_message_once` begins with this column.
        db_index=False,
    )
    #: That of the message. With it, the message is sent once, whatever happens.
    client_id = models.UUIDField(_("client id"))
    #: A digest of the request, which tells a retry from another request with the same client id.
    fingerprint = models.CharField(max_length=64, editable=False)
    body = models.TextField(_("body"))
    #: The number of the message to which it is a reply.
    reply_to = models.PositiveBigIntegerField(_("reply to"), null=True)
    #: Whether its person said whom it mentions. If not, a reply mentions the author of the message
    #: to which it is one.
    names_mentions = models.BooleanField(_("names mentions"), default=False)
    mentions_all = models.BooleanField(_("mentions all"), default=False)
    at = models.DateTimeField(_("at"))
    #: When to try it: at first `at`, and later after an error. Null if it was refused.
    due_at = models.DateTimeField(_("due at"), null=True, editable=False)
    #: The code of the refusal, if it was refused at its time.
    refusal = models.CharField(_("refusal"), max_length=50, blank=True)

    objects = ScheduledMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled message")
        verbose_name_plural = _("scheduled messages")
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "client_id"], name="talk_scheduled_message_once"
            ),
            models.CheckConstraint(
                condition=Q(refusal="", due_at__isnull=False) | ~Q(refusal="") & Q(due_at=None),
                name="talk_scheduled_message_due_agrees",
            ),
        ]
        indexes = [
            # For `send_due`.
            models.Index(
                fields=["due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="talk_scheduled_message_due",
            ),
        ]

    def __str__(self) -> str:
        # Without words or names: staff who delete an account are shown this.
        return f"scheduled message {self.pk}"

    def seen_from(self, place: "Participation") -> Self:
        """This row, without the number of a message that its person cleared."""
        if (self.reply_to or 0) < place.history_from:
            self.reply_to = None
        return self


def send_due() -> int:
    """The timed job that sends scheduled messages. Returns how many were dealt with."""
    return ScheduledMessage.objects.send_due()


def must_be_possible(at: datetime) -> None:
    """Raise `INVALID_TIME` if nothing can be scheduled for this time."""
    now = timezone.now()
    if not now - SLACK <= at <= now + FURTHEST:
        raise MessagingValidationError(RefusalCode.INVALID_TIME, path=("at",))


def _stored() -> ScheduledMessageQuerySet:
    # In the database that is written to: a replica may not have the latest changes.
    return ScheduledMessage.objects.using(router.db_for_write(ScheduledMessage))


@prepared
def with_client_id(participation: Any, client_id: Any) -> ScheduledMessageQuerySet:
    return _stored().filter(participation=participation, client_id=client_id)


@prepared
def keys_of(participation: Any) -> "models.QuerySet[ScheduledMessage, Any]":
    """The keys of what one person has scheduled in one conversation."""
    return _stored().filter(participation=participation).values_list("pk", flat=True)


@prepared
def waiting(key: Any) -> ScheduledMessageQuerySet:
    """The message with this key, if it was neither sent nor cancelled nor refused yet."""
    return _stored().filter(pk=key, refusal="")


@prepared
def inserted(**columns: Any) -> Any:
    return inserting(ScheduledMessage(**columns))


@prepared
def refused(key: Any, code: Any) -> Any:
    """The update that keeps why a message was refused."""
    return changing(_stored().filter(pk=key), refusal=code, due_at=None)


@prepared
def deleted(key: Any) -> Any:
    return deleting(_stored().filter(pk=key))


@prepared
def all_deleted(participation: Any) -> Any:
    return deleting(_stored().filter(participation=participation))


@prepared
def _first(size: int, participations: Any, **kept_since: Any) -> ScheduledMessageQuerySet:
    shown = ScheduledMessage.objects.all()
    for kind, cutoff in kept_since.items():
        shown = shown.exclude(pk__in=ScheduledMessage.objects.expired(kind, cutoff).values("pk"))
    first = first_of_each("participation", participations, shown, size, order="at")
    return ScheduledMessage.objects.filter(first).order_by("at", "pk")
