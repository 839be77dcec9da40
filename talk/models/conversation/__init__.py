"""A conversation, and the lock under which everything in it changes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from ...exceptions import MessagingValidationError, RefusalCode
from ...locks import check_held, hold_question
from ...prepared import ask, prepared, renew
from ...text import TITLE_LENGTH
from ...words import folded
from ..message import Message
from .announcing import Announcing
from .change import Change
from .describing import NOTHING, Describing
from .keys import PAIR_LENGTH
from .queryset import ConversationQuerySet
from .recipients import checked_users

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..participation import Participation
    from ..read_under_lock import ReadUnderLock


class Conversation(
    Describing,  # describe, set_key
    Announcing,  # announce
):
    """A private conversation of exactly two people, or a group."""

    class Kind(models.TextChoices):
        PRIVATE = "private", _("private")
        GROUP = "group", _("group")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind, editable=False)
    #: Both people of a private conversation; unique, so that there is one for each pair.
    pair = models.CharField(
        _("pair"), max_length=PAIR_LENGTH, null=True, unique=True, editable=False
    )
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    #: The title as searches compare it; see `talk.words.folded`.
    folded_title = models.TextField(default="", db_default="", blank=True, editable=False)
    #: A digest of the keys of all active and invited people. By its index, their group is found.
    members_key = models.CharField(
        _("key of the set of active members"), max_length=64, db_index=True, editable=False
    )
    upgraded_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="upgraded_to",
        verbose_name=_("upgraded from"),
    )
    latest_message = models.ForeignKey(
        Message, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    #: The number of the latest message, and the revision of the latest event. Both are given out
    #: under the lock of this row, so that they have no gaps.
    last_number = models.PositiveBigIntegerField(_("last number"), default=0, editable=False)
    #: Messages up to this number have been through `talk.purging.purge`.
    purged_number = models.PositiveBigIntegerField(default=0, editable=False)
    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        # Otherwise each command would connect to the database, to see whether it has JSON.
        required_db_features = ["supports_json_field"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="private", pair__isnull=False, title="")
                | models.Q(kind="group", pair__isnull=True),
                name="talk_conversation_kind_agrees",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="group") | models.Q(description="", avatar=""),
                name="talk_conversation_private_is_plain",
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(key__isnull=False),
                name="talk_conversation_key_once",
            ),
        ]
        indexes = [
            # For `talk.privacy`, and for Django when it deletes an account.
            models.Index(
                fields=[f"{name}_by"],
                condition=models.Q(**{f"{name}_by__isnull": False}),
                name=f"talk_author_of_{name}",
            )
            for name in NOTHING
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} {self.pk}"

    def set_title(self, title: str) -> None:
        """Set the title, and how searches compare it. Saves nothing."""
        self.title, self.folded_title = title, folded(title)

    @property
    def is_private(self) -> bool:
        return self.kind == self.Kind.PRIVATE

    @contextmanager
    def changing(
        self, actor: "User | None", *rows: "ReadUnderLock", holding: Iterable["User"] = ()
    ) -> Iterator[Change]:
        """A transaction that holds this conversation's lock, and writes a `Change` at its end.

        The conversation and `rows` of it are read again under the lock. Other transactions
        that change this conversation wait. `actor` is None if the project itself acts. `holding`
        has the accounts to lock before; see `talk.locks.hold`.
        """
        with transaction.atomic():
            locked = self.lock(*rows, holding=holding)
            change = Change(self, actor)
            try:
                yield change
                change.write()
            except BaseException:
                # Its numbers and revisions were not given out. Somebody may show this object.
                renew(self, locked)
                raise

    def lock(self, *rows: "ReadUnderLock", holding: Iterable["User"] = ()) -> "Conversation":
        """Lock this row until the transaction ends, and read it and `rows` again.

        The accounts in `holding` are locked before. Returns another copy of this row.
        """
        # One round trip: later questions see what was committed before the lock was granted.
        users = list(holding)
        held = [hold_question(users)] if users else []
        reloading = (each.current_row for each in rows)
        answers = ask(*held, _locked(key=self.pk), *reloading)
        if held:
            check_held(users, answers.pop(0))
        found, *current = answers
        if not found:
            raise type(self).DoesNotExist
        renew(self, found[0])
        for row, answer in zip(rows, current, strict=True):
            row.take_over(answer)
        locked: Conversation = found[0]
        return locked

    def add_participants(
        self, users: Iterable["User"], by: "Participation | None" = None
    ) -> "Conversation":
        """Take `users` in, on behalf of the member `by` or, without it, of the project.

        Returns the conversation that they are in then; see `Participation.invite`. To add somebody
        to a private conversation takes a member.
        """
        if by is not None:
            by.must_be_of(self)
            return by.invite(users)
        if self.is_private:
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION)
        members = checked_users(users)
        with self.changing(None, holding=members) as change:
            change.admit(members, by=None)
        return self

    def participation_of(self, user: "User") -> "Participation":
        """`user`'s participation. Raises `MessagingPermissionDenied` if there is none."""
        participation: Participation = self.participations.model.objects.of(user, self)
        return participation


@prepared
def _locked(key: Any) -> ConversationQuerySet:
    # SQLite has no row locks: there, immediate transactions wait for each other.
    return Conversation.objects.select_for_update(no_key=True).filter(pk=key)
