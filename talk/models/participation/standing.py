"""A person's standing in a conversation: status, role, and when they joined and left."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...text import TITLE_LENGTH
from ..event import Event

if TYPE_CHECKING:
    from ..message import Message


class Standing(models.Model):
    """The columns that say who takes part in which conversation, and what they may see of it.

    Base of all mixins of `Participation`.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        ADMIN = "admin", _("admin")
        MEMBER = "member", _("member")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")
        INVITED = "invited", _("invited")
        DECLINED = "declined", _("declined")

    conversation = models.ForeignKey(
        "talk.Conversation",
        models.CASCADE,
        related_name="participations",
        verbose_name=_("conversation"),
        # `talk_participation_in_order` begins with this column.
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="talk_participations",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=6, choices=Role, default=Role.MEMBER)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("invited by"),
    )
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)
    #: The number of the last message before they joined. Messages up to it can be read, and never
    #: count as unread. It stays the same when they leave and come back.
    joined_at_number = models.PositiveBigIntegerField(
        _("joined at number"), default=0, db_default=0, editable=False
    )
    #: The number of the first message that they see. Greater than 1 if they cleared the
    #: conversation for themselves.
    history_from = models.PositiveBigIntegerField(
        _("history from"), default=1, db_default=1, editable=False
    )
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    left_at_number = models.PositiveBigIntegerField(_("left at number"), null=True, blank=True)
    left_at_title = models.CharField(_("left at title"), max_length=TITLE_LENGTH, blank=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    #: Orders the inbox: when a text was sent last, or when they joined after that.
    last_activity_at = models.DateTimeField(_("last activity at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        abstract = True

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_invited(self) -> bool:
        """Whether they were invited and have not answered yet."""
        return self.status == self.Status.INVITED

    @property
    def is_gone(self) -> bool:
        """Whether they took part before, and are not invited again."""
        return self.left_at is not None and not self.is_invited

    @property
    def last_visible_number(self) -> int:
        """The number of the last message that this person may read."""
        if self.left_at_number is not None:
            return self.left_at_number
        return self.conversation.last_number

    def sees(self, message: "Message") -> bool:
        """Whether this person may read this message, or what is left of it."""
        return (
            message.conversation_id == self.conversation_id
            and self.history_from <= message.number
            # Members see all later ones, also those that the row of the conversation does not
            # know of because it was read before.
            and (self.left_at_number is None or message.number <= self.left_at_number)
        )

    def was_there_at(self, at: datetime) -> bool:
        """Whether this person sees what happened at this time to a message that they see."""
        return self.is_active or (self.left_at is not None and at <= self.left_at)

    def removal_of(self, message: "Message") -> "Message.Removal | None":
        """Why this person sees no words of a message; None if they see them.

        People who left see no words that were written after that. They don't see those of before,
        either, since their author changed them.
        """
        edited_at, left_at = message.edited_at, self.left_at
        is_later = edited_at is not None and left_at is not None and edited_at > left_at
        return message.removal or (message.Removal.CHANGED_SINCE if is_later else None)

    @property
    def sees_description(self) -> bool:
        """Whether this person sees the description, the avatar and the data of the conversation.

        People who left, or are invited, see them unless they were changed after that.
        """
        described_at = self.conversation.described_at
        if self.is_active or described_at is None:
            return True
        return described_at <= (self.left_at or self.joined_at)

    def wrote(self, message: "Message") -> bool:
        """Whether this person wrote the message, or did what it records."""
        return message.sender_id == self.user_id

    @property
    def last_visible_revision(self) -> int:
        """The revision of the last event that this person may see."""
        if self.is_active:
            return self.conversation.revision
        last = Event.objects.filter(
            conversation=self.conversation_id, message__number=self.last_visible_number
        )
        # If that event was pruned, so were all others that they could see.
        return last.values_list("revision", flat=True).first() or 0
