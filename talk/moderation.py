"""What moderators do. Each act is written down, in one transaction with what it does.

None of it asks whether `by` is a moderator: that is the permission `talk.moderate`, which the admin
asks. But nobody acts on themselves, and staff are acted on as `talk.staff` says: `NOT_ALLOWED`.
Without `by` the project itself acts.
"""

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode
from .models import Act, Conversation, Event, Message, Participation, Report
from .staff import OWN

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def remove_message(message: Message, by: "User | None", why: str) -> None:
    """The words are gone; the number stays, and everybody is told.

    Of a message that renamed a group the title is gone, and the group has none if it has this one
    now. Raises `NOT_FOUND` if there are no words, as of what was removed before.
    """
    with message.conversation.changing(None) as change:
        message.refresh_from_db(fields=["kind", "body", "removed_as"])
        if not _has_words(message):
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
        if message.kind == Message.Kind.RENAMED:
            change.forget_titles([message], Message.Removal.MODERATED, first=False)
        else:
            change.remove([message], Message.Removal.MODERATED)
    Act.objects.record(
        Act.Kind.MESSAGE_REMOVED,
        by,
        why,
        user=message.sender_id,
        conversation=message.conversation_id,
        number=message.number,
    )


@transaction.atomic
def remove_first_title(conversation: Conversation, by: "User | None", why: str) -> None:
    """The title that a group was started with is gone, also for those who left under it.

    Titles that were given later are messages. Raises `NOT_FOUND` if there is nothing left of it.
    """
    with conversation.changing(None) as change:
        if not change.forget_titles([], Message.Removal.MODERATED, first=True):
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
    starter = Event.objects.starter_of(conversation)
    Act.objects.record(
        Act.Kind.TITLE_REMOVED, by, why, user=starter and starter.pk, conversation=conversation.pk
    )


@transaction.atomic
def suspend(participation: Participation, by: "User | None", why: str) -> None:
    """Keep a member from writing, and from having a say, in one conversation."""
    participation.suspend()
    _note(Act.Kind.PARTICIPANT_SUSPENDED, by, why, participation)


@transaction.atomic
def restore(participation: Participation, by: "User | None", why: str) -> None:
    """End `suspend`."""
    participation.restore()
    _note(Act.Kind.PARTICIPANT_RESTORED, by, why, participation)


class Decision(models.TextChoices):
    """What can be done about a report."""

    DISMISS = "dismiss", _("Nothing")
    REMOVE = "remove", _("Remove the message, or the title")
    SUSPEND = "suspend", _("Keep the person from writing in this conversation")
    BOTH = "both", _("Remove it, and keep the person from writing")


def impossible(report: Report, decision: Decision) -> str | None:
    """Why this can't be done about it."""
    if decision == Decision.DISMISS:
        return None
    if report.where is None:
        return gettext("A person is reported, and no message.")
    if decision in {Decision.REMOVE, Decision.BOTH} and not _is_there(report):
        return gettext("The words are gone already, or there were none.")
    if decision != Decision.REMOVE and _place_of(report) is None:
        return gettext("This person takes no part in the conversation.")
    return None


@transaction.atomic
def decide(report: Report, decision: Decision, by: "User", why: str) -> None:
    """Settle a report, and others of the same, by doing something about it, or nothing.

    Raises `NOT_ALLOWED` if it is not for `by` to decide, `NOT_FOUND` if somebody else was faster.
    """
    if report.where is not None:
        # Before the reports, as who erases somebody has it.
        report.where.lock()
    alike = Report.objects.open_like(report)
    found = {each.pk: each for each in alike.locked()}
    if report.pk not in found:
        raise MessagingValidationError(RefusalCode.NOT_FOUND)
    if not alike.decided_by(by).filter(pk=report.pk).exists():
        raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, OWN)
    report = found[report.pk]
    if decision in {Decision.REMOVE, Decision.BOTH}:
        _remove(report, by, why)
    if decision in {Decision.SUSPEND, Decision.BOTH} and (place := _place_of(report)):
        suspend(place, by, why)
    if decision == Decision.DISMISS:
        Act.objects.record(
            Act.Kind.REPORT_DISMISSED,
            by,
            why,
            user=report.person_id,
            conversation=report.where and report.where.pk,
            number=report.message and report.message.number,
        )
    alike.update(settled_at=timezone.now())


def _remove(report: Report, by: "User", why: str) -> None:
    if report.message is not None:
        remove_message(report.message, by, why)
    elif report.conversation is not None:
        remove_first_title(report.conversation, by, why)


def _has_words(message: Message) -> bool:
    """Whether it has words that can be removed: what was said, or a title."""
    return message.kind in {Message.Kind.TEXT, Message.Kind.RENAMED} and not message.removed_as


def _is_there(report: Report) -> bool:
    """Whether there is something to remove."""
    if report.message is not None:
        return _has_words(report.message)
    return bool(report.first_title)


def _place_of(report: Report) -> Participation | None:
    if report.where is None or report.person is None:
        return None
    found = Participation.objects.filter(conversation=report.where, user=report.person)
    return found.select_related("conversation").first()


def _note(kind: Act.Kind, by: "User | None", why: str, place: Participation) -> None:
    Act.objects.record(kind, by, why, user=place.user_id, conversation=place.conversation_id)
