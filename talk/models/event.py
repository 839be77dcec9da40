from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import ResyncRequired
from ..prepared import prepared
from .people import with_people

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .conversation import Conversation

#: Most events that one read of the log returns.
PAGE = 500


class EventQuerySet(models.QuerySet["Event"]):
    def after(
        self,
        conversation: "Conversation",
        revision: int,
        limit: int = PAGE,
        latest: int | None = None,
    ) -> list["Event"]:
        """The next events of `conversation` after `revision`, in order, at most `limit`.

        `latest` is the conversation's revision, if the caller just read it. Revisions have no
        gaps. So a gap says that what stood there was pruned, and a cursor beyond the last
        revision is not of this history: both raise `ResyncRequired`. What an event refers to is
        read as it is now, not as it was then.
        """
        # Read first: what is committed after this line may be in the page, or come next time.
        if latest is None:
            current = type(conversation).objects.values_list("revision", flat=True)
            latest = current.get(pk=conversation.pk)
        if latest == revision:
            return []
        page = list(
            self.filter(conversation=conversation, revision__gt=revision)
            .with_references()
            .order_by("revision")[:limit]
        )
        if latest < revision or not page or page[-1].revision != revision + len(page):
            raise ResyncRequired
        return page

    def news(self, conversation_id: int, revision: int) -> list["Event"]:
        """Like `after`, in one query, for who knows that `revision` is of this history.

        Each has its conversation as it was in the same moment. No event is no proof that none
        was pruned.
        """
        page = _news(conversation=conversation_id, revision=revision).ask()
        if page and page[-1].revision != revision + len(page):
            raise ResyncRequired
        return page

    def starter_of(self, conversation: "Conversation") -> "User | None":
        """The person who gave a group its first title; None if that was pruned or they are gone."""
        # Nothing comes before it, and this looks at one row of the index.
        starts = self.filter(
            conversation=conversation, revision=1, kind=Event.Kind.CONVERSATION_STARTED
        )
        return next((event.actor for event in starts.select_related("actor")), None)

    def with_references(self) -> Self:
        return with_people(
            self, "actor", "message__sender", "message__subject", "participation__user"
        )


class Event(models.Model):
    """One change of anything in a conversation: who did what to which row, when.

    Written in the transaction of the change, under the conversation's lock, so that the
    revisions of a conversation have no gaps and become visible in order.
    """

    class Kind(models.TextChoices):
        CONVERSATION_STARTED = "conversation_started", _("started")
        CONVERSATION_RENAMED = "conversation_renamed", _("renamed")
        CONVERSATION_UPGRADED = "conversation_upgraded", _("upgraded from a private one")
        MESSAGE_SENT = "message_sent", _("message sent")
        MESSAGE_REMOVED = "message_removed", _("message removed")
        PARTICIPANT_INVITED = "participant_invited", _("invited")
        PARTICIPANT_DECLINED = "participant_declined", _("declined")
        PARTICIPANT_JOINED = "participant_joined", _("joined")
        PARTICIPANT_LEFT = "participant_left", _("left")
        PARTICIPANT_REMOVED = "participant_removed", _("removed")
        PARTICIPANT_REINSTATED = "participant_reinstated", _("reinstated")
        PARTICIPANT_ROLE_CHANGED = "participant_role_changed", _("role changed")
        PARTICIPANT_SUSPENDED = "participant_suspended", _("kept from writing")
        PARTICIPANT_RESTORED = "participant_restored", _("let write again")
        CONVERSATION_READ = "conversation_read", _("read")
        # Not written any more: it told all members what concerns one. Old rows have it.
        CONVERSATION_MARKED_UNREAD = "conversation_marked_unread", _("marked as unread")

    conversation = models.ForeignKey(
        "talk.Conversation", models.CASCADE, related_name="events", verbose_name=_("conversation")
    )
    revision = models.PositiveBigIntegerField(_("revision"))
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("actor"),
        help_text=_("Empty when the project itself acted."),
    )
    message = models.ForeignKey(
        "talk.Message", models.SET_NULL, null=True, related_name="+", verbose_name=_("message")
    )
    participation = models.ForeignKey(
        "talk.Participation",
        # An account that is deleted takes its participations along, but leaves no gap here.
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("participation"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            # Also the index behind `after`.
            models.UniqueConstraint(
                fields=["conversation", "revision"], name="talk_event_one_per_revision"
            ),
            models.CheckConstraint(
                condition=models.Q(revision__gte=1), name="talk_event_revision_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.conversation_id}/{self.revision})"

    @property
    def told_kind(self) -> "Kind":
        """The kind as members are told it.

        That somebody marked a conversation as unread concerns nobody else. Rows of earlier
        versions say so, and can't be left out, since revisions have no gaps. They are told as
        what they amount to for others: this member has read so far.
        """
        kind = self.Kind(self.kind)
        is_private = kind == self.Kind.CONVERSATION_MARKED_UNREAD
        return self.Kind.CONVERSATION_READ if is_private else kind


@prepared
def _news(conversation: Any, revision: Any) -> EventQuerySet:
    later = Event.objects.filter(conversation=conversation, revision__gt=revision)
    return later.with_references().select_related("conversation").order_by("revision")[:PAGE]
