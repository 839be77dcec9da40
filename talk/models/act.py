"""The audit log of what moderators did."""

from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..staff import must_act_on
from ..text import REASON_LENGTH, clean_reason

if TYPE_CHECKING:
    from django.contrib.auth.models import User


#: The message of the `TypeError` for each attempt to change a row.
DONE = "Acts of moderators can be added, and neither changed nor deleted."


class ActQuerySet(models.QuerySet["Act"]):
    def record(
        self, kind: "Act.Kind", by: "User | None", why: str, *, user: object, **about: Any
    ) -> "Act":
        """Record what `by` did, and why. `by` is None if the project itself did it.

        `user` is the key of the user whom it concerned. Call it in the transaction of the act
        itself. Raises `INVALID_REASON`, and `NOT_ALLOWED` if `by` may not act on that user; see
        `talk.staff`.
        """
        must_act_on(by, user)
        who = {} if by is None else {"by": str(by.pk), "by_name": by.get_username() or ""}
        whom = "" if user is None else str(user)
        return self.create(kind=kind, why=clean_reason(why), user=whom, **who, **about)

    def shown_to(self, staff: "User") -> Self:
        """All but acts that concern `staff`: their reasons can say who reported them."""
        return self.exclude(user=str(staff.pk))

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list["Act"]:
        """Django's, without its option to update rows that exist."""
        if len(args) > 2 or kwargs.get("update_conflicts"):
            raise TypeError(DONE)
        return super().bulk_create(objs, *args, **kwargs)

    def update(self, **values: Any) -> NoReturn:
        raise TypeError(DONE)

    def delete(self) -> NoReturn:
        raise TypeError(DONE)

    # Django calls these directly elsewhere, without the two methods above.

    def _update(self, *args: Any) -> NoReturn:
        raise TypeError(DONE)

    def _raw_delete(self, using: Any) -> NoReturn:
        raise TypeError(DONE)


class Act(models.Model):
    """What a moderator did: who, what, when and why. Rows are added, never changed or deleted.

    On PostgreSQL a trigger prevents it, too. Loading a fixture adds missing rows, and leaves the
    others as they are. There are no foreign keys, so that an act outlives the accounts and
    conversations that it concerned.
    """

    class Kind(models.TextChoices):
        MESSAGE_REMOVED = "message_removed", _("message removed")
        TITLE_REMOVED = "title_removed", _("title removed")
        DESCRIPTION_REMOVED = "description_removed", _("description removed")
        AVATAR_REMOVED = "avatar_removed", _("avatar removed")
        DATA_REMOVED = "data_removed", _("data of a conversation removed")
        PARTICIPANT_SUSPENDED = "participant_suspended", _("participant suspended")
        PARTICIPANT_RESTORED = "participant_restored", _("participant restored")
        REPORT_DISMISSED = "report_dismissed", _("report dismissed")
        USER_EXPORTED = "user_exported", _("data of a user exported")
        USER_ERASED = "user_erased", _("data of a user erased")

    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.CharField(_("id of the moderator"), max_length=255, blank=True)
    by_name = models.CharField(_("moderator"), max_length=255, blank=True)
    why = models.CharField(_("reason"), max_length=REASON_LENGTH)
    user = models.CharField(_("id of the user concerned"), max_length=255, blank=True)
    conversation = models.BigIntegerField(_("id of the conversation"), null=True)
    number = models.PositiveBigIntegerField(_("number of the message"), null=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        # So that Django uses this manager everywhere, and none that could change rows.
        base_manager_name = "objects"
        permissions = [("handle_data", _("Can export and erase what is kept of somebody"))]
        verbose_name = _("act of a moderator")
        verbose_name_plural = _("acts of moderators")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.why[:50]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(DONE)
        # Without `force_insert` Django would update a row that has this key.
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
        # `loaddata` calls this without `save`, and would update a row that exists.
        if raw and type(self).objects.using(using).filter(pk=self.pk).exists():
            return True
        parent: Any = super()
        return parent._save_table(raw, cls, force_insert or raw, force_update, using, update_fields)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(DONE)
