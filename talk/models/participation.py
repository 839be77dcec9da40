from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from ..prepared import Ask, Question, among, prepared
from .firsts import first_of_each
from .message import Message
from .people import with_people
from .sending import Sending
from .unread import ENDLESS, UNREAD_CAP, CountRows

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .conversation import Conversation


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def active(self) -> Self:
        return self.filter(status=Participation.Status.ACTIVE)

    def inbox_for(self, user: "User", status: str = "active") -> Self:
        """`user`'s active participations, the most recently active conversation first."""
        inbox = self.filter(user=user, status=status).with_conversation()
        return inbox.order_by("-last_activity_at", "-pk")

    def invitations_of(self, user: "User") -> Self:
        """What `user` is asked to take part in, the last first."""
        asked = self.filter(user=user, status=Participation.Status.INVITED).with_conversation()
        return with_people(asked, "invited_by").order_by("-changed_at", "-pk")

    def expected(self) -> Self:
        """Those of who takes part, and of who is asked to."""
        return self.filter(status__in=(Participation.Status.ACTIVE, Participation.Status.INVITED))

    def shared_with(self, user: "User") -> Self:
        """The active participations of others wherever `user` takes part, too.

        Without those of people who blocked them.
        """
        theirs = Participation.objects.filter(user=user).active().values("conversation")
        others = self.filter(conversation__in=theirs).active().exclude(user=user)
        return others.exclude(user__talk_blocks__blocked=user)

    def with_conversation(self) -> Self:
        """Each with what every list and stream shows of it, in the one query that reads them."""
        latest = "conversation__latest_message"
        shown = with_people(self, "user", f"{latest}__sender", f"{latest}__subject")
        # No list or stream shows these.
        return shown.defer("joined_at_number", "conversation__folded_title")

    def as_places(self) -> Self:
        """With what is shown, and with all of the users: verbs ask about them, and policies."""
        return self.with_conversation().defer(None)

    def unread(self) -> Self:
        """Those with something unread, or marked as unread by hand."""
        return self.filter(Q(first_unread_number__isnull=False) | Q(marked_unread_at__isnull=False))

    def all_read(self) -> Self:
        return self.filter(first_unread_number=None, marked_unread_at=None)

    def seen_by(self, theirs: Q, gone: Iterable[Any]) -> Self:
        """Those that somebody sees: `theirs`, which are of where they are present.

        From other conversations they are gone, and see their own place in these, which is named,
        and no other: what became of the others is news.
        """
        return self.filter(theirs | Q(among("pk", gone)))

    def pages_in(
        self, present: list[int], gone: list[int], status: str, size: int, after: int
    ) -> "list[Participation]":
        """Those that somebody sees of a status, who is present in some conversations and gone from
        others, where these are their places: of each the first `size` after a key.
        """
        return _pages_in(size, present=present, gone=gone, status=status, after=after).ask()

    def with_unread_count(self) -> Self:
        """Each with its `unread_count`, in the one query that reads them."""
        unread = Message.objects.said_to_outer_participation().filter(
            number__gte=OuterRef("first_unread_number"),
            number__lte=Coalesce(OuterRef("left_at_number"), ENDLESS),
        )
        return self.annotate(_unread_count=CountRows(unread.values("pk")[:UNREAD_CAP]))

    def counts_in(self, present: list[int], gone: list[int]) -> dict[int, int]:
        """How many active ones they see, likewise, in each conversation where there are any."""
        return dict(_counts_in(present=present, gone=gone).ask())

    def inbox_page(
        self,
        user: "User",
        most: int,
        before: "tuple[datetime, int] | None" = None,
        ask: Ask = Question.ask,
    ) -> "list[Participation]":
        """The first of `inbox_for`, with unread counts: those before a time and a key."""
        given = {} if before is None else dict(zip(("at", "key"), before, strict=True))
        return ask(_inbox_page(most, user=user, **given))

    def changed_since(self, user: "User", since: "datetime", least: int) -> "list[Participation]":
        """`user`'s, in the order in which they changed: at least so many, if there are."""
        # Few texts: one for each power of two.
        most = 1 << (least - 1).bit_length()
        return _changed_since(most, user=user, since=since).ask()

    def unread_total(self, user: "User") -> int:
        """The unread messages of `user`'s whole inbox, counted up to `UNREAD_CAP`."""
        return Message.objects.unread_by(user)[:UNREAD_CAP].count()

    def of(self, user: "User", conversation: "Conversation") -> "Participation":
        """`user`'s participation in `conversation`, also one that they left.

        Raises `MessagingPermissionDenied` if they never had one.
        """
        stranger = MessagingPermissionDenied(RefusalCode.NOT_A_PARTICIPANT)
        return self._found(user, conversation, stranger)

    def of_other(self, user: "User", conversation: "Conversation") -> "Participation":
        """Like `of`, for somebody whom the caller names: raises `MessagingValidationError`."""
        stranger = MessagingValidationError(RefusalCode.NEVER_JOINED)
        return self._found(user, conversation, stranger)

    def place_of(
        self, user: "User", conversation_key: int, ask: Ask = Question.ask
    ) -> "Participation | None":
        """`user`'s participation in a conversation, with what is shown of it, or None."""
        found = ask(_places_of(user=user, conversation=conversation_key))
        return found[0] if found else None

    def _found(
        self, user: "User", conversation: "Conversation", otherwise: Exception
    ) -> "Participation":
        found = self.select_related("user").filter(user=user, conversation=conversation).first()
        if found is None:
            raise otherwise
        found.conversation = conversation
        return found


class Participation(Sending):
    """One person's place in one conversation: role, read state, when they joined and left.

    Its methods are the verbs of messaging. Whoever holds an active one may use them.
    """

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "user"], name="talk_participation_one_per_user"
            ),
            models.CheckConstraint(
                # Who was never in it has seen everything up to the number 0.
                condition=Q(status="active", left_at=None, left_at_number=None)
                | Q(status__in=["left", "removed"], left_at__isnull=False)
                & Q(left_at_number__isnull=False)
                | Q(status__in=["invited", "declined"], left_at_number__isnull=False),
                name="talk_participation_status_agrees",
            ),
            models.CheckConstraint(
                condition=Q(first_unread_number=None)
                | Q(first_unread_number__gt=F("last_read_number")),
                name="talk_participation_unread_after_read",
            ),
        ]
        indexes = [
            # The first of those in a conversation, and all of them.
            models.Index(fields=["conversation", "id"], name="talk_participation_in_order"),
            # A page of the inbox.
            models.Index(
                "user",
                F("last_activity_at").desc(),
                F("id").desc(),
                condition=Q(status="active"),
                name="talk_participation_inbox",
            ),
            # The inbox's unread part, and its total.
            models.Index(
                "user",
                condition=Q(status="active")
                & (Q(first_unread_number__isnull=False) | Q(marked_unread_at__isnull=False)),
                name="talk_participation_unread",
            ),
            # What moved in somebody's inbox since they last looked.
            models.Index(fields=["user", "changed_at"], name="talk_participation_changed"),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"  # Staff who delete the account are shown this.


@prepared
def _places_of(user: Any, conversation: Any) -> ParticipationQuerySet:
    return Participation.objects.filter(user=user, conversation=conversation).as_places()


@prepared
def _inbox_page(most: int, user: Any, at: Any = None, key: Any = None) -> ParticipationQuerySet:
    page = Participation.objects.inbox_for(user).with_unread_count()
    if at is not None:
        # The first condition is implied. By it the index is entered.
        page = page.filter(last_activity_at__lte=at).filter(
            Q(last_activity_at__lt=at) | Q(pk__lt=key)
        )
    return page[:most]


@prepared
def _pages_in(size: int, present: Any, gone: Any, status: Any, after: Any) -> ParticipationQuerySet:
    later = Participation.objects.filter(pk__gt=after)
    first = first_of_each(present, later.filter(status=status), size)
    shown = with_people(later.seen_by(first, gone), "user").defer("joined_at_number")
    return shown.order_by("conversation", "pk")


@prepared
def _counts_in(present: Any, gone: Any) -> "models.QuerySet[Participation, Any]":
    theirs = Q(among("conversation", present), status=Participation.Status.ACTIVE)
    seen = Participation.objects.seen_by(theirs, gone)
    return seen.order_by().values_list("conversation").annotate(models.Count("pk"))


@prepared
def _changed_since(most: int, user: Any, since: Any) -> ParticipationQuerySet:
    changed = Participation.objects.filter(user=user, changed_at__gte=since)
    shown = with_people(changed.with_conversation().with_unread_count(), "invited_by")
    return shown.order_by("changed_at", "pk")[:most]
