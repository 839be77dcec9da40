import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import once
from .block import Block

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

    def said_to_outer_participation(self) -> Self:
        """What others said in the conversation of the participation of an outer query.

        Without what is hidden from its user.
        """
        return self.filter(
            ~models.Q(sender=models.OuterRef("user")),
            ~models.Exists(Block.objects.of_sender()),
            conversation=models.OuterRef("conversation"),
            kind=Message.Kind.TEXT,
        )

    def unread_by(self, user: "User") -> Self:
        """The unread messages of `user`'s whole inbox."""
        hidden = Block.objects.filter(blocker=user, blocked=models.OuterRef("sender"))
        return self.filter(
            ~models.Exists(hidden),
            kind=Message.Kind.TEXT,
            conversation__participations__user=user,
            conversation__participations__status="active",
            number__gte=models.F("conversation__participations__first_unread_number"),
        ).exclude(sender=user)


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
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    client_id = models.UUIDField(_("client id"), null=True, editable=False)
    fingerprint = models.CharField(
        _("fingerprint of the request"), max_length=64, blank=True, editable=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        permissions = [("read_message_bodies", _("Can read what people wrote"))]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        # Where a conversation stood at a moment.
        indexes = [models.Index(fields=["conversation", "sent_at"], name="talk_message_sent_at")]
        constraints = [
            # Also the index behind every page of a conversation.
            models.UniqueConstraint(
                fields=["conversation", "number"], name="talk_message_one_per_number"
            ),
            models.UniqueConstraint(
                fields=["sender", "client_id"], name="talk_message_client_id_used_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="talk_message_number_from_one"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="text", body=""), name="talk_message_text_has_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"

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
