"""Blocks between people."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import wakeups
from ..exceptions import MessagingValidationError, RefusalCode, Refused
from ..locks import hold
from ..prepared import Question, among, prepared

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class BlockQuerySet(models.QuerySet["Block"]):
    def block(self, blocker: "User", blocked: "User") -> "Block":
        """Block a person, who can't reach `blocker` then. Their messages are hidden from `blocker`.

        A second call changes nothing. Raises `CANNOT_BLOCK_YOURSELF`.
        """
        if blocker.pk == blocked.pk:
            raise MessagingValidationError(RefusalCode.CANNOT_BLOCK_YOURSELF)
        with transaction.atomic():
            # A transaction that starts a conversation, or takes people into a group, holds the
            # accounts of these people, too.
            hold([blocker, blocked])
            block, is_new = self.get_or_create(blocker=blocker, blocked=blocked)
            if is_new:
                _refresh_first_unread(blocker, blocked)
        for invitation in blocker.talk_participations.filter(invited_by=blocked, status="invited"):
            # The blocker may have answered it in the meantime.
            with suppress(Refused):
                invitation.decline()
        return block

    @transaction.atomic
    def unblock(self, blocker: "User", blocked: "User") -> None:
        """End a block, if there is one: all that `blocked` wrote is shown again."""
        # A transaction that starts a conversation with both runs before this one, or after it.
        hold([blocker, blocked])
        ended, _rows = self.filter(blocker=blocker, blocked=blocked).delete()
        if ended:
            _refresh_first_unread(blocker, blocked)

    def forget(self, user: "User") -> None:
        """Delete all blocks of and by `user`, whose account is being deleted or erased.

        The caller holds the locks of the user's conversations.
        """
        blockers = [block.blocker for block in self.filter(blocked=user).select_related("blocker")]
        self.filter(models.Q(blocker=user) | models.Q(blocked=user)).delete()
        for blocker in blockers:
            _refresh_first_unread(blocker, user)

    def blocked_by(self, blocker: "User") -> frozenset[Any]:
        """The keys of the users whom `blocker` has blocked."""
        return frozenset(self.blocked_by_question(blocker).ask())

    def blocked_by_question(self, blocker: "User") -> Question[Any]:
        """`blocked_by` as a question, to be asked together with others."""
        return _blocked_by(blocker=blocker)

    def blockers_of(self, blocked_pk: Any, people: list[Any]) -> frozenset[Any]:
        """The keys of those of these people who have blocked a user."""
        return frozenset(_blockers(blocked=blocked_pk, people=people).ask())

    def among(self, people: list[Any]) -> list[tuple[Any, Any]]:
        """The keys of who blocked whom, both of them among these people."""
        return _among(people=people).ask()

    def of_sender(self) -> Self:
        """Blocks of a message's sender by the user of a participation.

        For a subquery of messages inside a query of participations.
        """
        return self.filter(blocked=OuterRef("sender"), blocker=OuterRef(OuterRef("user")))


class Block(models.Model):
    """One person has blocked another, and is not shown what they write."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="talk_blocks",
        verbose_name=_("blocker"),
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="talk_blocked_by",
        verbose_name=_("blocked"),
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="talk_block_once"),
            models.CheckConstraint(
                condition=~models.Q(blocker=models.F("blocked")), name="talk_block_another"
            ),
        ]

    def __str__(self) -> str:
        # Without names: staff who delete an account are shown this, and must not learn them.
        return f"block {self.pk}"


@prepared
def _blocked_by(blocker: Any) -> "models.QuerySet[Block, Any]":
    return Block.objects.filter(blocker=blocker).values_list("blocked", flat=True)


@prepared
def _blockers(blocked: Any, people: Any) -> "models.QuerySet[Block, Any]":
    blocks = Block.objects.filter(among("blocker", people), blocked=blocked)
    return blocks.values_list("blocker", flat=True)


@prepared
def _among(people: Any) -> "models.QuerySet[Block, Any]":
    blocks = Block.objects.filter(among("blocker", people), among("blocked", people))
    return blocks.values_list("blocker", "blocked")


def _refresh_first_unread(blocker: "User", blocked: "User") -> None:
    """Find the first unread message of `blocker` again, wherever `blocked` may have written."""
    from .conversation import Conversation
    from .participation import Participation
    from .participation.unread import first_unread, read_up_to

    shared = Conversation.objects.filter(participations__user=blocker)
    shared = shared.filter(participations__user=blocked)
    # Transactions that send a message wait for these locks, and then see the block. All locks on
    # conversations are taken in this order, so that no two transactions wait for each other.
    locked = shared.select_for_update(no_key=True, of=("self",)).order_by("pk")
    keys: list[Any] = list(locked.values_list("pk", flat=True))
    Participation.objects.filter(user=blocker, conversation__in=keys).update(
        first_unread_number=first_unread(above=read_up_to()),
        changed_at=timezone.now(),
    )
    wakeups.wake_user(blocker.pk)
    wakeups.wake_acquaintances(blocker.pk)
