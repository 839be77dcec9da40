"""Attachments: the files of messages, avatars of groups, and uploads that nobody has used yet.

A row says what a file is and who has it. Its bytes are in a storage, which `talk.contrib.files`
alone writes and reads.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...exceptions import RefusalCode
from ...filenames import FILENAME_LENGTH, TYPE_LENGTH
from ..message import Message
from .processing import Processing
from .queryset import LOOSE, AttachmentQuerySet

#: The most characters of a placeholder.
PLACEHOLDER_LENGTH = 1_000


class Attachment(Processing):
    """A file of a message, the avatar of a group, or an upload that is neither yet.

    Uploads have a time at which they expire. A row without a message, a group and such a time is a
    file that nobody has any more: jobs delete it. So a file also goes if the row of its message, or
    of its group, is deleted.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", _("being uploaded")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        # The admin of accounts could be searched by a reverse name, for who uploaded what.
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Empty if the account was deleted or erased."),
        # `talk_attachment_of_owner` begins with this column.
        db_index=False,
    )
    message = models.ForeignKey(
        Message,
        models.SET_NULL,
        null=True,
        related_name="attachments",
        verbose_name=_("message"),
        # `talk_attachment_in_order` begins with this column.
        db_index=False,
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    #: The group whose avatar it is. Its `owner` is the member who gave it; None for the project.
    avatar_of = models.ForeignKey(
        "talk.Conversation",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("avatar of"),
        # `talk_attachment_one_avatar` has those that are avatars. Most files are not.
        db_index=False,
    )
    filename = models.CharField(_("file name"), max_length=FILENAME_LENGTH, blank=True)
    #: What is in the file. While it is being uploaded, what the client says.
    content_type = models.CharField(_("type"), max_length=TYPE_LENGTH)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.UPLOADING, editable=False
    )
    #: The name of the bytes in the storage. Empty before the first attempt to upload them.
    key = models.CharField(max_length=100, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, editable=False)
    #: A small picture, as a URL with its data.
    placeholder = models.CharField(max_length=PLACEHOLDER_LENGTH, blank=True, editable=False)
    has_thumbnails = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    #: When an upload is deleted, unless it is the file of a message or an avatar by then.
    expires_at = models.DateTimeField(_("expires at"), null=True, editable=False)
    #: When jobs come back to it, and how often they failed with it.
    retry_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            # For the quota of a person: it has all that is added up.
            models.Index(fields=["owner", "size"], name="talk_attachment_of_owner"),
            models.Index(fields=["expires_at"], condition=LOOSE, name="talk_attachment_unused"),
            # Jobs ask every few seconds, and mostly find nothing.
            models.Index(
                fields=["id"],
                condition=LOOSE & Q(expires_at=None),
                name="talk_attachment_to_delete",
            ),
            models.Index(
                fields=["id"], condition=Q(state="checking"), name="talk_attachment_to_check"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "position"], name="talk_attachment_in_order"
            ),
            models.CheckConstraint(condition=Q(size__gte=1), name="talk_attachment_not_empty"),
            models.CheckConstraint(
                condition=Q(message=None) | Q(expires_at=None), name="talk_attachment_sent_stays"
            ),
            models.UniqueConstraint(
                fields=["avatar_of"],
                condition=Q(avatar_of__isnull=False),
                name="talk_attachment_one_avatar",
            ),
            models.CheckConstraint(
                condition=Q(avatar_of=None) | Q(message=None, expires_at=None, state="ready"),
                name="talk_attachment_avatar_stays",
            ),
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"file {self.pk}"

    @property
    def is_there(self) -> bool:
        """Whether somebody has it: a message, a group, or its owner, who has not used it yet."""
        if self.message_id is not None or self.avatar_of_id is not None:
            return True
        return self.expires_at is not None and self.expires_at > timezone.now()


#: Why uploads in these states can't be used: their bytes have not come, or nobody may have them.
UNUSABLE = {
    Attachment.State.UPLOADING: RefusalCode.UPLOAD_NOT_FINISHED,
    Attachment.State.REFUSED: RefusalCode.FILE_REFUSED,
}
