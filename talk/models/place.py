from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ..prepared import Question, prepared, renew
from ..text import TITLE_LENGTH
from .conversation import Conversation

if TYPE_CHECKING:
    from .participation import Participation


class Place(models.Model):
    """Who takes part in which conversation, since when, and with which say."""

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
        Conversation,
        models.CASCADE,
        related_name="participations",
        verbose_name=_("conversation"),
        # It has one of its own, in which they are in order.
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
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    left_at_number = models.PositiveBigIntegerField(_("left at number"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    left_at_title = models.CharField(_("left at title"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        abstract = True

    @property
    def itself(self) -> "Participation":
        """Typed as what it is: nothing else is made of this abstract class."""
        return cast("Participation", self)

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_invited(self) -> bool:
        """Whether it is theirs to say whether they take part."""
        return self.status == self.Status.INVITED

    @property
    def is_gone(self) -> bool:
        """Whether they took part before, and are not asked to again."""
        return self.left_at is not None and not self.is_invited

    @property
    def last_visible_number(self) -> int:
        """The number of the last message that this member may read."""
        if self.left_at_number is not None:
            return self.left_at_number
        return self.conversation.last_number

    # What verbs ask before they act. All of it is settled only under the conversation's lock.

    def settle(self) -> None:
        """Be as it is now that the lock of the conversation is held.

        `Conversation.changing` does it for those that it is told of.
        """
        self.become(self.as_it_is.ask())

    @property
    def as_it_is(self) -> Question["Participation"]:
        """What `become` is to be told."""
        return _by_key(key=self.pk)

    def become(self, found: Sequence["Participation"]) -> None:
        """Raises `NOT_A_PARTICIPANT` if nothing was found: their account was erased."""
        if not found:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
        # One object, so that what a verb changes on it is seen by who called the verb.
        renew(self, found[0])
        # What a list counted for it is not of now.
        self.__dict__.pop("_unread_count", None)

    def must_be_active(self) -> None:
        if not self.is_active:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)

    def must_have_a_say(self) -> None:
        """Be active, and not kept from it by a moderator, who leaves what can be read."""
        self.must_be_active()
        self.must_not_be_suspended()

    def must_not_be_suspended(self) -> None:
        if self.suspended_at is not None:
            raise MessagingPermissionDenied(RefusalCode.SUSPENDED)

    def must_be_of(self, conversation: Conversation) -> None:
        if self.conversation_id != conversation.pk:
            raise MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)

    def must_be_in_group(self) -> None:
        if self.conversation.is_private:
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION)

    def must_be_admin(self) -> None:
        if self.role == self.Role.MEMBER:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)

    def must_outrank(self, other: "Place") -> None:
        """Owners act on everybody, admins on members, members on nobody."""
        self.must_be_admin()
        if self.role != self.Role.OWNER and other.role != self.Role.MEMBER:
            raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED)

    def may_bring_back(self, other: "Participation") -> bool:
        """Who left is brought back by any member; who was removed, or declined, only by owners
        and admins.
        """
        harder = {self.Status.REMOVED, self.Status.DECLINED}
        return other.status not in harder or self.role != self.Role.MEMBER


@prepared
def _by_key(key: Any) -> "models.QuerySet[Participation]":
    from .participation import Participation

    # Where it's written: what is settled is settled there.
    there = router.db_for_write(Participation)
    return Participation.objects.using(there).filter(pk=key)
