from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..exceptions import MessagingValidationError, RefusalCode
from ..policy import hold, must_reach
from ..prepared import ask, prepared, renew
from ..text import TITLE_LENGTH, clean_title
from ..words import folded
from .announcing import Announcing
from .change import Change
from .event import Event
from .keys import PAIR_LENGTH, members_key, pair_of
from .message import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .participation import Participation


class ConversationQuerySet(models.QuerySet["Conversation"]):
    @transaction.atomic
    def between(self, one: "User", other: "User") -> "Conversation":
        """The private conversation of two people, started by `one` if there is none yet."""
        (recipient,) = recipients_of(one, [other])
        pair = pair_of(one.pk, recipient.pk)
        if found := self.filter(pair=pair).first():
            return found
        hold([one, recipient])
        must_reach(one, [recipient])
        # The unique pair decides between two that start it at once: the later insert waits for
        # the earlier transaction and then does nothing.
        self.bulk_create(
            [self.model(kind=Conversation.Kind.PRIVATE, pair=pair)], ignore_conflicts=True
        )
        conversation = self.get(pair=pair)
        with conversation.changing(one) as change:
            if conversation.revision == 0:
                change.start([one, recipient])
        return conversation

    def start_private(
        self, one: "User", others: Iterable["User"], title: str = ""
    ) -> "Conversation":
        """Like `between`, for callers who don't know yet that there's exactly one other."""
        recipients = recipients_of(one, others)
        if len(recipients) > 1:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
        if clean_title(title):
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION, path=("title",))
        return self.between(one, recipients[0])

    @transaction.atomic
    def start_group(
        self, creator: "User", others: Iterable["User"], title: str = ""
    ) -> "Conversation":
        """A new group, owned by `creator`; one more even if the same people have one."""
        recipients = recipients_of(creator, others)
        hold([creator, *recipients])
        return self._start(creator, recipients, title)

    def of_exactly(self, sender: "User", others: Iterable["User"]) -> Self:
        """Where `sender` talks with exactly `others`, and those who are asked to."""
        key = members_key({user.pk for user in (sender, *others)})
        return self.filter(
            members_key=key, participations__user=sender, participations__status="active"
        )

    @transaction.atomic
    def among(self, sender: "User", others: Iterable["User"]) -> "Conversation":
        """Where a message of `sender` to exactly `others` belongs: found, otherwise started.

        For two people that is their private conversation, for more the most recently active
        group whose members they are, or are asked to be.
        """
        recipients = recipients_of(sender, others)
        if len(recipients) == 1:
            return self.between(sender, recipients[0])
        # Two that look for the same group at once must not both start one, and there is no row of
        # it yet to lock: they share its members. All of them are held before the look-up, since a
        # conversation that it waited for stays locked, also if it was not the one, and who has
        # locked a conversation must not wait for people.
        hold([sender, *recipients])
        found = (
            # Locked before it's answered, so that nobody joins between the look and the message.
            self.select_for_update(no_key=True, of=("self",))
            .of_exactly(sender, recipients)
            .filter(kind=Conversation.Kind.GROUP)
            .order_by("-participations__last_activity_at", "-pk")
            .first()
        )
        return found or self._start(sender, recipients)

    def _start(self, creator: "User", recipients: list["User"], title: str = "") -> "Conversation":
        """`start_group`, by who holds all of them."""
        must_reach(creator, recipients)
        title, group = clean_title(title), Conversation.Kind.GROUP
        conversation = self.create(kind=group, title=title, folded_title=folded(title))
        with conversation.changing(creator) as change:
            change.start([creator, *recipients])
        return conversation


class Conversation(Announcing):
    """What people say to each other, in private (two, for ever) or as a group."""

    class Kind(models.TextChoices):
        PRIVATE = "private", _("private")
        GROUP = "group", _("group")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind, editable=False)
    pair = models.CharField(
        _("pair"), max_length=PAIR_LENGTH, null=True, unique=True, editable=False
    )
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    folded_title = models.TextField(default="", db_default="", blank=True, editable=False)
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
    last_number = models.PositiveBigIntegerField(_("last number"), default=0, editable=False)
    #: Up to which number what is kept for no longer was forgotten.
    purged_number = models.PositiveBigIntegerField(default=0, editable=False)
    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now_add=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="private", pair__isnull=False, title="")
                | models.Q(kind="group", pair__isnull=True),
                name="talk_conversation_kind_agrees",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} {self.pk}"

    def entitle(self, title: str) -> None:
        """Set the title, and the spelling by which searches compare it. Saves nothing."""
        self.title, self.folded_title = title, folded(title)

    @property
    def is_private(self) -> bool:
        return self.kind == self.Kind.PRIVATE

    @contextmanager
    def changing(
        self, actor: "User | None", *places: "Participation", holding: Iterable["User"] = ()
    ) -> Iterator[Change]:
        """One transaction that holds this conversation's lock; what `Change` notes is written.

        Everything read inside is settled: whoever else changes this conversation waits.
        """
        with transaction.atomic():
            hold(holding)
            self.lock(*places)
            change = Change(self, actor)
            yield change
            change.write()

    def lock(self, *places: "Participation") -> None:
        """Wait for who changes this conversation, and be as it is then, and these places with it.

        In a transaction, which others wait for from here on.
        """
        # What is asked after the lock, in the same trip, sees what was committed before it.
        (found, *settled) = ask(_locked(key=self.pk), *(place.as_it_is for place in places))
        if not found:
            raise type(self).DoesNotExist
        renew(self, found[0])
        for place, now in zip(places, settled, strict=True):
            place.become(now)

    def add_participants(
        self, users: Iterable["User"], by: "Participation | None" = None
    ) -> "Conversation":
        """Take `users` in, on behalf of an active member or, without one, of the project.

        Answers the conversation that they are in then; see `Participation.invite`. A private one
        is left as it is, and needs `by`.
        """
        if by is not None:
            by.must_be_of(self)
            return by.invite(users)
        if self.is_private:
            raise MessagingValidationError(RefusalCode.PRIVATE_CONVERSATION)
        members = people(users)
        with self.changing(None, holding=members) as change:
            change.admit(members, by=None)
        return self

    def participation_of(self, user: "User") -> "Participation":
        """`user`'s participation here. Raises `MessagingPermissionDenied` if there is none."""
        participation: Participation = self.participations.model.objects.of(user, self)
        return participation

    def events_after(self, revision: int) -> list[Event]:
        """See `Event.objects.after`."""
        return Event.objects.after(self, revision)


@prepared
def _locked(key: Any) -> ConversationQuerySet:
    # On SQLite the immediate transaction does what the row lock does elsewhere.
    return Conversation.objects.select_for_update(no_key=True).filter(pk=key)


def people(users: Iterable["User"]) -> list["User"]:
    """`users` without repeats, each one known and active, and not more than there may be."""
    limit = conf.MAX_PARTICIPANTS
    unique = {}
    for user in users:
        if user.pk is None or not user.is_active:
            raise MessagingValidationError(RefusalCode.UNKNOWN_USER)
        unique[user.pk] = user
        if len(unique) > limit:
            raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
    return list(unique.values())


def recipients_of(sender: "User", users: Iterable["User"]) -> list["User"]:
    """`people` without the sender. Raises if nobody is left, or if it's too many with them."""
    others = [user for user in people(users) if user.pk != sender.pk]
    if not others:
        raise MessagingValidationError(RefusalCode.NO_RECIPIENTS)
    if len(others) >= conf.MAX_PARTICIPANTS:
        raise MessagingValidationError(RefusalCode.TOO_MANY_PARTICIPANTS)
    return others
