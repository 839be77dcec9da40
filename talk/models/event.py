"""The log of a conversation: one event for each change."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import ResyncRequired
from ..prepared import prepared
from .shown_users import with_users

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

        `latest` is the conversation's revision, if the caller has just read it. Raises
        `ResyncRequired` if events after `revision` were pruned, or if there is no such revision
        yet. The rows that an event refers to have their present values.
        """
        # Read before the page, so that the page has all events up to it.
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
        """`after` in one query, for callers who know that there was such a revision.

        Each event has its conversation, read in the same query. If all later events were pruned,
        the answer is empty, and not `ResyncRequired`.
        """
        page = _news(conversation=conversation_id, revision=revision).ask()
        if page and page[-1].revision != revision + len(page):
            raise ResyncRequired
        return page

    def starter_of(self, conversation: "Conversation") -> "User | None":
        """The person who started a conversation. None if that is unknown by now.

        It is unknown if the event was pruned, or the account deleted.
        """
        # The revision is always 1, and by it the index finds one row.
        starts = self.filter(
            conversation=conversation, revision=1, kind=Event.Kind.CONVERSATION_STARTED
        )
        return next((event.actor for event in starts.select_related("actor")), None)

    def with_references(self) -> Self:
        return with_users(
            self, "actor", "message__sender", "message__subject", "participation__user"
        )


class Event(models.Model):
    """One change in a conversation: who did what to which message or participation, and when.

    An event is written in the transaction of the change, under the conversation's lock. So the
    revisions of a conversation have no gaps, and become visible in order.
    """

    class Kind(models.TextChoices):
        CONVERSATION_STARTED = "conversation_started", _("started")
        CONVERSATION_RENAMED = "conversation_renamed", _("renamed")
        CONVERSATION_CHANGED = "conversation_changed", _("description, avatar, data or key changed")
        CONVERSATION_UPGRADED = "conversation_upgraded", _("upgraded from a private conversation")
        MESSAGE_SENT = "message_sent", _("message sent")
        MESSAGE_EDITED = "message_edited", _("message edited")
        MESSAGE_REMOVED = "message_removed", _("message removed")
        MESSAGE_REACTED = "message_reacted", _("reactions changed")
        MESSAGE_PINNED = "message_pinned", _("message pinned")
        MESSAGE_UNPINNED = "message_unpinned", _("message unpinned")
        MESSAGE_COMPLETED = (
            "message_completed",
            _("message completed"),
        )
        PARTICIPANT_INVITED = "participant_invited", _("invited")
        PARTICIPANT_DECLINED = "participant_declined", _("declined")
        PARTICIPANT_JOINED = "participant_joined", _("joined")
        PARTICIPANT_LEFT = "participant_left", _("left")
        PARTICIPANT_REMOVED = "participant_removed", _("removed")
        PARTICIPANT_REINSTATED = "participant_reinstated", _("reinstated")
        PARTICIPANT_ROLE_CHANGED = "participant_role_changed", _("role changed")
        PARTICIPANT_SUSPENDED = "participant_suspended", _("suspended")
        PARTICIPANT_RESTORED = "participant_restored", _("restored")
        CONVERSATION_READ = "conversation_read", _("read")
        # In old rows alone: every member was told of it, though it concerns one of them.
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
        help_text=_("Empty if the project itself acted, or if the account was deleted."),
    )
    message = models.ForeignKey(
        "talk.Message", models.SET_NULL, null=True, related_name="+", verbose_name=_("message")
    )
    participation = models.ForeignKey(
        "talk.Participation",
        # Deleting an account deletes its participations. Their events stay, without a gap.
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
            # For `after` and `news`.
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
        """The kind that members are told.

        It differs from `kind` for one that only earlier versions wrote: a member marked the
        conversation as unread, which is nobody else's business. These events can't be left out,
        since revisions have no gaps, and are told as `conversation_read`.
        """
        kind = self.Kind(self.kind)
        is_private = kind == self.Kind.CONVERSATION_MARKED_UNREAD
        return self.Kind.CONVERSATION_READ if is_private else kind


#: Events after which a person no longer shares the conversation with the others.
DEPARTURES = frozenset({Event.Kind.PARTICIPANT_LEFT, Event.Kind.PARTICIPANT_REMOVED})
#: Events after which other people are active or invited than before.
MEMBERSHIP = DEPARTURES | {
    Event.Kind.CONVERSATION_STARTED,
    Event.Kind.PARTICIPANT_INVITED,
    Event.Kind.PARTICIPANT_DECLINED,
    Event.Kind.PARTICIPANT_JOINED,
    Event.Kind.PARTICIPANT_REINSTATED,
}
#: Events after which a message that was sent before is another.
CHANGES_OF_MESSAGES = frozenset(
    {
        Event.Kind.MESSAGE_EDITED,
        Event.Kind.MESSAGE_REMOVED,
        Event.Kind.MESSAGE_REACTED,
        Event.Kind.MESSAGE_PINNED,
        Event.Kind.MESSAGE_UNPINNED,
        Event.Kind.MESSAGE_COMPLETED,
    }
)
#: Events after which other people may write than before.
WRITERS = DEPARTURES | {
    Event.Kind.PARTICIPANT_JOINED,
    Event.Kind.PARTICIPANT_REINSTATED,
    Event.Kind.PARTICIPANT_SUSPENDED,
    Event.Kind.PARTICIPANT_RESTORED,
}


class Moves(Enum):
    """Whose inboxes show another row after an event."""

    #: Those of all active members.
    ALL = auto()
    #: Those of all active members if the message of the event is the latest one, otherwise none.
    IF_LATEST = auto()
    #: Like `IF_LATEST`, and those of members for whom the message was unread, which
    #: `MessageQuerySet.forget_words` finds.
    IF_UNREAD = auto()
    #: None, except those that the verb itself changes.
    NONE = auto()


#: What each kind of event moves. In a group of a thousand people, neither a reaction nor a checked
#: file moves an inbox.
MOVES: Mapping[str, Moves] = {
    Event.Kind.CONVERSATION_STARTED: Moves.NONE,
    Event.Kind.CONVERSATION_RENAMED: Moves.ALL,
    Event.Kind.CONVERSATION_CHANGED: Moves.ALL,
    Event.Kind.CONVERSATION_UPGRADED: Moves.ALL,
    Event.Kind.MESSAGE_SENT: Moves.ALL,
    Event.Kind.MESSAGE_EDITED: Moves.IF_LATEST,
    Event.Kind.MESSAGE_REMOVED: Moves.IF_UNREAD,
    Event.Kind.MESSAGE_REACTED: Moves.NONE,
    Event.Kind.MESSAGE_PINNED: Moves.NONE,
    Event.Kind.MESSAGE_UNPINNED: Moves.NONE,
    Event.Kind.MESSAGE_COMPLETED: Moves.NONE,
    Event.Kind.PARTICIPANT_INVITED: Moves.NONE,
    Event.Kind.PARTICIPANT_DECLINED: Moves.NONE,
    Event.Kind.PARTICIPANT_JOINED: Moves.ALL,
    Event.Kind.PARTICIPANT_LEFT: Moves.ALL,
    Event.Kind.PARTICIPANT_REMOVED: Moves.ALL,
    Event.Kind.PARTICIPANT_REINSTATED: Moves.ALL,
    Event.Kind.PARTICIPANT_ROLE_CHANGED: Moves.NONE,
    Event.Kind.PARTICIPANT_SUSPENDED: Moves.NONE,
    Event.Kind.PARTICIPANT_RESTORED: Moves.NONE,
    Event.Kind.CONVERSATION_READ: Moves.NONE,
    Event.Kind.CONVERSATION_MARKED_UNREAD: Moves.NONE,
}


@prepared
def _news(conversation: Any, revision: Any) -> EventQuerySet:
    later = Event.objects.filter(conversation=conversation, revision__gt=revision)
    return later.with_references().select_related("conversation").order_by("revision")[:PAGE]
