"""Reports to moderators."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import MessagingValidationError, RefusalCode
from ..locks import hold
from ..staff import above
from ..text import REASON_LENGTH, clean_reason
from .edit import MOST_SHOWN, Edit
from .event import Event
from .message import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .conversation import Conversation
    from .participation import Participation


#: Reports of a person, and not of a message or title.
OF_PERSON = Q(message=None, conversation=None)


class ReportQuerySet(models.QuerySet["Report"]):
    def report_message(self, by: "Participation", message: Message, why: str) -> "Report":
        """Report a message that the member `by` can read. A repeat returns the open report.

        Raises `NOT_A_PARTICIPANT`, `NOT_FOUND`, `CANNOT_REPORT_YOURSELF`, `INVALID_REASON`.
        """
        by.must_be_of(message.conversation)
        by.must_be_able_to_report(message)
        return self._report(by.user, message.sender, message, why)

    def report_user(self, by: "User", person: "User", why: str) -> "Report":
        """Report a person. A repeat returns the open report."""
        return self._report(by, person, None, why)

    def report_title(self, by: "Participation", why: str) -> "Report":
        """Report the title of a group that `by` sees. A repeat returns the open report.

        The report refers to the message that gave the title or, for the first title, to the group.
        Raises `NOT_FOUND` if there is no title, `CANNOT_REPORT_YOURSELF`, `INVALID_REASON`.
        """
        group = by.conversation
        title = group.title if by.is_active else by.left_at_title
        if not title:
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
        renames = group.messages.filter(kind=Message.Kind.RENAMED)
        if not by.is_active and by.left_at is not None:
            renames = renames.filter(number__lte=by.last_visible_number)
        giving = renames.filter(body=title).select_related("sender").order_by("number").last()
        if giving is not None:
            return self._report(by.user, giving.sender, giving, why)
        starter = Event.objects.starter_of(group)
        return self._report(by.user, starter, None, why, conversation=group, title=title)

    def decidable_by(self, staff: "User") -> Self:
        """The reports that `staff`, a moderator, may see and settle.

        Left out are reports about them and by them, open reports of anything that they reported as
        well, and reports about other staff on whom they may not act.
        """
        theirs = self.model.objects.filter(reporter=staff, settled_at=None)
        with_theirs = (
            Q(message__in=theirs.filter(message__isnull=False).values("message"))
            | Q(conversation__in=theirs.filter(conversation__isnull=False).values("conversation"))
            | Q(OF_PERSON, person__in=theirs.filter(OF_PERSON).values("person"))
        )
        others = self.exclude(reporter=staff).exclude(person=staff)
        return others.exclude(above(staff, "person__")).exclude(with_theirs, settled_at=None)

    def open_like(self, report: "Report") -> Self:
        """The reports to settle together: this one, and others of the same message or person."""
        same = Q(pk=report.pk)
        if report.message_id is not None:
            same |= Q(message=report.message_id)
        elif report.conversation_id is not None:
            same |= Q(conversation=report.conversation_id)
        elif report.person_id is not None:
            same |= Q(OF_PERSON, person=report.person_id)
        return self.filter(same, settled_at=None)

    def referring_to(self, users: Iterable[Any]) -> Self:
        """The reports by and about the users with these keys."""
        return self.filter(Q(reporter__in=users) | Q(person__in=users))

    def locked(self) -> list["Report"]:
        """Lock these reports until the transaction ends.

        All transactions lock reports in this order, so that no two wait for each other.
        """
        return list(self.select_for_update(no_key=True, of=("self",)).order_by("pk"))

    def forget_words(self) -> None:
        """Delete what these reports keep of the words that were reported."""
        keeping = self.exclude(words="")
        self.model.objects.filter(pk__in=[each.pk for each in keeping.locked()]).update(words="")

    def _report(
        self,
        by: "User",
        person: "User | None",
        message: Message | None,
        why: str,
        conversation: "Conversation | None" = None,
        title: str = "",
    ) -> "Report":
        if person == by:
            raise MessagingValidationError(RefusalCode.CANNOT_REPORT_YOURSELF)
        with transaction.atomic():
            # Erasing a person takes their name out of reports, and waits for this transaction.
            hold([by] if person is None else [by, person])
            if message is not None:
                # So does all that changes or deletes the words.
                message.conversation.lock(message)
            report, _is_new = self.get_or_create(
                reporter=by,
                person=person,
                message=message,
                conversation=conversation,
                settled_at=None,
                defaults={"why": clean_reason(why), "words": message.words if message else title},
            )
        return report


class Report(models.Model):
    """A message, a group's first title, or a person, reported to moderators."""

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        # The admin of accounts could be searched by a reverse name, for who reported whom.
        related_name="+",
        verbose_name=_("reporter"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person"),
        help_text=_("The reported user, or the author of the reported message or title."),
    )
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, related_name="reports", verbose_name=_("message")
    )
    conversation = models.ForeignKey(
        "talk.Conversation",
        models.CASCADE,
        null=True,
        related_name="reports",
        verbose_name=_("conversation"),
        help_text=_("The group whose first title is reported."),
    )
    why = models.CharField(_("reason"), max_length=REASON_LENGTH)
    #: What the message or title said when it was reported, with the names of its files, until the
    #: report is settled: its author can edit or retract it meanwhile. Only moderators see it; see
    #: `reported_words`.
    words = models.TextField(_("words"), default="", db_default="", blank=True, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        permissions = [("moderate", _("Can see what is reported, and act on it"))]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "message"],
                condition=models.Q(settled_at=None),
                name="talk_report_of_message_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "person"],
                condition=models.Q(settled_at=None, message=None, conversation=None),
                name="talk_report_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "conversation"],
                condition=models.Q(settled_at=None),
                name="talk_report_of_title_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["at"], condition=models.Q(settled_at=None), name="talk_report_open"
            )
        ]

    def __str__(self) -> str:
        # The admin's history keeps this text, also after the person is erased: no names.
        return f"report {self.pk}"

    @property
    def where(self) -> "Conversation | None":
        """The conversation of the reported message or title. None for a person."""
        return self.message.conversation if self.message else self.conversation

    @property
    def first_title(self) -> str:
        """The title that a reported group was started with. Empty if no row has it any more."""
        group = self.conversation
        if group is None:
            return ""
        later = group.messages.filter(kind=Message.Kind.RENAMED).values_list("body", flat=True)
        if not later:
            return group.title
        kept = group.participations.exclude(left_at_title__in=["", *later])
        return kept.values_list("left_at_title", flat=True).first() or ""

    @property
    def reported_words(self) -> str:
        """What the message or title said when it was reported.

        Empty if that is not kept any more: the report is settled, the author was erased, or the
        message is older than texts are kept.
        """
        return "" if self.message and self.message.is_expired else self.words

    def earlier_texts(self) -> list[Edit]:
        """What the reported message said before it was edited, the newest first.

        They are at most `MOST_SHOWN`.
        """
        if self.message is None or self.message.removal:
            return []
        return list(self.message.edits.order_by("-until")[:MOST_SHOWN])

    def context(self, around: int = 5) -> list[Message]:
        """The reported message, and some messages before and after it."""
        if self.message is None:
            return []
        number = self.message.number
        nearby = Message.objects.filter(conversation=self.message.conversation_id)
        nearby = nearby.filter(number__range=(number - around, number + around))
        return list(nearby.select_related("sender").order_by("number"))
