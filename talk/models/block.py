from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import events
from ..exceptions import MessagingValidationError, RefusalCode, Refused
from ..policy import hold
from ..prepared import Question, among, prepared

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class BlockQuerySet(models.QuerySet["Block"]):
    def block(self, blocker: "User", blocked: "User") -> "Block":
        """From now on `blocked` can't reach `blocker`, who is not shown what they say.

        Once is as good as twice. Raises `CANNOT_BLOCK_YOURSELF`.
        """
        if blocker.pk == blocked.pk:
            raise MessagingValidationError(RefusalCode.CANNOT_BLOCK_YOURSELF)
        with transaction.atomic():
            # Who starts a conversation with the blocker, or takes them into one, holds them, too.
            hold([blocker, blocked])
            block, is_new = self.get_or_create(blocker=blocker, blocked=blocked)
            if is_new:
                _recount(blocker, blocked)
        for place in blocker.talk_participations.filter(invited_by=blocked, status="invited"):
            # They may have answered meanwhile.
            with suppress(Refused):
                place.decline()
        return block

    @transaction.atomic
    def unblock(self, blocker: "User", blocked: "User") -> None:
        """End a block, if there is one: all that `blocked` said is shown again."""
        # Who starts a conversation with both, and says something there, does so before or after.
        hold([blocker, blocked])
        ended, _rows = self.filter(blocker=blocker, blocked=blocked).delete()
        if ended:
            _recount(blocker, blocked)

    def forget(self, user: "User") -> None:
        """End all blocks of and by `user`, whose conversations are locked and who goes for good."""
        blockers = [block.blocker for block in self.filter(blocked=user).select_related("blocker")]
        self.filter(models.Q(blocker=user) | models.Q(blocked=user)).delete()
        for blocker in blockers:
            _recount(blocker, user)

    def blocked_by(self, blocker: "User") -> frozenset[Any]:
        """The keys of those whom `blocker` does not want to hear of."""
        return frozenset(self.asking_for(blocker).ask())

    def asking_for(self, blocker: "User") -> Question[Any]:
        """The question whom `blocker` does not want to hear of, for who asks more with it."""
        return _blocked_by(blocker=blocker)

    def bars(self, blocked_pk: Any, blocker_pks: list[Any]) -> bool:
        """Whether one of these people does not want to hear of somebody."""
        return bool(_blocks(blocked=blocked_pk, blockers=blocker_pks).ask())

    def of_sender(self) -> Self:
        """Those of the sender of an outer query's message, by the user of the query around it."""
        return self.filter(blocked=OuterRef("sender"), blocker=OuterRef(OuterRef("user")))


class Block(models.Model):
    """One person does not want to hear of another."""

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
        # Not who blocked whom: staff who delete an account are shown what goes with it.
        return f"block {self.pk}"


@prepared
def _blocked_by(blocker: Any) -> "models.QuerySet[Block, Any]":
    return Block.objects.filter(blocker=blocker).values_list("blocked", flat=True)


@prepared
def _blocks(blocked: Any, blockers: Any) -> "models.QuerySet[Block, Any]":
    blocks = Block.objects.filter(among("blocker", blockers), blocked=blocked)
    return blocks.values_list("pk")[:1]


def _recount(blocker: "User", blocked: "User") -> None:
    """Find again what is first unread wherever `blocker` may have heard of `blocked`."""
    from .conversation import Conversation
    from .participation import Participation
    from .unread import first_unread

    shared = Conversation.objects.filter(participations__user=blocker)
    shared = shared.filter(participations__user=blocked)
    # Who sends meanwhile waits, and then knows of the block. In one order, so that nobody waits
    # for somebody who waits for them.
    locked = shared.select_for_update(no_key=True, of=("self",)).order_by("pk")
    keys: list[Any] = list(locked.values_list("pk", flat=True))
    Participation.objects.filter(user=blocker, conversation__in=keys).update(
        first_unread_number=first_unread(above=OuterRef("last_read_number")),
        changed_at=timezone.now(),
    )
    events.wake_user(blocker.pk)
    events.wake_acquaintances(blocker.pk)
