from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..staff import must_act_on
from ..text import REASON_LENGTH, clean_reason

if TYPE_CHECKING:
    from django.contrib.auth.models import User


DONE = "What was done is done."


class ActQuerySet(models.QuerySet["Act"]):
    def note(
        self, kind: "Act.Kind", by: "User | None", why: str, *, user: object, **about: Any
    ) -> "Act":
        """Write down what `by` did, or, without one, the project itself, about a user's key.

        It is written in the transaction of what it is about, which it lets nobody do to themselves,
        nor to staff without the permission for it. Raises `INVALID_REASON`, `NOT_ALLOWED`.
        """
        must_act_on(by, user)
        who = {} if by is None else {"by": str(by.pk), "by_name": by.get_username() or ""}
        whom = "" if user is None else str(user)
        return self.create(kind=kind, why=clean_reason(why), user=whom, **who, **about)

    def shown_to(self, staff: "User") -> Self:
        """All but those about `staff`: reasons tell who reported them."""
        return self.exclude(user=str(staff.pk))

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list["Act"]:
        """Django's, which also changes rows if it is asked to."""
        if len(args) > 2 or kwargs.get("update_conflicts"):
            raise TypeError(DONE)
        return super().bulk_create(objs, *args, **kwargs)

    def update(self, **values: Any) -> NoReturn:
        raise TypeError(DONE)

    def delete(self) -> NoReturn:
        raise TypeError(DONE)

    # By these Django does it elsewhere, without asking the two above.

    def _update(self, *args: Any) -> NoReturn:
        raise TypeError(DONE)

    def _raw_delete(self, using: Any) -> NoReturn:
        raise TypeError(DONE)


class Act(models.Model):
    """What a moderator did: who, what, when and why. Rows are added, never changed.

    A fixture adds those that are not there, and leaves the others as they are.

    On PostgreSQL a trigger sees to it, too. It refers to nothing, so that it outlasts the accounts
    and conversations that it is about.
    """

    class Kind(models.TextChoices):
        MESSAGE_REMOVED = "message_removed", _("message removed")
        TITLE_REMOVED = "title_removed", _("title removed")
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
        # What Django reads and writes rows by, where nobody asks for `objects`.
        base_manager_name = "objects"
        permissions = [("handle_data", _("Can export and erase what is kept of somebody"))]
        verbose_name = _("act of a moderator")
        verbose_name_plural = _("acts of moderators")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.why[:50]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(DONE)
        # A row that has this key already is not changed, as Django would do.
        super().save(*args, **kwargs | {"force_insert": True})

    def _save_table(
        self,
        raw: bool = False,
        cls: Any = None,
        force_insert: bool = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
    ) -> Any:
        # `loaddata` comes here without calling `save`, and would update before it inserts.
        if raw and type(self).objects.using(using).filter(pk=self.pk).exists():
            return True
        parent: Any = super()
        return parent._save_table(raw, cls, force_insert or raw, force_update, using, update_fields)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(DONE)
