"""A message, at its number in its conversation."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...conf import conf
from ...exceptions import MessagingValidationError, RefusalCode
from ...prepared import Question, renew
from .addressing import Addressing
from .queryset import MessageQuerySet, by_key
from .retention import kept_since


class Message(Addressing):
    """One thing that somebody said, or that happened, at its number in its conversation."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        JOINED = "joined", _("joined")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")
        REINSTATED = "reinstated", _("reinstated")
        RENAMED = "renamed", _("renamed")
        UPGRADED = "upgraded", _("upgraded from a private conversation")

    class Removal(models.TextChoices):
        MODERATED = "moderated", _("removed by a moderator")
        ERASED = "erased", _("erased with the data of its sender")
        EXPIRED = "expired", _("past its retention period")
        RETRACTED = "retracted", _("taken back by its sender")
        REMOVED = "removed", _("removed by an owner or admin of the group")
        #: Never stored: what people who left are told of a message that was edited later.
        CHANGED_SINCE = "changed", _("changed since the viewer left")

    #: After these removals, moderators still see in an open report what was reported.
    KEPT_IN_REPORTS = frozenset({Removal.MODERATED, Removal.RETRACTED, Removal.REMOVED})

    conversation = models.ForeignKey(
        "talk.Conversation", models.CASCADE, related_name="messages", verbose_name=_("conversation")
    )
    number = models.PositiveBigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="talk_messages",
        verbose_name=_("sender"),
        help_text=_("Empty if the project itself acted, or if the account was deleted."),
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("subject"),
        help_text=_("The user who joined, left, was removed or reinstated."),
    )
    body = models.TextField(_("body"), help_text=_("The text, or the new title of the group."))
    #: Why the words are gone. The row stays, and so does its number.
    removed_as = models.CharField(
        _("removed as"), max_length=9, choices=Removal, blank=True, editable=False
    )
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    #: The revision of the conversation when this message last changed. Of two copies of a message,
    #: the one with the greater revision is the newer one. 0 if it did not change since versions
    #: that had no such column.
    revision = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    #: The number of the message that this one replies to, in the same conversation.
    reply_to = models.PositiveBigIntegerField(_("reply to"), null=True, editable=False)
    #: The number of the message with which a branch of replies began. Null outside of branches,
    #: and for that message itself.
    root = models.PositiveBigIntegerField(_("root"), null=True, editable=False)
    #: Whether it mentions everybody who took part when it was sent.
    mentions_all = models.BooleanField(
        _("mentions all"), default=False, db_default=False, editable=False
    )
    #: How many files it has; see `Attachment`.
    attachment_count = models.PositiveSmallIntegerField(
        _("number of files"), default=0, db_default=0, editable=False
    )
    client_id = models.UUIDField(_("client id"), null=True, editable=False)
    #: The client id of an announcement, which has no sender. Null for other messages.
    announced_as = models.UUIDField(_("announced as"), null=True, editable=False)
    fingerprint = models.CharField(
        _("fingerprint of the request"), max_length=64, blank=True, editable=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        permissions = [("read_message_bodies", _("Can read what people wrote"))]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            # For `messages(around: {time: …})`: the first message after a time.
            models.Index(fields=["conversation", "sent_at"], name="talk_message_sent_at"),
            # For `participation.history`: who took part in a conversation at a number.
            models.Index(
                fields=["conversation", "subject", "number"],
                condition=models.Q(subject__isnull=False),
                name="talk_message_about_members",
            ),
            # For the replies in a branch, and how many there are.
            models.Index(
                fields=["conversation", "root", "number"],
                condition=models.Q(root__isnull=False, removed_as=""),
                name="talk_message_replies",
            ),
            # For unread mentions: messages that mention everybody are few.
            models.Index(
                fields=["conversation", "number"],
                condition=models.Q(mentions_all=True),
                name="talk_message_mentioning_all",
            ),
            # For the files of a conversation.
            models.Index(
                fields=["conversation", "number"],
                condition=models.Q(attachment_count__gt=0),
                name="talk_message_with_files",
            ),
        ]
        constraints = [
            # For `in_ranges`: every page of a conversation.
            models.UniqueConstraint(
                fields=["conversation", "number"], name="talk_message_one_per_number"
            ),
            models.UniqueConstraint(
                fields=["sender", "client_id"], name="talk_message_client_id_used_once"
            ),
            models.UniqueConstraint(
                fields=["conversation", "announced_as"],
                # Announcements are few, and so the index is small.
                condition=models.Q(announced_as__isnull=False),
                name="talk_message_announced_once",
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="talk_message_number_from_one"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="text", body="", removed_as="", attachment_count=0),
                name="talk_message_text_has_words_or_files",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_as="") | models.Q(kind__in=["text", "renamed"], body=""),
                name="talk_message_removed_is_gone",
            ),
            models.CheckConstraint(
                condition=Q(reply_to=None, root=None)
                | Q(root__gte=1, root__lte=F("reply_to"), reply_to__lt=F("number"))
                & Q(reply_to__isnull=False, root__isnull=False),
                name="talk_message_branch_agrees",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"

    @property
    def current_row(self) -> Question["Message"]:
        """The question for this row as it is now. `take_over` takes the answer."""
        return by_key(key=self.pk)

    def take_over(self, rows: Sequence["Message"]) -> None:
        """Take the values of the row that was read again. Raises `NOT_FOUND` if there is none."""
        if not rows:
            raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("message",))
        renew(self, rows[0])

    def must_have_words(self) -> None:
        """Raise `NOT_A_TEXT` for what happened, and `NOT_FOUND` if the words are gone."""
        if self.kind != self.Kind.TEXT:
            raise MessagingValidationError(RefusalCode.NOT_A_TEXT, path=("message",))
        if self.removal is not None:
            raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("message",))

    @property
    def words(self) -> str:
        """The text, and then what its files are called: what moderators are shown."""
        names: list[str] = []
        if self.attachment_count:
            files = self.attachments.order_by("position")
            names = [f"[{name}]" for name in files.values_list("filename", flat=True)]
        return "\n".join(each for each in (self.body, *names) if each)

    @property
    def removal(self) -> "Removal | None":
        """Why the words are gone, or not shown any more. None if they are shown."""
        if self.removed_as:
            return self.Removal(self.removed_as)
        return self.Removal.EXPIRED if self.is_expired else None

    @property
    def is_expired(self) -> bool:
        """Whether it is a text that is older than texts are kept."""
        if not conf.RETENTION or self.kind != self.Kind.TEXT:
            return False
        cutoff = kept_since(self.conversation.kind)
        return cutoff is not None and self.sent_at < cutoff
