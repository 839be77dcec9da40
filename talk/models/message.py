import uuid
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..prepared import Ask, Question, prepared
from . import once
from .block import Block
from .keeping import kept_since
from .people import with_people

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .conversation import Conversation
    from .participation import Participation


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, participation: "Participation") -> Self:
        """What this member may read: all of it, or, once they left, all up to then."""
        return self.filter(
            conversation=participation.conversation_id,
            number__lte=participation.last_visible_number,
        )

    def in_ranges(
        self, ranges: Iterable[tuple[int, int, int]], ask: Ask = Question.ask
    ) -> "list[Message]":
        """Those of conversations, from a number to another, in order, with their people."""
        wanted = [each for each in ranges if each[1] <= each[2]]
        if not wanted:
            return []
        # Of few lengths; the last stands for as many as are missing.
        wanted += wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
        given = {
            f"{name}{at}": value
            for at, each in enumerate(wanted)
            for name, value in zip(("conversation", "low", "high"), each, strict=True)
        }
        return ask(_in_ranges(len(wanted), **given))

    def said_to_outer_participation(self) -> Self:
        """What others said in the conversation of the participation of an outer query.

        Without what is hidden from its user.
        """
        return self.filter(
            ~models.Q(sender=models.OuterRef("user")),
            ~models.Exists(Block.objects.of_sender()),
            conversation=models.OuterRef("conversation"),
            kind=Message.Kind.TEXT,
            removed_as="",
        )

    def unread_by(self, user: "User") -> Self:
        """The unread messages of `user`'s whole inbox."""
        hidden = Block.objects.filter(blocker=user, blocked=models.OuterRef("sender"))
        return self.filter(
            ~models.Exists(hidden),
            kind=Message.Kind.TEXT,
            removed_as="",
            conversation__participations__user=user,
            conversation__participations__status="active",
            number__gte=models.F("conversation__participations__first_unread_number"),
        ).exclude(sender=user)

    def forget_words(self, why: "Message.Removal") -> None:
        """Of these, in conversations whose locks are held, the numbers stay, and nobody waits."""
        from .participation import Participation
        from .unread import first_unread

        rows = list(self.values_list("pk", "conversation", "number"))
        self.model.objects.filter(pk__in=[pk for pk, *_ in rows]).update(
            body="", removed_as=why, fingerprint=""
        )
        Participation.objects.filter(
            conversation__in={conversation for _, conversation, _ in rows},
            first_unread_number__in={number for *_, number in rows},
        ).update(
            first_unread_number=first_unread(above=models.OuterRef("last_read_number")),
            changed_at=timezone.now(),
        )


class Message(models.Model):
    """One thing said, or one thing that happened, at its number in its conversation."""

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
        ERASED = "erased", _("erased with the account that said it")
        EXPIRED = "expired", _("kept for no longer")

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
        help_text=_("Who said or did it; empty when the project itself did."),
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("subject"),
        help_text=_("Whom it happened to: who joined, left, was removed or reinstated."),
    )
    body = models.TextField(_("body"), help_text=_("The words, or the new title."))
    #: Why the words are gone. The row, and so its number, stays.
    removed_as = models.CharField(
        _("removed as"), max_length=9, choices=Removal, blank=True, editable=False
    )
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    client_id = models.UUIDField(_("client id"), null=True, editable=False)
    #: The client id of an announcement, by which a retry is found. Null for all else.
    announced_as = models.UUIDField(_("announced as"), null=True, editable=False)
    fingerprint = models.CharField(
        _("fingerprint of the request"), max_length=64, blank=True, editable=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        permissions = [("read_message_bodies", _("Can read what people wrote"))]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        # Where a conversation stood at a moment.
        indexes = [
            models.Index(fields=["conversation", "sent_at"], name="talk_message_sent_at"),
            # Finds the people who took part in a conversation at a number.
            models.Index(
                fields=["conversation", "subject", "number"],
                condition=models.Q(subject__isnull=False),
                name="talk_message_about_members",
            ),
        ]
        constraints = [
            # Also the index behind every page of a conversation.
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
                condition=~models.Q(kind="text", body="", removed_as=""),
                name="talk_message_text_has_words",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_as="") | models.Q(kind__in=["text", "renamed"], body=""),
                name="talk_message_removed_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"

    @property
    def removal(self) -> "Removal | None":
        """Why its words are gone, or are not to be shown any more."""
        if self.removed_as:
            return self.Removal(self.removed_as)
        return self.Removal.EXPIRED if self._is_expired() else None

    def _is_expired(self) -> bool:
        if not conf.RETENTION or self.kind != self.Kind.TEXT:
            return False
        cutoff = kept_since(self.conversation.kind)
        return cutoff is not None and self.sent_at < cutoff

    @classmethod
    def send_to_users(
        cls,
        body: str,
        sender: "User",
        recipients: Iterable["User"],
        client_id: uuid.UUID | None = None,
    ) -> "Message":
        """Say `body` to exactly `recipients`, where they and the sender talk already, or anew."""
        from .conversation import Conversation

        recipients = list(recipients)
        request = once.Request(sender, client_id, "users", body, recipients)

        @transaction.atomic
        def send() -> Message:
            conversation = Conversation.objects.among(sender, recipients)
            return conversation.participation_of(sender).say(body, request)

        return request.once(send)

    @classmethod
    def send_to_conversation(
        cls,
        body: str,
        sender: "User",
        conversation: "Conversation",
        new_participants: Iterable["User"] | None = None,
        client_id: uuid.UUID | None = None,
    ) -> "Message":
        """Say `body` in `conversation`, taking in `new_participants` first."""
        participation = conversation.participation_of(sender)
        return participation.send(body, client_id=client_id, invite=new_participants or ())


@prepared
def _in_ranges(count: int, **given: Any) -> MessageQuerySet:
    ranges = (
        models.Q(
            conversation=given[f"conversation{at}"],
            number__range=(given[f"low{at}"], given[f"high{at}"]),
        )
        for at in range(count)
    )
    wanted = with_people(Message.objects.filter(reduce(or_, ranges)), "sender", "subject")
    return wanted.order_by("conversation", "number")
