"""A person's participation in a conversation, and the verbs of messaging that it has.

Each base is a mixin: an abstract model in a file of its own, with its columns and its verbs.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .administration import Administration
from .arranging import Arranging
from .capabilities import Capabilities, ConversationCapability, MessageCapability
from .clearing import Clearing
from .drafting import Drafting
from .editing import Editing
from .inviting import Inviting
from .membership import Membership
from .mentioning import Mentioning
from .pinning import Pinning
from .queryset import ParticipationQuerySet
from .reacting import Reacting
from .reading import Reading
from .retracting import Retracting
from .saving import Saving
from .scheduling import Scheduling
from .sending import Sending
from .suspension import Suspension

__all__ = [
    "ConversationCapability",
    "MessageCapability",
    "Participation",
    "ParticipationQuerySet",
]


class Participation(
    Capabilities,  # capabilities, capabilities_with
    Scheduling,  # schedule, cancel_scheduled; scheduled_messages
    Sending,  # send
    Drafting,  # save_draft; draft, draft_version
    Retracting,  # retract, remove_message
    Editing,  # edit
    Reacting,  # react, unreact
    Pinning,  # pin_message, unpin_message
    Saving,  # save_message, unsave_message
    Inviting,  # invite
    Membership,  # leave, remove, accept, decline, reinstate
    Administration,  # change_role, rename, describe
    Suspension,  # suspend, restore
    Clearing,  # clear
    Arranging,  # set_notifications, archive, unarchive, pin, unpin
    Reading,  # read, mark_unread; unread_count
    Mentioning,  # unread_mention_count
):
    """One person in one conversation: role, read state, when they joined and left.

    Its methods are the verbs of messaging. Each verb checks whether this person may use it.
    """

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "user"], name="talk_participation_one_per_user"
            ),
            models.CheckConstraint(
                # A person who was invited and never in it can read up to the number 0.
                condition=Q(status="active", left_at=None, left_at_number=None)
                | Q(status__in=["left", "removed"], left_at__isnull=False)
                & Q(left_at_number__isnull=False)
                | Q(status__in=["invited", "declined"], left_at_number__isnull=False),
                name="talk_participation_status_agrees",
            ),
            models.CheckConstraint(
                condition=Q(unread_again_from=None)
                & (Q(first_unread_number=None) | Q(first_unread_number__gt=F("last_read_number")))
                | Q(unread_again_from__isnull=False)
                & Q(unread_again_from__range=(1, F("last_read_number")))
                & (
                    Q(first_unread_number=None) | Q(first_unread_number__gte=F("unread_again_from"))
                ),
                name="talk_participation_unread_agrees",
            ),
            models.CheckConstraint(
                condition=Q(pinned_at=None) | Q(archived_at=None),
                name="talk_participation_pinned_in_inbox",
            ),
        ]
        indexes = [
            # For `questions.pages_in`: the first participants of a conversation, and all of them.
            models.Index(fields=["conversation", "id"], name="talk_participation_in_order"),
            # For `questions.inbox_page`.
            models.Index(
                "user",
                F("last_activity_at").desc(),
                F("id").desc(),
                condition=Q(status="active", archived_at=None),
                name="talk_participation_in_inbox",
            ),
            # For the archive, which is listed in the same order.
            models.Index(
                "user",
                F("last_activity_at").desc(),
                F("id").desc(),
                condition=Q(status="active", archived_at__isnull=False),
                name="talk_participation_archived",
            ),
            # For `pinned` of the inbox, and `questions.pinned_count`.
            models.Index(
                "user", condition=Q(pinned_at__isnull=False), name="talk_participation_pinned"
            ),
            # For `unread` of the inbox, and its total.
            models.Index(
                "user",
                condition=Q(status="active")
                & (Q(first_unread_number__isnull=False) | Q(marked_unread_at__isnull=False)),
                name="talk_participation_unread",
            ),
            # For live updates: who cleared a conversation for themselves.
            models.Index(
                fields=["conversation", "history_from"],
                condition=Q(history_from__gt=1),
                name="talk_participation_cleared",
            ),
            # For `questions.changed_since`.
            models.Index(fields=["user", "changed_at"], name="talk_participation_changed"),
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"participation {self.pk}"
