"""What moderators do: remove messages, titles and descriptions, suspend members, settle reports.

Each function records an act in the same transaction, and raises `NOT_ALLOWED` if the moderator
may not act on that person; see `talk.staff`. Whether `by` is a moderator is for the caller to
check: the admin asks for the permission `talk.moderate`. `by` is None if the project itself acts.
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
    """Delete the words of a message. It keeps its number, and clients are told.

    A message that renamed a group loses that title; so does the group, if it still has it. Raises
    `NOT_FOUND` if the message has no words, or has lost them before.
    """
    with message.conversation.changing(None, message) as change:
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
    """Delete the title that a group was started with, also where people who left still see it.

    For later titles, remove the message. Raises `NOT_FOUND` if there is no first title any more.
    """
    with conversation.changing(None) as change:
        if not change.forget_titles([], Message.Removal.MODERATED, first=True):
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
    starter = Event.objects.starter_of(conversation)
    Act.objects.record(
        Act.Kind.TITLE_REMOVED, by, why, user=starter and starter.pk, conversation=conversation.pk
    )


@transaction.atomic
def remove_description(conversation: Conversation, name: str, by: "User | None", why: str) -> None:
    """Delete the `description`, the `avatar` or the `data` of a conversation.

    Raises `NOT_FOUND` if there is none.
    """
    with conversation.changing(None) as change:
        file = conversation.avatar_file if name == "avatar" else None
        if not (getattr(conversation, name) or file):
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
        author = conversation.author_of(name)
        conversation.forget_description([name], change)
    kind = Act.Kind(f"{name}_removed")
    Act.objects.record(kind, by, why, user=author, conversation=conversation.pk)


@transaction.atomic
def suspend(participation: Participation, by: "User | None", why: str) -> None:
    """Keep a member from writing and from acting on others, in one conversation."""
    participation.suspend()
    _record(Act.Kind.PARTICIPANT_SUSPENDED, by, why, participation)


@transaction.atomic
def restore(participation: Participation, by: "User | None", why: str) -> None:
    """End `suspend`."""
    participation.restore()
    _record(Act.Kind.PARTICIPANT_RESTORED, by, why, participation)


class Decision(models.TextChoices):
    """What a moderator can do about a report."""

    DISMISS = "dismiss", _("Do nothing")
    REMOVE = "remove", _("Remove the message or title")
    SUSPEND = "suspend", _("Suspend the person in this conversation")
    BOTH = "both", _("Remove it, and suspend the person")


def impossible(report: Report, decision: Decision) -> str | None:
    """Why a moderator can't decide so. None if they can."""
    if decision == Decision.DISMISS:
        return None
    if report.where is None:
        return gettext("This is a report of a person, not of a message.")
    if decision in {Decision.REMOVE, Decision.BOTH} and not _is_there(report):
        return gettext("There are no words to remove any more.")
    if decision != Decision.REMOVE and _participation_in(report) is None:
        return gettext("This person has never taken part in the conversation.")
    return None


@transaction.atomic
def decide(report: Report, decision: Decision, by: "User", why: str) -> None:
    """Settle a report, and all other reports of the same message, title or person.

    Raises `NOT_ALLOWED` if `by` must not decide about it, `NOT_FOUND` if it is settled already, or
    if there is nothing to remove or nobody to suspend.
    """
    if report.where is not None:
        # Conversations are locked before reports, as in `talk.privacy`.
        report.where.lock()
    alike = Report.objects.open_like(report)
    found = {each.pk: each for each in alike.locked()}
    if report.pk not in found:
        raise MessagingValidationError(RefusalCode.NOT_FOUND)
    if not alike.decidable_by(by).filter(pk=report.pk).exists():
        raise MessagingPermissionDenied(RefusalCode.NOT_ALLOWED, OWN)
    _carry_out(decision, found[report.pk], by, why)
    alike.update(settled_at=timezone.now(), words="")


def _carry_out(decision: Decision, report: Report, by: "User", why: str) -> None:
    """Do what a moderator decided. Each part records an act of its own."""
    if decision in {Decision.REMOVE, Decision.BOTH}:
        _remove(report, by, why)
    if decision in {Decision.SUSPEND, Decision.BOTH}:
        participation = _participation_in(report)
        if participation is None:
            raise MessagingValidationError(RefusalCode.NOT_FOUND)
        suspend(participation, by, why)
    if decision == Decision.DISMISS:
        Act.objects.record(
            Act.Kind.REPORT_DISMISSED,
            by,
            why,
            user=report.person_id,
            conversation=report.where and report.where.pk,
            number=report.message and report.message.number,
        )


def _remove(report: Report, by: "User", why: str) -> None:
    if report.message is not None:
        remove_message(report.message, by, why)
    elif report.conversation is not None:
        remove_first_title(report.conversation, by, why)
    else:
        raise MessagingValidationError(RefusalCode.NOT_FOUND)


def _has_words(message: Message) -> bool:
    """Whether it has words that can be removed: a text, or the title of a rename."""
    return message.kind in {Message.Kind.TEXT, Message.Kind.RENAMED} and not message.removed_as


def _is_there(report: Report) -> bool:
    """Whether there is something to remove."""
    if report.message is not None:
        return _has_words(report.message)
    return bool(report.first_title)


def _participation_in(report: Report) -> Participation | None:
    if report.where is None or report.person is None:
        return None
    found = Participation.objects.filter(conversation=report.where, user=report.person)
    return found.select_related("conversation").first()


def _record(kind: Act.Kind, by: "User | None", why: str, of: Participation) -> None:
    Act.objects.record(kind, by, why, user=of.user_id, conversation=of.conversation_id)
