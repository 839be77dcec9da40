from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..text import REASON_LENGTH, clean_reason

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ActQuerySet(models.QuerySet["Act"]):
    def note(
        self, kind: "Act.Kind", by: "User | None", why: str, *, user: object, **about: Any
    ) -> "Act":
        """Write down what `by` did, or, without one, the project itself, about a user's key.

        Raises `INVALID_REASON`.
        """
        who = {} if by is None else {"by": str(by.pk), "by_name": by.get_username()}
        whom = "" if user is None else str(user)
        return self.create(kind=kind, why=clean_reason(why), user=whom, **who, **about)

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("What was done is done.")

    def delete(self) -> NoReturn:
        raise TypeError("What was done is done.")


class Act(models.Model):
    """What a moderator did: who, what, when and why. Rows are added, never changed.

    It refers to nothing, so that it outlasts the accounts and conversations that it is about.
    """

    class Kind(models.TextChoices):
        MESSAGE_REMOVED = "message_removed", _("message removed")
        PARTICIPANT_SUSPENDED = "participant_suspended", _("kept from writing")
        PARTICIPANT_RESTORED = "participant_restored", _("let write again")
        REPORT_DISMISSED = "report_dismissed", _("report dismissed")
        USER_EXPORTED = "user_exported", _("data of a user exported")
        USER_ERASED = "user_erased", _("user erased")

    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.CharField(_("key of who did it"), max_length=255, blank=True)
    by_name = models.CharField(_("who did it"), max_length=255, blank=True)
    why = models.CharField(_("why"), max_length=REASON_LENGTH)
    user = models.CharField(_("key of whom it concerned"), max_length=255, blank=True)
    conversation = models.BigIntegerField(_("key of the conversation"), null=True)
    number = models.PositiveBigIntegerField(_("number of the message"), null=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        permissions = [("handle_data", _("Can export and erase what is kept of somebody"))]
        verbose_name = _("act of a moderator")
        verbose_name_plural = _("acts of moderators")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.why[:50]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("What was done is done.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("What was done is done.")
